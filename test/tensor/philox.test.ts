import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { nativeAttributes, nativeBackend, TYPES } from '../../lib/tensor/native/addon';
import { drawPhiloxUniform } from '../../lib/tensor/wasm/layers';
import { describeNative } from '../support/native';

describe('Philox', () => {
  it('gives the same sequence for the same seed, and a longer one begins with the shorter', () => {
    assert.deepEqual(drawPhiloxUniform([7, 9], 5), drawPhiloxUniform([7, 9], 100).slice(0, 5));
    assert.notDeepEqual(drawPhiloxUniform([7, 9], 5), drawPhiloxUniform([7, 10], 5));
  });

  it('is uniform over [0, 1)', () => {
    const values = drawPhiloxUniform([1, 2], 100000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    assert.ok(Math.abs(mean - 1 / 2) < 0.003);
    assert.ok(Math.abs(square - 1 / 3) < 0.003);
    assert.ok(values.every((value) => value >= 0 && value < 1));
  });
});

describeNative('Philox on native TensorFlow', () => {
  it("gives StatelessRandomUniform's numbers bit by bit", () => {
    for (const seed of [
      [0, 0],
      [7, 9],
      [2 ** 31 - 1, 123456789],
    ] as const) {
      const backend = nativeBackend()!;
      const types = {
        dtype: { type: TYPES.float32 },
        T: { type: TYPES.int32 },
        Tseed: { type: TYPES.int32 },
      };
      const attributes = nativeAttributes(types);
      const drawn = tf.tidy(() => {
        const inputs = [tf.tensor1d([50001], 'int32'), tf.tensor1d([...seed], 'int32')];
        return backend.executeMultipleOutputs('StatelessRandomUniform', attributes, inputs, 1)[0].dataSync();
      });
      assert.deepEqual(drawn, drawPhiloxUniform(seed, 50001));
    }
  });
});
