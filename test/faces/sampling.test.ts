import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { emptyBatch, sampleSquare, toSquare } from '../../lib/faces/detector/sampling';
import { startFastest } from '../support/native';

const random = createRandom(3);
const image = {
  width: 37,
  height: 29,
  data: Uint8Array.from({ length: 37 * 29 * 3 }, () => random.integer(256)),
};

/** What face-api does: cut, pad with black, resize by TensorFlow. */
function byTensors(
  part: { x: number; y: number; width: number; height: number },
  centred: boolean,
  size: number,
) {
  return tf.tidy(() => {
    const whole = tf.tensor3d(image.data, [image.height, image.width, 3], 'int32');
    const cut = tf.slice(whole, [part.y, part.x, 0], [part.height, part.width, 3]);
    const { side, left, top } = toSquare(part.width, part.height, centred);
    const padded = tf.pad(cut, [
      [top, side - part.height - top],
      [left, side - part.width - left],
      [0, 0],
    ]) as tf.Tensor3D;
    return tf.image.resizeBilinear(padded, [size, size]).dataSync() as Float32Array;
  });
}

describe('toSquare', () => {
  it('adds black at the right or bottom, or on both sides with the odd pixel last', () => {
    assert.deepEqual(toSquare(10, 7, false), { side: 10, left: 0, top: 0 });
    assert.deepEqual(toSquare(10, 7, true), { side: 10, left: 0, top: 1 });
    assert.deepEqual(toSquare(4, 10, true), { side: 10, left: 3, top: 0 });
  });
});

describe('emptyBatch', () => {
  it('sets to 0 what its caller does not overwrite, whatever the last batch left in the shared memory', () => {
    emptyBatch(12, 0).fill(5);
    assert.deepEqual(emptyBatch(8, 0.5).subarray(4), new Float32Array(4));
    emptyBatch(12, 1).fill(5);
    assert.deepEqual(emptyBatch(9, 0), new Float32Array(9));
  });
});

describe('sampleSquare', () => {
  before(() => startFastest());

  for (const [title, part] of [
    ['the whole image', { x: 0, y: 0, width: 37, height: 29 }],
    ['a tall part', { x: 5, y: 2, width: 9, height: 22 }],
    ['a part at the corner', { x: 20, y: 25, width: 17, height: 4 }],
    ['one pixel', { x: 36, y: 28, width: 1, height: 1 }],
  ] as const)
    for (const [centred, size] of [
      [false, 64],
      [true, 16],
      [false, 37], // The side of the whole image, which is copied.
      [true, 22], // That of the tall part.
    ] as const)
      it(`gives what TensorFlow's resizing gives for ${title}, ${size} points a side`, () => {
        const target = new Float32Array(3 * size * size * 3).fill(-1);
        const square = toSquare(part.width, part.height, centred);
        sampleSquare(image, part, square, { target, size, index: 1 });
        const expected = byTensors(part, centred, size);
        const length = size * size * 3;
        const worst = expected.reduce(
          (most, value, index) => Math.max(most, Math.abs(value - target[length + index])),
          0,
        );
        assert.ok(worst < 1e-3, `differs by ${worst}`);
        assert.ok(
          target.subarray(0, length).every((value) => value === -1),
          'wrote before its place',
        );
        assert.ok(
          target.subarray(2 * length).every((value) => value === -1),
          'wrote after its place',
        );
      });
});
