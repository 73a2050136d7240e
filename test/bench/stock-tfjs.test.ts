import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { takeFilterGradient } from '../../bench/programs/stock-tfjs';
import { startFastest } from '../support/native';

describe('takeFilterGradient', () => {
  before(() => startFastest());

  it("gives tfjs' own gradient, so that stock wasm does the same work as the others", () => {
    const difference = tf.tidy(() => {
      const x = tf.randomUniform<tf.Rank.R4>([2, 6, 5, 3], -1, 1, 'float32', 1);
      const dy = tf.randomUniform<tf.Rank.R4>([2, 6, 5, 4], -1, 1, 'float32', 2);
      const convolve = (filter: tf.Tensor) => tf.conv2d(x, filter as tf.Tensor4D, 1, 'same');
      const expected = tf.grad(convolve)(tf.zeros([3, 3, 3, 4]), dy);
      return takeFilterGradient(x, dy, [3, 3, 3, 4]).sub(expected).abs().max().dataSync()[0];
    });
    assert.ok(difference < 1e-5, `off by ${difference}`);
  });
});
