import * as tf from '@tensorflow/tfjs';
import { drawPhiloxUniform } from './philox';

/** What follows a layer's sum. */
export type Activation = 'none' | 'relu';

/**
 * Convolves with stride 1 and same padding, adds the bias and applies the activation.
 * @param layer.x [n, height, width, in]
 * @param layer.filter [height, width, in, out]
 * @param layer.bias [out]
 * @returns [n, height, width, out]
 */
export function convolve(layer: {
  readonly x: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
  readonly activation: Activation;
}): tf.Tensor4D {
  const { x, filter, bias, activation } = layer;
  return activate(tf.conv2d(x, filter, 1, 'same').add(bias), activation);
}

/** What batch normalisation needs: PyTorch's names in ours. */
export interface BatchNormalization {
  /** [n, height, width, channels] */
  readonly x: tf.Tensor4D;
  /** [channels], learned factor. */
  readonly scale: tf.Tensor1D;
  /** [channels], learned summand. */
  readonly offset: tf.Tensor1D;
  /** [channels], running mean over batches. */
  readonly mean: tf.Variable;
  /** [channels], running unbiased variance over batches. */
  readonly variance: tf.Variable;
  /** How much of a new batch goes into the running figures, 0 to 1 (PyTorch's sense). */
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * Normalises by the batch's own mean and variance, and moves the running ones towards them.
 * @returns of x's shape
 */
export function normalizeByBatch(layer: BatchNormalization): tf.Tensor4D {
  const { x, scale, offset, epsilon } = layer;
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const count = x.size / mean.size;
  moveTowards(layer.mean, mean, layer.momentum);
  moveTowards(layer.variance, variance.mul(count / (count - 1)), layer.momentum);
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, epsilon);
}

/**
 * Normalises by the running mean and variance.
 * @returns of x's shape
 */
export function normalizeByRunning({
  x,
  scale,
  offset,
  mean,
  variance,
  epsilon,
}: BatchNormalization): tf.Tensor4D {
  return tf.batchNorm(x, mean as tf.Tensor as tf.Tensor1D, variance as tf.Tensor as tf.Tensor1D, offset, scale, epsilon); // prettier-ignore
}

/**
 * Applies relu.
 * @returns of x's shape
 */
export function rectify<T extends tf.Tensor>(x: T): T {
  return tf.relu(x);
}

/**
 * Takes the maximum of each 2x2 square.
 * @param x [n, height, width, channels]
 * @returns [n, height / 2, width / 2, channels]
 */
export function poolByTwo(x: tf.Tensor4D): tf.Tensor4D {
  return tf.maxPool(x, 2, 2, 'valid');
}

/**
 * Multiplies by a matrix, adds the bias and applies the activation.
 * @param layer.x [n, in]
 * @param layer.weight [in, out]
 * @param layer.bias [out]
 * @returns [n, out]
 */
export function connect(layer: {
  readonly x: tf.Tensor2D;
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  readonly activation: Activation;
}): tf.Tensor2D {
  const { x, weight, bias, activation } = layer;
  return activate(tf.matMul(x, weight).add(bias), activation);
}

/**
 * Sets a share of the numbers to 0 and scales the others up, by a mask that the seed alone decides.
 * @param rate the share, 0 to 1
 * @param seed two integers, 0 to 2^31 - 1
 * @returns of x's shape; x itself when the rate is 0
 */
export function dropOut<T extends tf.Tensor>(x: T, rate: number, seed: readonly [number, number]): T {
  if (rate === 0) return x;
  const mask = drawPhiloxUniform(seed, x.size).map((value) => (value >= rate ? 1 / (1 - rate) : 0));
  return x.mul(tf.tensor(mask, x.shape));
}

/**
 * Measures softmax cross entropy.
 * @param logits [n, classes]
 * @param labels int32 class numbers, [n]
 * @returns the mean over the n samples
 */
export function meanCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const chosen = tf.oneHot(labels, logits.shape[1]);
  return tf.logSoftmax(logits).mul(chosen).sum().div(-logits.shape[0]);
}

function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  return activation === 'relu' ? tf.relu(x) : x;
}

function moveTowards(running: tf.Variable, value: tf.Tensor, share: number): void {
  running.assign(running.mul(1 - share).add(value.mul(share)));
}
