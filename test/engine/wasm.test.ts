import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import type { AdamSlots } from '../../lib/engine/adam-slots';
import { createTensorSlots } from '../../lib/engine/adam-tensors';
import { startEngine } from '../../lib/engine/tensorflow';
import { registerWasmTrainingKernels, unregisterWasmTrainingKernels } from '../../lib/engine/wasm';
import { createWasmSlots } from '../../lib/engine/wasm/adam-slots';
import type { WasmBackend } from '../../lib/engine/wasm/backend';
import { meanCrossEntropy } from '../../lib/engine/operations';
import { buildTerGat } from '../../lib/model/tergat';

/** Both backends sum in float32, in different orders. */
const TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;

type Compute = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Gives numbers between -1 and 1 that depend on shape and key alone. */
function drawNumbers(shape: readonly number[], key: string): Float32Array {
  const { uniform } = createRandom(1, key, ...shape);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => uniform(-1, 1));
}

/** Computes on one backend, and gives the results as arrays. */
async function computeOn(
  backend: string,
  shapes: readonly number[][],
  compute: Compute,
): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(drawNumbers(shape, `input ${i}`), shape));
    return [compute(...inputs)].flat().map((result) => result.dataSync() as Float32Array);
  });
}

/** Gives |received - expected| / |expected|, Euclidean norms. */
function relativeError(received: Float32Array, expected: Float32Array): number {
  assert.equal(received.length, expected.length);
  const norm = (values: Float32Array) => Math.hypot(...values);
  const difference = norm(received.map((value, i) => value - expected[i]));
  return difference === 0 ? 0 : difference / norm(expected);
}

async function assertAsOnCpu(shapes: readonly number[][], compute: Compute): Promise<void> {
  const expected = await computeOn('cpu', shapes, compute);
  const received = await computeOn('wasm', shapes, compute);
  received.forEach((values, i) => {
    const error = relativeError(values, expected[i]);
    assert.ok(error < TOLERANCE, `result ${i} of ${JSON.stringify(shapes)}: ${error}`);
  });
}

describe('the wasm training kernels', () => {
  before(async () => {
    await startEngine({ backend: 'wasm' });
    registerWasmTrainingKernels();
  });

  beforeEach(() => tf.setBackend('wasm'));

  describe('matMul', () => {
    const sizes = [[1, 1, 1], [3, 5, 2], [9, 17, 33], [64, 300, 100], [70, 257, 265], [13, 4, 7]]; // prettier-ignore
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
      const shapes = [[2, 3, 9, 5], [2, 3, 4, 5]]; // prettier-ignore
      await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y, false, true));
    });

    it('repeats a single matrix along a stack, by the stock kernel', async () => {
      const shapes = [[3, 9, 5], [1, 5, 4]]; // prettier-ignore
      await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y));
    });
  });

  describe('conv2d and its gradients', () => {
    const convolutions = [
      { name: "the first layer's form", x: [2, 8, 8, 1], filter: [3, 3, 1, 5], stride: 1, pad: 'same' },
      { name: "the second layer's form", x: [2, 8, 9, 6], filter: [3, 3, 6, 11], stride: 1, pad: 'same' },
      { name: 'more depth than one block holds', x: [1, 5, 6, 130], filter: [3, 3, 130, 9], stride: 1, pad: 'same' },
      { name: 'no padding', x: [2, 7, 6, 3], filter: [3, 2, 3, 4], stride: 1, pad: 'valid' },
      { name: 'a stride of 2', x: [2, 9, 8, 3], filter: [3, 3, 3, 8], stride: 2, pad: 'same' },
      { name: 'a stride that leaves pixels over', x: [1, 10, 11, 2], filter: [3, 3, 2, 3], stride: 3, pad: 'valid' },
      { name: 'strides of one channel', x: [1, 8, 8, 1], filter: [5, 5, 1, 3], stride: 2, pad: 'same' },
      { name: 'a 1x1 filter', x: [2, 6, 5, 7], filter: [1, 1, 7, 9], stride: 1, pad: 'same' },
      { name: 'a filter larger than the image', x: [1, 3, 3, 2], filter: [5, 5, 2, 2], stride: 1, pad: 'same' },
      { name: 'more padding than the filter reaches', x: [1, 5, 5, 1], filter: [2, 2, 1, 1], stride: 1, pad: 1 },
    ] as const; // prettier-ignore
    for (const { name, x, filter, stride, pad } of convolutions) {
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
      const shapes = [[1, 8, 8, 2], [3, 3, 2, 3]]; // prettier-ignore
      await assertAsOnCpu(shapes, (x, filter) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
      );
    });
  });

  describe('what surrounds them', () => {
    it('sums and averages over the first axes, and over others by the stock kernel', async () => {
      const axesOf = [[0], [0, 1], [1, 0], [0, 1, 2], [1], [2], [0, 2], [-1], [0, 1, 2, 3]]; // prettier-ignore
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

    it('repeats along any axis', async () => {
      for (const reps of [
        [1, 1, 1],
        [4, 3, 1],
        [1, 5, 1],
        [7, 1, 1],
        [2, 3, 4],
      ]) {
        await assertAsOnCpu([[1, 2, 3]], (x) => tf.tile(x, reps));
        await assertAsOnCpu([[2, 1, 5]], (x) => tf.tile(x, reps));
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

    it('clones and casts without a copy, and keeps the numbers when the original goes', () => {
      const values = tf.tidy(() => {
        const x = tf.tensor1d([1, 2, 3]);
        const [clone, cast, integers] = [x.clone(), x.cast('float32'), x.cast('int32')];
        assert.equal(cast.dataId, x.dataId);
        x.dispose();
        return [clone, cast, integers].map((tensor) => [...tensor.dataSync()]);
      });
      assert.deepEqual(values, [[1, 2, 3], [1, 2, 3], [1, 2, 3]]); // prettier-ignore
    });
  });

  it("give a small TerGat's gradients within 1e-4 of the cpu backend's", async () => {
    const expected = await tergatGradients('cpu');
    const received = await tergatGradients('wasm');
    for (const [name, values] of expected) {
      // A bias before batch normalisation has no gradient: what is left of it is rounding.
      if (name.endsWith('conv1.bias')) continue;
      const error = relativeError(received.get(name)!, values);
      assert.ok(error < GRADIENT_TOLERANCE, `${name}: ${error}`);
    }
  });

  it('leave no tensor behind', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      tf.grads(convolve)([tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 3])]);
    });
    assert.equal(tf.memory().numTensors, before);
  });

  describe("Adam's slots", () => {
    const rates = { beta1: 0.9, beta2: 0.999, stepSize: 1e-2, epsilon: 1e-8 };
    const steps = ['first', 'second', 'third'];

    function stepThrough(create: (variable: tf.Variable) => AdamSlots): Float32Array[] {
      const variable = tf.variable(tf.tensor(drawNumbers([7, 3], 'weights'), [7, 3]));
      const slots = create(variable);
      for (const key of steps) {
        tf.tidy(() => slots.apply(tf.tensor(drawNumbers([7, 3], key), [7, 3]), rates));
      }
      const { mean, square } = slots.read();
      const weights = variable.dataSync() as Float32Array;
      [slots, variable].forEach((item) => item.dispose());
      return [weights, mean, square];
    }

    it('move weights and memory as tfjs operations do', () => {
      const expected = stepThrough(createTensorSlots);
      const received = stepThrough((variable) => createWasmSlots(wasmBackend(), variable));
      received.forEach((values, i) => assert.ok(relativeError(values, expected[i]) < TOLERANCE));
    });

    it("leave a clone of the variable as it was, and tfjs' packed weights behind", () => {
      const variable = tf.variable(tf.ones([3, 2]));
      const slots = createWasmSlots(wasmBackend(), variable);
      const row = tf.ones([1, 3]);
      // A product of one row is tfjs' own: it keeps the weights packed under their number.
      const product = () =>
        tf.tidy(() => [...tf.matMul(row, variable as tf.Tensor as tf.Tensor2D).dataSync()]);
      assert.deepEqual(product(), [3, 3]);
      const gradient = tf.ones([3, 2]);
      slots.apply(gradient, rates);
      assert.ok(product()[0] < 2.95);
      const clone = variable.clone();
      const before = [...clone.dataSync()];
      slots.apply(gradient, rates);
      assert.deepEqual([...clone.dataSync()], before);
      assert.notDeepEqual([...variable.dataSync()], before);
      tf.dispose([row, gradient, clone, variable]);
      slots.dispose();
    });
  });

  it('hold no more memory after many steps than after a few', () => {
    const step = () =>
      tf.tidy(() => {
        const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
        tf.grads(product)([tf.ones([64, 500]), tf.ones([500, 300])]);
      });
    for (let i = 0; i < 5; i++) step();
    const bytes = wasmBackend().wasm.HEAPU8.length;
    for (let i = 0; i < 100; i++) step();
    assert.equal(wasmBackend().wasm.HEAPU8.length, bytes);
  });

  it("can be taken out again, and tfjs' kernels are then back", () => {
    const ours = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
    registerWasmTrainingKernels();
    assert.equal(tf.getKernel('BatchMatMul', 'wasm').kernelFunc, ours);
    unregisterWasmTrainingKernels();
    assert.notEqual(tf.getKernel('BatchMatMul', 'wasm').kernelFunc, ours);
    assert.equal(tf.getKernel('Conv2DBackpropFilter', 'wasm') ?? undefined, undefined);
    registerWasmTrainingKernels();
  });
});

function wasmBackend(): WasmBackend {
  return tf.backend() as unknown as WasmBackend;
}

async function tergatGradients(backend: string): Promise<Map<string, Float32Array>> {
  await tf.setBackend(backend);
  const sizes = { blockSize: 8, filters: [5, 6], branch: [20, 12], latent: 9, head: [17, 10], classes: 7, dropout: 0.1 } as const; // prettier-ignore
  const network = buildTerGat({ seed: 3, sizes });
  const blocks = ['eyes', 'mouth'].map((key) => tf.tensor(drawNumbers([10, 8, 8, 1], key), [10, 8, 8, 1]));
  const labels = tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 0, 1, 2], 'int32');
  const mode = { training: true, dropout: { seed: 1, epoch: 1, step: 0 } } as const;
  const names = new Map([...network.parameters].map(([name, variable]) => [variable.name, name]));
  const measure = () => meanCrossEntropy(network.forward(blocks, mode), labels);
  const { value, grads } = tf.variableGrads(measure, [...network.parameters.values()]);
  const arrays = Object.entries(grads).map(([name, gradient]) => [names.get(name)!, gradient.dataSync() as Float32Array] as const); // prettier-ignore
  tf.dispose([value, grads, blocks, labels]);
  network.dispose();
  return new Map(arrays);
}
