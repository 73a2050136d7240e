import * as tf from '@tensorflow/tfjs';
import { registerNativeKernel, type KernelSettings, type NativeKernel } from './register';
import {
  addBias,
  applyRelu,
  convolutionFilterGradient,
  convolutionInputGradient,
  convolveImages,
  crossEntropies,
  drawUniform,
  multiplyMatrices,
  normalizationGradient,
  normalizeImages,
  poolGradient,
  poolImages,
  reluGradient,
  sumToBias,
} from './calls';

/** Convolution without a bias: x, filter to y. */
const CONVOLVE: NativeKernel = {
  name: 'AttentionConvolve',
  inputsToSave: ['x', 'filter'],
  outputsToSave: [false],
  forward: (backend, { x, filter }) => [convolveImages(backend, x, filter)],
  backward: (backend, gradient, [x, filter]) => ({
    x: () => convolutionInputGradient(backend, { filter, gradient, shape: x.shape }),
    filter: () => convolutionFilterGradient(backend, { x, gradient, shape: filter.shape }),
  }),
};

/** Bias: x, bias to y. */
const ADD_BIAS: NativeKernel = {
  name: 'AttentionAddBias',
  inputsToSave: [],
  outputsToSave: [false],
  forward: (backend, { x, bias }) => [addBias(backend, x, bias)],
  backward: (backend, gradient) => ({ x: () => gradient.clone(), bias: () => sumToBias(backend, gradient) }),
};

/**
 * 2x2 pooling, bias and relu: x, bias to y. Bias and relu are applied after the pooling, to a quarter of the values,
 * since neither changes which of the four values is the maximum.
 */
const POOL: NativeKernel = {
  name: 'AttentionPool',
  inputsToSave: ['x'],
  outputsToSave: [true],
  forward: (backend, { x, bias }) => [applyRelu(backend, addBias(backend, poolImages(backend, x), bias))],
  backward(backend, gradient, [x, y]) {
    const pooled = reluGradient(backend, gradient, y);
    return { x: () => poolGradient(backend, x, pooled), bias: () => sumToBias(backend, pooled) };
  },
};

/**
 * Batch normalisation in training mode, and relu: x, scale, offset, mean, variance to y and the updated running mean
 * and variance. Settings: momentum, epsilon.
 */
const NORMALIZE: NativeKernel = {
  name: 'AttentionNormalize',
  inputsToSave: ['x', 'scale'],
  outputsToSave: [true, false, false, true, true, true],
  forward(backend, { x, scale, offset, mean, variance }, settings) {
    const [y, ...others] = normalizeImages(backend, [x, scale, offset, mean, variance], settings);
    return [applyRelu(backend, y), ...others];
  },
  backward(backend, gradient, [x, scale, y, ...reserved], { epsilon }) {
    const inner = reluGradient(backend, gradient, y);
    const gradients = normalizationGradient(backend, [inner, x, scale, ...reserved], epsilon);
    return { x: () => gradients[0], scale: () => gradients[1], offset: () => gradients[2] };
  },
};

/** Fully connected layer: x, weight, bias to y. Settings: activation. */
const CONNECT: NativeKernel = {
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
const DROP_OUT: NativeKernel = {
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
const CROSS_ENTROPY: NativeKernel = {
  name: 'AttentionCrossEntropy',
  inputsToSave: [],
  outputsToSave: [false, true],
  forward: (backend, { logits, labels }) => crossEntropies(backend, logits, labels),
  backward: (_backend, gradient, [slope]) => ({ logits: () => slope.mul(gradient.expandDims(1)) }),
};

const KERNELS = {
  convolve: CONVOLVE,
  addBias: ADD_BIAS,
  pool: POOL,
  normalize: NORMALIZE,
  connect: CONNECT,
  dropOut: DROP_OUT,
  crossEntropy: CROSS_ENTROPY,
} as const satisfies Record<string, NativeKernel>;

// tfjs' registry is global in the process, so the kernels are registered once, when this module is loaded.
Object.values(KERNELS).forEach(registerNativeKernel);

/**
 * Runs one of this project's kernels if the current backend has it.
 * @returns its outputs, which the surrounding tidy disposes; undefined if the backend does not have the kernel
 */
export function runKernel(
  kernel: keyof typeof KERNELS,
  inputs: Readonly<Record<string, tf.Tensor>>,
  settings: Partial<KernelSettings> = {},
): tf.Tensor[] | undefined {
  const { name } = KERNELS[kernel];
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  const output: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, settings as tf.NamedAttrMap);
  return Array.isArray(output) ? output : [output];
}
