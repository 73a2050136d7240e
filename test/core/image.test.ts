import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cropGray,
  cropRepeating,
  resizeBilinear,
  rowsToModelInput,
  toGray,
  toModelInput,
} from '../../lib/core/image';

interface Encoded {
  width: number;
  height: number;
  data: string;
}

/** Made by scripts/fixtures/pil_resize.py. */
const pil = JSON.parse(readFileSync(join(__dirname, '../fixtures/faces/pil-resize.json'), 'utf8')) as {
  gray: Encoded;
  resized: Encoded[];
};

/** The same computed picture as the fixture's script makes. */
function picture(width: number, height: number, channels: number): Uint8Array {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++)
        data[at++] = (x * x * 7 + y * y * 13 + x * y * 3 + channel * 91) % 256;
  return data;
}

const decode = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

describe('toGray', () => {
  it('gives exactly what PIL gives', () => {
    const gray = toGray(picture(32, 32, 3), 32, 32, 3);
    assert.deepEqual(gray.data, decode(pil.gray.data));
  });

  it('weighs red, green and blue by 0.299, 0.587 and 0.114', () => {
    const primaries = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    assert.deepEqual([...toGray(primaries, 3, 1, 3).data], [76, 150, 29]);
  });

  it('leaves every grey level as it is', () => {
    const levels = Uint8Array.from({ length: 256 * 3 }, (_, index) => Math.floor(index / 3));
    assert.deepEqual(
      [...toGray(levels, 256, 1, 3).data],
      Array.from({ length: 256 }, (_, level) => level),
    );
  });

  it('ignores the alpha channel and copies a grey image', () => {
    assert.deepEqual([...toGray(Uint8Array.of(9, 9, 9, 0), 1, 1, 4).data], [9]);
    const levels = Uint8Array.of(1, 2);
    const gray = toGray(levels, 2, 1, 1);
    levels[0] = 77;
    assert.deepEqual([...gray.data], [1, 2]);
  });

  it('refuses pixels that do not fill the image', () => {
    assert.throws(() => toGray(new Uint8Array(5), 2, 1, 3), /Expected 6 values for pixels .* received 5/);
    assert.throws(() => toGray(new Uint8Array(4), 2, 1, 2), /Expected 1, 3 or 4 for channels but received 2/);
  });
});

describe('cropGray', () => {
  const image = { width: 4, height: 3, data: Uint8Array.from({ length: 12 }, (_, index) => index) };

  it('copies the rows of the box', () => {
    const crop = cropGray(image, { x: 1, y: 1, width: 2, height: 2 });
    assert.deepEqual({ ...crop, data: [...crop.data] }, { width: 2, height: 2, data: [5, 6, 9, 10] });
  });

  for (const [title, box] of [
    ['leaves the image on the left', { x: -1, y: 0, width: 2, height: 2 }],
    ['leaves the image at the bottom', { x: 0, y: 2, width: 2, height: 2 }],
    ['is empty', { x: 1, y: 1, width: 0, height: 2 }],
    ['lies between pixels', { x: 0.5, y: 0, width: 2, height: 2 }],
    ['is not a number', { x: NaN, y: 0, width: 2, height: 2 }],
  ] as const)
    it(`refuses a box that ${title}`, () => {
      assert.throws(() => cropGray(image, box), /RangeError: Expected whole pixels inside of 4x3 for box/);
    });
});

describe('resizeBilinear', () => {
  for (const { width, height, data } of pil.resized)
    it(`gives exactly what PIL gives for ${width}x${height} to 32x32`, () => {
      const image = { width, height, data: picture(width, height, 1) };
      assert.deepEqual(resizeBilinear(image, 32, 32).data, decode(data));
    });

  it('keeps a flat image flat at both ends of the scale', () => {
    for (const level of [0, 255]) {
      const image = { width: 77, height: 5, data: new Uint8Array(385).fill(level) };
      assert.ok(resizeBilinear(image, 32, 32).data.every((value) => value === level));
    }
  });

  it('gives a copy when the size is the same', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(3, 4) };
    const copy = resizeBilinear(image, 2, 1);
    copy.data[0] = 99;
    assert.deepEqual([...image.data], [3, 4]);
  });

  it('refuses a size that is not a positive integer', () => {
    const image = { width: 1, height: 1, data: Uint8Array.of(0) };
    assert.throws(() => resizeBilinear(image, 0, 3), /Expected a positive integer for width but received 0/);
    assert.throws(
      () => resizeBilinear(image, 3, 1.5),
      /Expected a positive integer for height but received 1.5/,
    );
  });
});

describe('toModelInput', () => {
  it('defect 7: normalises by x / 255 / 0.5, exactly, with no mean taken and nothing random', () => {
    const input = toModelInput(Uint8Array.of(0, 51, 128, 255));
    assert.deepEqual(
      [...input],
      [0, 0.2, 128 / 255, 1].map((value) => 2 * Math.fround(value)),
    );
    assert.deepEqual(input, toModelInput(Uint8Array.of(0, 51, 128, 255)));
  });
});

describe('rowsToModelInput', () => {
  it('normalises the rows that are asked for, in the order asked for', () => {
    const levels = Uint8Array.of(0, 1, 2, 3, 4, 255);
    assert.deepEqual(
      rowsToModelInput(levels, 2, [2, 0, 2]),
      toModelInput(Uint8Array.of(4, 255, 0, 1, 4, 255)),
    );
  });
});

describe('cropRepeating', () => {
  const image = { width: 2, height: 2, data: Uint8Array.of(1, 2, 3, 4) };

  it('repeats the outermost pixels beyond the image', () => {
    const { width, height, data } = cropRepeating(image, { x: -1, y: 1, width: 4, height: 2 });
    assert.deepEqual([width, height, [...data]], [4, 2, [3, 3, 4, 4, 3, 3, 4, 4]]);
  });

  it('gives the pixels of cropGray inside the image', () => {
    const box = { x: 1, y: 0, width: 1, height: 2 };
    assert.deepEqual(cropRepeating(image, box), cropGray(image, box));
  });
});
