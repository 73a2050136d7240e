import assert from 'node:assert/strict';
import path from 'node:path';
import sharp from 'sharp';
import { cutFromLastImage, applyCondition } from '../../lib/study/block-conditions';
import { buildFaceSet } from '../support/blocks';
import { useTemporaryFolder } from '../support/folder';

describe('blocks that a network is shown', () => {
  const folder = useTemporaryFolder();

  it('are cut from the last image alone, each at its own box, as the original did (defect 1)', async () => {
    const set = buildFaceSet(2);
    const records = [1, 2].map((number) => ({ ...set.records[0], path: `${number}.png` }));
    // The first image is never opened: it does not exist. The last is white on the left, black on the right.
    const data = Buffer.from(Array.from({ length: 8000 }, (_, at) => (at % 100 < 50 ? 255 : 0)));
    const raw = { width: 100, height: 80, channels: 1 } as const;
    await sharp(data, { raw }).toColourspace('srgb').png().toFile(path.join(folder(), '2.png'));
    const eyesBoxes = Float32Array.of(10, 10, 20, 20, 60, 10, 20, 20);
    const mouthBoxes = Float32Array.of(60, 50, 20, 20, 10, 50, 20, 20);
    const blocks = { ...set, records, eyesBoxes, mouthBoxes };
    const images = { blocks, imageOf: ({ path: name }: { path: string }) => path.join(folder(), name) };
    const { eyes, mouth } = await cutFromLastImage(images);
    const levels = (pixels: Uint8Array) =>
      [pixels.subarray(0, 1024), pixels.subarray(1024)].map((one) => [...new Set(one)]);
    assert.deepEqual(
      [levels(eyes), levels(mouth)],
      [
        [[255], [0]],
        [[0], [255]],
      ],
    );
    assert.deepEqual((await applyCondition('last-image', images)).eyes, eyes);
  });
});
