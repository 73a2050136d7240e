import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../../lib/tensor/adam';
import { registerWasmTrainingKernels, unregisterWasmTrainingKernels } from '../../../lib/tensor/wasm';
import { describeWasm, drawNumbers, relativeError, TOLERANCE } from './on-backends';

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
