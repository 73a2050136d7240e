import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { createRandom } from '../../lib/core/random';
import { type BadImage, decodeImage, isBadImage } from '../../lib/faces/picture/decode';
import { PHOTO_FOLDER } from './photos';
import { assertNear } from '../support/assertions';

const ORANGE = { r: 200, g: 100, b: 50 };

function orange(width = 40, height = 20) {
  return sharp({ create: { width, height, channels: 3, background: ORANGE } });
}

/** A picture that does not compress to a few bytes. */
function speckled() {
  const random = createRandom(1);
  const data = Uint8Array.from({ length: 120 * 80 * 3 }, () => random.integer(256));
  return sharp(data, { raw: { width: 120, height: 80, channels: 3 } });
}

async function decode(bytes: Buffer, options?: Parameters<typeof decodeImage>[2]) {
  const image = await decodeImage(bytes, 'a.png', options);
  assert.ok(!isBadImage(image), isBadImage(image) ? image.reason : '');
  return { ...image, pixel: (index: number) => [...image.data.slice(3 * index, 3 * index + 3)] };
}

async function refusal(bytes: Buffer, options?: Parameters<typeof decodeImage>[2]) {
  const image = await decodeImage(bytes, 'a.png', options);
  assert.ok(isBadImage(image), 'expected a reason');
  return image;
}

describe('decodeImage', () => {
  for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)
    it(`decodes ${format}`, async () => {
      const image = await decode(await orange().toFormat(format).toBuffer());
      assert.deepEqual([image.width, image.height, image.data.length], [40, 20, 2400]);
      assertNear(image.pixel(5), [200, 100, 50], 6);
    });

  it('decodes one pixel', async () => {
    const image = await decode(await orange(1, 1).png().toBuffer());
    assert.deepEqual([image.width, image.height, image.pixel(0)], [1, 1, [200, 100, 50]]);
  });

  it('gives a grey image three equal channels', async () => {
    const levels = sharp(Uint8Array.of(0, 77, 255), { raw: { width: 3, height: 1, channels: 1 } });
    const image = await decode(await levels.toColourspace('b-w').png().toBuffer());
    assert.deepEqual([...image.data], [0, 0, 0, 77, 77, 77, 255, 255, 255]);
  });

  it('lays transparent pixels on white and ignores what colour hides in them', async () => {
    const rgba = sharp(Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0), {
      raw: { width: 2, height: 1, channels: 4 },
    });
    const image = await decode(await rgba.png().toBuffer());
    assert.deepEqual(
      [image.pixel(0), image.pixel(1)],
      [
        [10, 20, 30],
        [255, 255, 255],
      ],
    );
  });

  it('takes the upper 8 of 16 bits', async () => {
    const deep = sharp(Uint16Array.of(0x1234, 0xabff, 0xffff, 0), {
      raw: { width: 4, height: 1, channels: 1 },
    });
    const bytes = await deep.toColourspace('grey16').png().toBuffer();
    assert.equal((await sharp(bytes).metadata()).depth, 'ushort');
    const image = await decode(bytes);
    assert.deepEqual(
      [0, 1, 2, 3].map((index) => image.pixel(index)[0]),
      [0x12, 0xab, 0xff, 0],
    );
  });

  it('converts CMYK', async () => {
    const bytes = await orange().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    assert.equal((await sharp(bytes).metadata()).space, 'cmyk');
    // Without a profile in the file libvips takes one of its own, which differs between its versions.
    assertNear((await decode(bytes)).pixel(5), [200, 100, 50], 30);
  });

  it('gives the pixels of the conversion where it skips it, for a profile that is sRGB', async () => {
    const photo = fs.readFileSync(path.join(PHOTO_FOLDER, 'sample1.jpg'));
    assert.ok((await sharp(photo).metadata()).hasProfile);
    const converted = await sharp(photo).toColourspace('srgb').raw().toBuffer();
    assert.ok(converted.equals((await decode(photo)).data));
  });

  it('converts a profile of another colour space', async () => {
    const bytes = await orange().withIccProfile('p3').png().toBuffer();
    assert.notDeepEqual(
      [...(await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3)],
      [200, 100, 50],
    );
    assertNear((await decode(bytes)).pixel(5), [200, 100, 50], 2);
    const jpeg = await orange().withIccProfile('p3').jpeg({ quality: 100 }).toBuffer();
    assertNear((await decode(jpeg)).pixel(5), [200, 100, 50], 3);
  });

  it('rotates as EXIF says', async () => {
    const halves = Uint8Array.from({ length: 40 * 20 * 3 }, (_, index) => (index % 120 < 60 ? 0 : 255));
    const bytes = await sharp(halves, { raw: { width: 40, height: 20, channels: 3 } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const image = await decode(bytes);
    assert.deepEqual([image.width, image.height], [20, 40]);
    assertNear([...image.pixel(10), ...image.pixel(39 * 20 + 10)], [0, 0, 0, 255, 255, 255], 4);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 250), Buffer.alloc(8 * 8 * 3, 5)]);
    const bytes = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .gif()
      .toBuffer();
    assert.equal((await sharp(bytes, { animated: true }).metadata()).pages, 2);
    const image = await decode(bytes);
    assert.deepEqual([image.width, image.height, image.frames], [8, 8, 2]);
    assertNear(image.pixel(0), [250, 250, 250], 2);
  });

  it('counts the frames of an animated PNG, whose first is its picture', async () => {
    const png = await orange(8, 8).png().toBuffer();
    const control = Buffer.from('\0\0\0\x08acTL\0\0\0\x05\0\0\0\0\0\0\0\0', 'latin1');
    control.writeUInt32BE(crc32(control.subarray(4, 16)), 16);
    const at = png.indexOf('IDAT') - 4;
    const image = await decode(Buffer.concat([png.subarray(0, at), control, png.subarray(at)]));
    assert.equal(image.frames, 5);
    assert.equal((await decode(png)).frames, undefined);
  });

  for (const format of ['png', 'jpeg', 'webp', 'gif'] as const)
    it(`refuses a truncated ${format} wherever it ends`, async () => {
      const whole = await speckled().toFormat(format).toBuffer();
      for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 0.98]) {
        const { kind, reason } = await refusal(whole.subarray(0, Math.floor(whole.length * share)));
        assert.equal(kind, 'truncated', `${share}: ${reason}`);
        assert.match(reason, /Expected a whole \w+ image for a.png but it ends early/);
      }
    });

  it('refuses a truncated TIFF, whatever part of its directory is missing', async () => {
    const whole = await speckled().tiff({ compression: 'lzw' }).toBuffer();
    for (const share of [0.1, 0.5, 0.9, 0.98]) {
      const { kind } = await refusal(whole.subarray(0, Math.floor(whole.length * share)));
      assert.ok(['truncated', 'undecodable'].includes(kind), kind);
    }
  });

  it('refuses a PNG with a flipped bit', async () => {
    const bytes = await speckled().png().toBuffer();
    bytes[bytes.length >> 1] ^= 0x10;
    assert.equal((await refusal(bytes)).kind, 'undecodable');
  });

  it('refuses files that are not images, by their first bytes', async () => {
    const { kind, reason } = await refusal(Buffer.from('hello, world'));
    assert.equal(kind, 'not-an-image');
    assert.match(reason, /Expected one of jpeg, png, .* for a.png but it begins with 68656c6c6f2c2077/);
  });

  it('names formats that it does not decode, and what to do', async () => {
    const heif = (major: string, ...brands: string[]) =>
      Buffer.from(`\0\0\0\x1cftyp${major}\0\0\0\0${brands.join('')}`, 'latin1');
    const files: readonly (readonly [Buffer, RegExp])[] = [
      [heif('heic', 'mif1', 'heic'), /a\.png but received HEIC: save it as JPEG, such as by `heif-convert`/],
      [heif('mif1', 'miaf', 'MiHB', 'heic'), /received HEIC/],
      [Buffer.from('BM6\0\x0c\0\0\0\0\x006\0\0\0', 'latin1'), /received BMP: save it as JPEG or PNG/],
      [Buffer.from('ff0a00', 'hex'), /received JPEG XL/],
      [Buffer.from('8BPS\0\x01', 'latin1'), /received Photoshop/],
    ];
    for (const [bytes, pattern] of files) {
      const { kind, reason } = await refusal(bytes);
      assert.equal(kind, 'unsupported-format');
      assert.match(reason, pattern);
    }
    const raw = await decodeImage(await orange(8, 8).tiff().toBuffer(), 'photo.DNG');
    assert.match((raw as BadImage).reason, /photo\.DNG but received camera raw/);
    const avif = await decode(await orange(8, 8).avif().toBuffer());
    assert.equal(avif.width, 8);
    assert.equal((await refusal(heif('mif1', 'mif1', 'avif'))).kind, 'undecodable');
  });

  it('refuses SVG, which could refer to other files', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    assert.equal((await refusal(svg)).kind, 'not-an-image');
  });

  it('refuses a file that only begins like an image', async () => {
    const bytes = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100, 7)]);
    assert.ok(['truncated', 'undecodable'].includes((await refusal(bytes)).kind));
  });

  it('refuses an enormous image before decoding it', async () => {
    const bytes = await orange(3000, 2000).png().toBuffer();
    const { kind, reason } = await refusal(bytes, { maxPixels: 5_999_999 });
    assert.equal(kind, 'too-large');
    assert.match(reason, /Expected at most 5999999 pixels for a.png/);
    assert.equal((await decode(bytes, { maxPixels: 6_000_000 })).width, 3000);
  });
});
