import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import {
  connect,
  convolve,
  convolveAndPool,
  dropOut,
  meanCrossEntropy,
  normalizeByBatch,
  normalizeByRunning,
} from '../../lib/tensor/operations';
import { startEngine } from '../../lib/tensor/backend';
import { asInputs, assertAgrees } from '../support/agreement';
import { describeNative } from '../support/native';

describeNative('operations on native TensorFlow agree with the cpu backend in output and gradients', () => {
  after(async () => void (await startEngine({ backend: 'tensorflow' })));

  const image = { x: [2, 6, 4, 2], filter: [3, 3, 2, 3], bias: [3] };
  type Layer = Parameters<typeof convolve>[0];

  it('convolve', () => assertAgrees(image, (inputs) => convolve(asInputs<Layer>(inputs))));

  it('convolve and pool', () => assertAgrees(image, (inputs) => convolveAndPool(asInputs<Layer>(inputs))));

  it('convolve and pool, where all four of a square are equal', () =>
    assertAgrees({ x: image.x, zeros: image.filter, bias: [3] }, ({ x, zeros, bias }) =>
      convolveAndPool(asInputs<Layer>({ x, filter: zeros, bias: bias.abs() })),
    ));

  it('normalise by the batch, running figures included', () =>
    assertAgrees({ x: [3, 2, 4, 3], scale: [3], offset: [3] }, (inputs, variables) =>
      normalizeByBatch({
        ...asInputs<Parameters<typeof normalizeByBatch>[0]>(inputs),
        ...variables,
        momentum: 0.1,
        epsilon: 1e-5,
      }),
    ));

  it('normalise by the running figures', () =>
    assertAgrees({ x: [3, 2, 4, 3], scale: [3], offset: [3] }, (inputs, variables) =>
      normalizeByRunning({
        ...asInputs<Parameters<typeof normalizeByRunning>[0]>(inputs),
        ...variables,
        momentum: 0.1,
        epsilon: 1e-5,
      }),
    ));

  for (const activation of ['relu', 'none'] as const) {
    it(`connect, activation ${activation}`, () =>
      assertAgrees({ x: [4, 5], weight: [5, 3], bias: [3] }, (inputs) =>
        connect({ ...asInputs<Parameters<typeof connect>[0]>(inputs), activation }),
      ));
  }

  it('drop out, by the same mask', () =>
    assertAgrees({ x: [7, 33] }, ({ x }) => dropOut(x, 0.3, tf.tensor1d([5, 6], 'int32'))));

  it('join two branches', () =>
    assertAgrees({ mouth: [4, 3], eyes: [4, 5] }, ({ mouth, eyes }) => tf.concat([mouth, eyes], 1)));

  it('flatten images', () => assertAgrees({ x: [4, 2, 2, 3] }, ({ x }) => tf.reshape(x, [-1, 12])));

  it('cross entropy', () =>
    assertAgrees({ logits: [5, 7] }, ({ logits }) =>
      meanCrossEntropy(logits as tf.Tensor2D, tf.tensor1d([0, 6, 3, 3, 1], 'int32')),
    ));
});

describe('operations on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('drop the share that was asked for and scale the others', () => {
    const values = tf.tidy(() => dropOut(tf.ones([20000]), 0.1, tf.tensor1d([1, 2], 'int32')).dataSync());
    const dropped = values.filter((value) => value === 0).length / values.length;
    assert.ok(Math.abs(dropped - 0.1) < 0.01);
    assert.ok(values.every((value) => value === 0 || value === Math.fround(1 / 0.9)));
  });

  it('measure cross entropy as a mean over samples', () => {
    const loss = tf.tidy(
      () => meanCrossEntropy(tf.zeros([3, 7]), tf.tensor1d([0, 1, 2], 'int32')).dataSync()[0],
    );
    assert.ok(Math.abs(loss - Math.log(7)) < 1e-6);
  });
});
