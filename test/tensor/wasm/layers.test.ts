import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { dropOut, normalizeByBatch } from '../../../lib/tensor/operations';
import { assertAsOnCpu, describeWasm } from './on-backends';

describeWasm('layers on wasm', () => {
  it('sums over the first axes, and over others by the stock kernel', async () => {
    const axesOf = [[0], [0, 1], [1, 0], [0, 1, 2], [1], [2], [0, 2], [-1], [0, 1, 2, 3]];
    for (const axes of axesOf) {
      for (const shape of [
        [3, 5, 2, 6],
        [40, 1, 2, 7],
        [2, 2, 2, 3],
      ]) {
        await assertAsOnCpu([shape], (x) => [tf.sum(x, axes), tf.mean(x, axes), tf.sum(x, axes, true)]);
      }
    }
  });

  const maximumGradient = (window: [number, number], stride: [number, number]) => {
    const pool = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, window, stride, 'valid');
    return (x: tf.Tensor) => tf.grad(pool)(x, pool(x).add(2));
  };

  for (const [name, shape, window] of [
    ['squares', [2, 6, 8, 6], [2, 2]],
    ['a number of channels that four does not divide', [2, 4, 4, 7], [2, 2]],
    ['windows that leave pixels over', [1, 7, 8, 4], [3, 2]],
  ] as [string, number[], [number, number]][]) {
    it(`gives the gradient of the maximum to the first of equals, for ${name}`, async () => {
      const gradient = maximumGradient(window, window);
      await assertAsOnCpu([shape], (x) => gradient(x.mul(2).round()));
    });
  }

  it('leaves few channels and windows that overlap to the stock kernel', async () => {
    await assertAsOnCpu([[2, 4, 4, 3]], maximumGradient([2, 2], [2, 2]));
    await assertAsOnCpu([[1, 7, 7, 4]], maximumGradient([3, 3], [2, 2]));
  });

  it('drops what the cpu backend drops, in lengths that blocks do not divide', async () => {
    for (const size of [1, 3, 4, 18, 2048, 5003]) {
      await assertAsOnCpu([[size]], (x) => dropOut(x, 0.3, tf.tensor1d([7, size], 'int32')));
      await assertAsOnCpu([[size]], (x) =>
        tf.grad((y) => dropOut(y, 0.1, tf.tensor1d([2 ** 31 - 1, 5], 'int32')))(x),
      );
    }
  });

  for (const channels of [1, 4, 7, 32]) {
    it(`normalizes ${channels} channels by the batch, with its gradients and running figures`, async () => {
      const shape = [3, 5, 6, channels];
      const vectors = [0, 1, 2, 3].map(() => [channels]);
      await assertAsOnCpu([shape, ...vectors, shape], (x, scale, offset, mean, variance, dy) => {
        const running = [mean, variance.abs()].map((tensor) => tf.variable(tensor));
        const norm = (...[image, factor, summand]: tf.Tensor[]) =>
          normalizeByBatch({
            x: image.add(3) as tf.Tensor4D,
            scale: factor as tf.Tensor1D,
            offset: summand as tf.Tensor1D,
            mean: running[0],
            variance: running[1],
            momentum: 0.1,
            epsilon: 1e-5,
          });
        const y = norm(x, scale, offset);
        const moved = running.map((variable) => variable.clone());
        const gradients = tf.grads(norm)([x, scale, offset], dy);
        running.forEach((variable) => variable.dispose());
        return [y, ...moved, ...gradients];
      });
    });
  }

  it('clones and casts without a copy, and keeps the numbers when the original goes', () => {
    const values = tf.tidy(() => {
      const x = tf.tensor1d([1, 2, 3]);
      const [clone, cast, integers] = [x.clone(), x.cast('float32'), x.cast('int32')];
      assert.equal(cast.dataId, x.dataId);
      x.dispose();
      return [clone, cast, integers].map((tensor) => [...tensor.dataSync()]);
    });
    assert.deepEqual(values, [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});
