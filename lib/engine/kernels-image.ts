import type { NativeKernel } from './native-kernel';
import {
  addBias,
  applyRelu,
  convolutionFilterGradient,
  convolutionInputGradient,
  convolveImages,
  normalizationGradient,
  normalizeImages,
  poolGradient,
  poolImages,
  reluGradient,
  sumToBias,
} from './native-operations';

/** Convolution without a bias: x, filter to y. */
export const CONVOLVE: NativeKernel = {
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
export const ADD_BIAS: NativeKernel = {
  name: 'AttentionAddBias',
  inputsToSave: [],
  outputsToSave: [false],
  forward: (backend, { x, bias }) => [addBias(backend, x, bias)],
  backward: (backend, gradient) => ({ x: () => gradient.clone(), bias: () => sumToBias(backend, gradient) }),
};

/**
 * Pooling by two, bias and relu: x, bias to y. Bias and relu come after the pooling, on a quarter of the numbers:
 * neither changes which of four is the greatest.
 */
export const POOL: NativeKernel = {
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
 * Batch normalisation in training, and relu: x, scale, offset, mean, variance to y and the running mean and
 * variance after it. Settings: momentum, epsilon.
 */
export const NORMALIZE: NativeKernel = {
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
