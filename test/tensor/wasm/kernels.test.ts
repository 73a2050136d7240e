import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { assertAsOnCpu, describeWasm } from './on-backends';
import { dropOut, normalizeByBatch } from '../../../lib/tensor/operations';
import { projectRoot } from '../../../lib/files/project';

describeWasm('matMul on wasm', () => {
  const sizes = [
    [1, 1, 1],
    [3, 5, 2],
    [9, 17, 33],
    [64, 300, 100],
    [70, 257, 265],
    [13, 4, 7],
  ];
  for (const [rows, depth, columns] of sizes) {
    it(`multiplies ${rows}x${depth} by ${depth}x${columns}, each operand transposed or not`, async () => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = transposeA ? [depth, rows] : [rows, depth];
          const b = transposeB ? [columns, depth] : [depth, columns];
          await assertAsOnCpu([a, b], (x, y) => tf.matMul(x, y, transposeA, transposeB));
        }
      }
    });
  }

  it('multiplies a stack of matrices one by one', async () => {
    const shapes = [
      [2, 3, 9, 5],
      [2, 3, 4, 5],
    ];
    await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y, false, true));
  });

  it('repeats a single matrix along a stack, by the stock kernel', async () => {
    const shapes = [
      [3, 9, 5],
      [1, 5, 4],
    ];
    await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y));
  });
});

describeWasm('conv2d and its gradients on wasm', () => {
  const convolutions = [
    ["the first layer's form", [2, 8, 8, 1], [3, 3, 1, 5], 1, 'same'],
    ["the second layer's form", [2, 8, 9, 6], [3, 3, 6, 11], 1, 'same'],
    ['more depth than one block holds', [1, 5, 6, 130], [3, 3, 130, 9], 1, 'same'],
    ['no padding', [2, 7, 6, 3], [3, 2, 3, 4], 1, 'valid'],
    ['a stride of 2', [2, 9, 8, 3], [3, 3, 3, 8], 2, 'same'],
    ['a stride that leaves pixels over', [1, 10, 11, 2], [3, 3, 2, 3], 3, 'valid'],
    ['strides of one channel', [1, 8, 8, 1], [5, 5, 1, 3], 2, 'same'],
    ['a 1x1 filter', [2, 6, 5, 7], [1, 1, 7, 9], 1, 'same'],
    ['a filter larger than the image', [1, 3, 3, 2], [5, 5, 2, 2], 1, 'same'],
    ['more padding than the filter reaches', [1, 5, 5, 1], [2, 2, 1, 1], 1, 1],
  ] as const;
  for (const [name, x, filter, stride, pad] of convolutions) {
    it(`gives the cpu backend's numbers for ${name}`, async () => {
      const convolve = (image: tf.Tensor, weights: tf.Tensor) =>
        tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, stride, pad);
      const { shape } = tf.tidy(() => convolve(tf.zeros([...x]), tf.zeros([...filter])));
      await assertAsOnCpu([[...x], [...filter], shape], (image, weights, dy) => [
        convolve(image, weights),
        ...tf.grads(convolve)([image, weights], dy),
      ]);
    });
  }

  it('leaves dilated convolutions to the stock kernel', async () => {
    const shapes = [
      [1, 8, 8, 2],
      [3, 3, 2, 3],
    ];
    await assertAsOnCpu(shapes, (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
    );
  });
});

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

describe('the compiled kernels', () => {
  it('are what the compiler makes of their sources', async function () {
    this.timeout(300_000);
    const script = path.join(projectRoot(), 'scripts', 'compile-kernels.mjs');
    await promisify(execFile)(process.execPath, [script, '--check']);
  });
});
