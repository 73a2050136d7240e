import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { runOnParts } from '../../lib/faces/detector/sampling';
import { startFastest } from '../support/native';

const random = createRandom(3);
const image = {
  width: 37,
  height: 29,
  data: Uint8Array.from({ length: 37 * 29 * 3 }, () => random.integer(256)),
};

/** A network whose output is its input. */
const MIRROR = { forward: (colours: tf.Tensor4D) => tf.clone(colours) };

/** What face-api does: cut, pad with black (on both sides with the odd pixel last), resize by TensorFlow. */
function byTensors(
  part: { x: number; y: number; width: number; height: number },
  isCentred: boolean,
  size: number,
) {
  return tf.tidy(() => {
    const whole = tf.tensor3d(image.data, [image.height, image.width, 3], 'int32');
    const cut = tf.slice(whole, [part.y, part.x, 0], [part.height, part.width, 3]);
    const side = Math.max(part.width, part.height);
    const padding = [part.height, part.width].map((length): [number, number] => {
      const before = isCentred ? Math.floor((side - length) / 2) : 0;
      return [before, side - length - before];
    });
    const padded = tf.pad(cut, [...padding, [0, 0]]) as tf.Tensor3D;
    return tf.image.resizeBilinear(padded, [size, size]).dataSync() as Float32Array;
  });
}

describe('runOnParts', () => {
  before(() => startFastest());

  for (const [title, part] of [
    ['the whole image', { x: 0, y: 0, width: 37, height: 29 }],
    ['a tall part', { x: 5, y: 2, width: 9, height: 22 }],
    ['a part at the corner', { x: 20, y: 25, width: 17, height: 4 }],
    ['one pixel', { x: 36, y: 28, width: 1, height: 1 }],
  ] as const)
    for (const [isCentred, size] of [
      [false, 64],
      [true, 16],
      [false, 37], // The side of the whole image, which is copied.
      [true, 22], // That of the tall part.
    ] as const)
      it(`gives what TensorFlow's resizing gives for ${title}, ${size} points a side`, async () => {
        const others = [0, 20].map((x) => ({ x, y: 3, width: 11, height: 7 }));
        const parts = [others[0], part, others[1]];
        const input = await runOnParts(
          MIRROR,
          parts.map((one) => ({ image, part: one })),
          { size, isCentred },
        );
        assert.equal(input.length, 3 * size * size * 3);
        const expected = parts.flatMap((one) => [...byTensors(one, isCentred, size)]);
        const worst = Math.max(...expected.map((value, index) => Math.abs(value - input[index])));
        assert.ok(worst < 1e-3, `differs by ${worst}`);
      });

  it('writes black where no part is, whatever the last batch left in the shared memory', async () => {
    const white = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(255) };
    const run = (width: number, size: number) =>
      runOnParts(MIRROR, [{ image: white, part: { x: 0, y: 0, width, height: 8 } }], { size });
    for (const size of [8, 4]) {
      assert.deepEqual(new Set(await run(8, size)), new Set([255]));
      const half = await run(4, size);
      half.forEach((value, at) => assert.equal(value, (at / 3) % size < size / 2 ? 255 : 0));
    }
  });

  it('takes a part of the square, for images that are wider than high', async () => {
    const part = { x: 0, y: 0, width: 37, height: 29 };
    const input = await runOnParts(MIRROR, [{ image, part }], { size: 64, width: 64, height: 32 });
    assert.deepEqual(
      input,
      (await runOnParts(MIRROR, [{ image, part }], { size: 64 })).slice(0, 64 * 32 * 3),
    );
  });
});
