import * as tf from '@tensorflow/tfjs';
import type { NativeKernel } from './native-kernel';
import {
  addBias,
  applyRelu,
  crossEntropies,
  drawUniform,
  multiplyMatrices,
  reluGradient,
  sumToBias,
} from './native-operations';

/** Fully connected layer: x, weight, bias to y. Settings: activation. */
export const CONNECT: NativeKernel = {
  name: 'AttentionConnect',
  inputsToSave: ['x', 'weight'],
  outputsToSave: [true],
  forward(backend, { x, weight, bias }, { activation }) {
    const y = addBias(backend, multiplyMatrices(backend, [x, weight]), bias);
    return [activation === 'relu' ? applyRelu(backend, y) : y];
  },
  backward(backend, gradient, [x, weight, y], { activation }) {
    const inner = activation === 'relu' ? reluGradient(backend, gradient, y) : gradient;
    return {
      x: () => multiplyMatrices(backend, [inner, weight], 'second'),
      weight: () => multiplyMatrices(backend, [x, inner], 'first'),
      bias: () => sumToBias(backend, inner),
    };
  },
};

/** Dropout: x, seed to y and the mask, 0 or 1 / (1 - rate). Settings: rate. */
export const DROP_OUT: NativeKernel = {
  name: 'AttentionDropOut',
  inputsToSave: [],
  outputsToSave: [false, true],
  forward(backend, { x, seed }, { rate }) {
    const isKept = tf.greaterEqual(drawUniform(backend, x.shape, seed), rate);
    const mask = isKept.cast('float32').mul(1 / (1 - rate));
    return [mask.mul(x as tf.Tensor), mask];
  },
  backward: (_backend, gradient, [mask]) => ({ x: () => gradient.mul(mask) }),
};

/** Softmax cross entropy: logits, labels to the loss of each sample. */
export const CROSS_ENTROPY: NativeKernel = {
  name: 'AttentionCrossEntropy',
  inputsToSave: [],
  outputsToSave: [false, true],
  forward: (backend, { logits, labels }) => crossEntropies(backend, logits, labels),
  backward: (_backend, gradient, [slope]) => ({ logits: () => slope.mul(gradient.expandDims(1)) }),
};
