import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { meanCrossEntropy } from '../../../lib/tensor/operations';
import {
  registerWasmTrainingKernels,
  unregisterWasmTrainingKernels,
  wasmTrainingBackend,
} from '../../../lib/tensor/wasm';
import { buildTerGat } from '../../../lib/model/networks/tergat';
import { TOLERANCE, describeWasm, drawNumbers, relativeError, wasmBackend } from './on-backends';
import { Adam } from '../../../lib/tensor/adam';

const GRADIENT_TOLERANCE = 1e-4;

describeWasm('the wasm training kernels', () => {
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

  it("can be unregistered, which restores tfjs' kernels", () => {
    const ours = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
    registerWasmTrainingKernels();
    assert.equal(tf.getKernel('BatchMatMul', 'wasm').kernelFunc, ours);
    assert.equal(wasmTrainingBackend(), tf.backend());
    unregisterWasmTrainingKernels();
    assert.equal(wasmTrainingBackend(), undefined);
    assert.notEqual(tf.getKernel('BatchMatMul', 'wasm').kernelFunc, ours);
    assert.equal(tf.getKernel('Conv2DBackpropFilter', 'wasm') ?? undefined, undefined);
    registerWasmTrainingKernels();
  });
});

async function tergatGradients(backend: string): Promise<Map<string, Float32Array>> {
  await tf.setBackend(backend);
  const sizes = {
    blockSize: 8,
    filters: [5, 6],
    branch: [20, 12],
    latent: 9,
    head: [17, 10],
    classes: 7,
    dropout: 0.1,
  } as const;
  const network = buildTerGat({ seed: 3, sizes });
  const blocks = ['eyes', 'mouth'].map((key) => tf.tensor(drawNumbers([10, 8, 8, 1], key), [10, 8, 8, 1]));
  const labels = tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 0, 1, 2], 'int32');
  const mode = { training: true, dropout: { seed: 1, epoch: 1, step: 0 } } as const;
  const names = new Map([...network.parameters].map(([name, variable]) => [variable.name, name]));
  const measure = () => meanCrossEntropy(network.forward(blocks, mode), labels);
  const { value, grads } = tf.variableGrads(measure, [...network.parameters.values()]);
  const arrays = Object.entries(grads).map(
    ([name, gradient]) => [names.get(name)!, gradient.dataSync() as Float32Array] as const,
  );
  tf.dispose([value, grads, blocks, labels]);
  network.dispose();
  return new Map(arrays);
}

describeWasm('Adam on wasm', () => {
  afterEach(registerWasmTrainingKernels);

  function stepThrough(): Float32Array[] {
    const variable = tf.variable(tf.tensor(drawNumbers([7, 3], 'weights'), [7, 3]));
    const optimizer = new Adam({ learningRate: 1e-2, weightDecay: 0.1 });
    for (const key of ['first', 'second', 'third']) {
      const gradient = tf.tensor(drawNumbers([7, 3], key), [7, 3]);
      optimizer.applyGradients({ [variable.name]: gradient });
      gradient.dispose();
    }
    const { mean, square } = optimizer.momentsOf(variable);
    const values = [variable, mean, square].map((each) => each.dataSync().slice() as Float32Array);
    [optimizer, variable].forEach((item) => item.dispose());
    return values;
  }

  it('moves weights and memory by its kernel as by tfjs operations', () => {
    const received = stepThrough();
    unregisterWasmTrainingKernels();
    const expected = stepThrough();
    received.forEach((values, i) => assert.ok(relativeError(values, expected[i]) < TOLERANCE));
  });

  it("leaves a clone of the variable as it was, and tfjs' packed weights behind", () => {
    const variable = tf.variable(tf.ones([3, 2]));
    const optimizer = new Adam({ learningRate: 0.1 });
    const row = tf.ones([1, 3]);
    // A product of one row is tfjs' own: it keeps the weights packed under their number.
    const product = () => tf.tidy(() => [...tf.matMul(row, variable as tf.Tensor as tf.Tensor2D).dataSync()]);
    assert.deepEqual(product(), [3, 3]);
    const gradient = tf.ones([3, 2]);
    optimizer.applyGradients({ [variable.name]: gradient });
    assert.ok(product()[0] < 2.95);
    const clone = variable.clone();
    const before = [...clone.dataSync()];
    optimizer.applyGradients({ [variable.name]: gradient });
    assert.deepEqual([...clone.dataSync()], before);
    assert.notDeepEqual([...variable.dataSync()], before);
    tf.dispose([row, gradient, clone, variable]);
    optimizer.dispose();
  });
});
