import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import { scaleBox, type Box } from '../../../lib/core/geometry';
import type { FrameRecord } from '../../../lib/core/record';
import { cutPictures } from '../../../lib/study/block-conditions';
import { averageBoxes, CORRUPTIONS, thinOut, writeCorrupted } from '../../../lib/study/evidence/corruptions';
import { readGray } from '../../../lib/study/pictures';
import { buildFaceSet } from '../../support/blocks';
import { useTemporaryFolder } from '../../support/folder';

describe('hard images', () => {
  const folder = useTemporaryFolder();
  const record: FrameRecord = { path: 'a/one.png', character: 'a', emotion: 'joy' };
  const imageOf = (one: FrameRecord) => path.join(folder(), path.basename(one.path));

  /** White on the left, black on the right, 100x80. */
  async function writeImage(): Promise<void> {
    const data = Buffer.from(Array.from({ length: 8000 }, (_, at) => (at % 100 < 50 ? 255 : 0)));
    const raw = { width: 100, height: 80, channels: 1 } as const;
    await sharp(data, { raw }).toColourspace('srgb').png().toFile(imageOf(record));
  }

  it('makes copies of the same size under the same path, each changed in its way', async () => {
    await writeImage();
    const before = await readGray(imageOf(record));
    for (const kind of Object.keys(CORRUPTIONS) as (keyof typeof CORRUPTIONS)[]) {
      const directory = path.join(folder(), kind);
      await writeCorrupted([record], { kind, directory, imageOf });
      const { width, height, data } = await readGray(path.join(directory, record.path));
      assert.deepEqual([width, height], [100, 80], kind);
      assert.notDeepEqual(data, before.data, kind);
      if (kind === 'dark') assert.deepEqual([data[0], data[99]], [31, 0]);
      if (kind === 'covered')
        assert.deepEqual([data[40 * 100], data[40 * 100 + 99], data[0]], [119, 119, 255]);
    }
  });

  it('spreads the chosen frames evenly', () => {
    assert.deepEqual(thinOut([0, 1, 2, 3, 4, 5], 3), [0, 2, 4]);
    assert.deepEqual(thinOut([7, 8], 3), [7, 8]);
  });

  it('averages boxes as shares of their images, and cuts there without looking for a face', async () => {
    await writeImage();
    const set = { ...buildFaceSet(2), imageSizes: Float32Array.of(100, 400, 200, 400) };
    const boxes = {
      ...set,
      eyesBoxes: Float32Array.of(10, 40, 20, 40, 20, 80, 40, 40),
      mouthBoxes: Float32Array.of(60, 0, 40, 400, 120, 0, 80, 400),
    };
    const average = averageBoxes(boxes, [0, 1]);
    const near = (first: number, second: number) => Math.abs(first - second) < 1e-6;
    const { x, y, width, height } = average.eyes;
    assert.ok(near(x, 0.1) && near(y, 0.15) && near(width, 0.2) && near(height, 0.1));
    const cut = (box: Box) =>
      cutPictures([imageOf(record)], (_, image) => scaleBox(box, image.width, image.height));
    const [eyes, mouth] = [await cut(average.eyes), await cut(average.mouth)];
    assert.ok(eyes.length === 1024 && eyes.every((level) => level === 255));
    assert.ok(mouth.length === 1024 && mouth.every((level) => level === 0));
  });
});
