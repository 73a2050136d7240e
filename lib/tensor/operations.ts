import * as tf from '@tensorflow/tfjs';
import { nativeBackend } from './native/addon';
import * as native from './native/fused-kernels';
import type { BatchNormalization, DenseLayer } from './native/fused-kernels';
import { wasmTrainingBackend } from './wasm';
import * as wasm from './wasm/layers';

/*
 * The operations of the networks. They use this project's kernels where the backend has them, and tfjs' operations
 * otherwise. All are differentiable and return new tensors, which the surrounding tidy disposes.
 */

/** A convolution of stride 1 and same padding: x, [n, height, width, in], filter, [height, width, in, out]. */
interface Convolution {
  readonly x: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** Convolves. @returns [n, height, width, out] */
export function convolveWithoutBias(x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  return tf.conv2d(x, filter, 1, 'same');
}

/** Convolves and adds the bias. @returns [n, height, width, out] */
export function convolve({ x, filter, bias }: Convolution): tf.Tensor4D {
  const convolved = convolveWithoutBias(x, filter);
  return nativeBackend() ? native.addBias(convolved, bias) : convolved.add(bias);
}

/**
 * Convolves, adds the bias, applies relu and takes the maximum of each 2x2 square.
 * @returns [n, height / 2, width / 2, out]
 */
export function convolveAndPool({ x, filter, bias }: Convolution): tf.Tensor4D {
  const convolved = convolveWithoutBias(x, filter);
  if (nativeBackend()) return native.poolBiasRelu(convolved, bias);
  return tf.maxPool(tf.relu(convolved.add(bias)) as tf.Tensor4D, 2, 2, 'valid');
}

/**
 * Normalises by the batch's mean and variance, applies relu, and updates the running statistics.
 * @returns the shape of x
 */
export function normalizeByBatch(layer: BatchNormalization): tf.Tensor4D {
  if (nativeBackend()) return native.normalizeBatch(layer);
  const wasmBackend = wasmTrainingBackend();
  if (wasmBackend) return wasm.normalizeBatch(wasmBackend, layer);
  const { x, scale, offset, momentum, epsilon } = layer;
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const count = x.size / mean.size;
  moveTowards(layer.mean, mean, momentum);
  moveTowards(layer.variance, variance.mul(count / (count - 1)), momentum);
  return tf.relu(tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, epsilon));
}

/** Normalises by the running mean and variance and applies relu. @returns the shape of x */
export function normalizeByRunning(layer: BatchNormalization): tf.Tensor4D {
  const { x, scale, offset, mean, variance, epsilon: varianceEpsilon } = layer;
  const inputs = { x, scale, offset, mean, variance };
  // The kernel without tf.batchNorm, which reshapes the result to the batch's shape: a graph could not take other batches.
  return tf.relu(tf.engine().runKernel<tf.Tensor4D>('FusedBatchNorm', inputs, { varianceEpsilon }));
}

/** Multiplies x by a matrix, adds the bias and applies the activation. @returns [n, out] */
export function connect(layer: DenseLayer): tf.Tensor2D {
  if (nativeBackend()) return native.connect(layer);
  const { x, weight, bias, activation } = layer;
  const y = tf.matMul(x, weight).add(bias) as tf.Tensor2D;
  return activation === 'relu' ? tf.relu(y) : y;
}

/**
 * Applies dropout: sets a share of the values to 0 and divides the others by 1 - rate. The mask depends on the seed only.
 * @param rate the share, 0 to 1
 * @param seed two integers, 0 to 2^31 - 1, int32 [2]
 * @returns the shape of x; x itself when the rate is 0
 */
export function dropOut<T extends tf.Tensor>(x: T, rate: number, seed: tf.Tensor1D): T {
  if (rate === 0) return x;
  if (nativeBackend()) return native.dropOut(x, rate, seed);
  const wasmBackend = wasmTrainingBackend();
  if (wasmBackend) return wasm.dropOut(wasmBackend, x, rate, seed);
  const [first, second] = seed.dataSync();
  const drawn = wasm.drawPhiloxUniform([first, second], x.size);
  const mask = drawn.map((value) => (value >= rate ? 1 / (1 - rate) : 0));
  return x.mul(tf.tensor(mask, x.shape));
}

/**
 * Computes the softmax cross entropy.
 * @param logits [n, classes]
 * @param labels class ids, int32 [n], or soft labels: probabilities of the classes, [n, classes]
 * @returns the mean over the n samples
 */
export function meanCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D | tf.Tensor2D): tf.Scalar {
  if (nativeBackend()) return native.crossEntropy(logits, labels).mean();
  const chosen = labels.rank === 2 ? labels : tf.oneHot(labels, logits.shape[1]);
  return tf.logSoftmax(logits).mul(chosen).sum().div(-logits.shape[0]);
}

function moveTowards(running: tf.Variable, value: tf.Tensor, share: number): void {
  running.assign(running.mul(1 - share).add(value.mul(share)));
}
