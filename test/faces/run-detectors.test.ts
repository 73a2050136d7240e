import assert from 'node:assert/strict';
import sharp from 'sharp';
import { createRandom } from '../../lib/core/random';
import { enlarge } from '../../lib/faces/detector/run-detectors';

describe('enlarge', () => {
  for (const [width, height, side] of [
    [48, 48, 192],
    [96, 83, 192],
    [40, 48, 192],
    [3, 2, 12],
  ])
    it(`gives libvips' pixels for grey images of ${width}x${height}`, async () => {
      const random = createRandom(3);
      // Black and white beside each other: the cubic filter overshoots there.
      const levels = Uint8Array.from({ length: width * height }, () => Math.round(random.next() * 2) * 127.5);
      const data = Uint8Array.from(
        { length: 3 * levels.length },
        (_, index) => levels[Math.floor(index / 3)],
      );
      const scale = side / Math.max(width, height);
      const expected = await sharp(data, { raw: { width, height, channels: 3 } })
        .resize({ width: width * scale, height: height * scale, fit: 'fill', kernel: 'cubic' })
        .raw()
        .toBuffer();
      const enlarged = await enlarge({ width, height, data }, side);
      assert.deepEqual(Buffer.from(enlarged.data), expected);
      assert.deepEqual([enlarged.width, enlarged.height], [width * scale, height * scale]);
    });
});
