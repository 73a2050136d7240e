import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createTensorSlots, type AdamSlots } from '../../../lib/tensor/adam-slots';
import { createWasmSlots } from '../../../lib/tensor/wasm/adam-slots';
import { describeWasm, drawNumbers, relativeError, TOLERANCE, wasmBackend } from './on-backends';

describeWasm("Adam's slots on wasm", () => {
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
    const product = () => tf.tidy(() => [...tf.matMul(row, variable as tf.Tensor as tf.Tensor2D).dataSync()]);
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
