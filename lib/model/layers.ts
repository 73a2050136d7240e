import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../core/random';
import {
  connect,
  convolve,
  convolveAndPool,
  convolveWithoutBias,
  dropOut,
  normalizeByBatch,
  normalizeByRunning,
} from '../engine/operations';
import type { Activation } from '../engine/native-kernel';
import { tapFeatures, type DropoutSeed, type Mode } from './network';

/** PyTorch's BatchNorm2d: share of a new batch in the running figures, and what keeps the division finite. */
const BATCH_NORM = { momentum: 0.1, epsilon: 1e-5 } as const;

/** Where layers put their weights while a network is built. */
export interface Weights {
  readonly seed: number;
  readonly parameters: Map<string, tf.Variable>;
  readonly buffers: Map<string, tf.Variable>;
}

/** Makes an empty place for a network's weights; `seed` decides all of them. */
export function createWeights(seed: number): Weights {
  return { seed, parameters: new Map(), buffers: new Map() };
}

/** Gives back a network's weights. */
export function disposeWeights({ parameters, buffers }: Weights): void {
  for (const variable of [...parameters.values(), ...buffers.values()]) variable.dispose();
}

/** What a layer is called and how wide it is. */
export interface LayerShape {
  /** Beginning of its weights' names, as `eyes.conv1`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** What follows a fully connected layer, default `none`. */
  readonly activation?: Activation;
}

/**
 * Makes a 3x3 convolution with padding 1.
 * @returns x [n, height, width, inputs] to [n, height, width, outputs]
 */
export function convLayer(weights: Weights, shape: LayerShape): (x: tf.Tensor4D) => tf.Tensor4D {
  const { filter, bias } = addFilter(weights, shape);
  return (x) => convolve({ x, filter, bias });
}

/**
 * Makes a 3x3 convolution with padding 1 and no bias, for a layer that batch normalisation follows.
 * @returns x [n, height, width, inputs] to [n, height, width, outputs]
 */
export function plainConvLayer(
  weights: Weights,
  { name, inputs, outputs }: LayerShape,
): (x: tf.Tensor4D) => tf.Tensor4D {
  const filter = addUniform<tf.Tensor4D>(weights, `${name}.weight`, [3, 3, inputs, outputs], 9 * inputs);
  return (x) => convolveWithoutBias(x, filter);
}

/**
 * Makes a 3x3 convolution with padding 1, relu, and pooling by two.
 * @returns x [n, height, width, inputs] to [n, height / 2, width / 2, outputs]
 */
export function convReluPoolLayer(weights: Weights, shape: LayerShape): (x: tf.Tensor4D) => tf.Tensor4D {
  const { filter, bias } = addFilter(weights, shape);
  return (x) => convolveAndPool({ x, filter, bias });
}

/**
 * Makes a fully connected layer.
 * @returns x [n, inputs] to [n, outputs]
 */
export function denseLayer(weights: Weights, shape: LayerShape): (x: tf.Tensor2D) => tf.Tensor2D {
  const { name, inputs, outputs, activation = 'none' } = shape;
  const weight = addUniform<tf.Tensor2D>(weights, `${name}.weight`, [inputs, outputs], inputs);
  const bias = addUniform<tf.Tensor1D>(weights, `${name}.bias`, [outputs], inputs);
  return (x) => connect({ x, weight, bias, activation });
}

/**
 * Makes batch normalisation over the channels, and relu: by the batch in training, by the running figures otherwise.
 * @returns x [n, height, width, channels] to the same shape
 */
export function batchNormReluLayer(
  weights: Weights,
  name: string,
  channels: number,
): (x: tf.Tensor4D, mode: Mode) => tf.Tensor4D {
  const scale = addConstant(weights.parameters, `${name}.weight`, channels, 1);
  const offset = addConstant(weights.parameters, `${name}.bias`, channels, 0);
  const mean = addConstant(weights.buffers, `${name}.mean`, channels, 0);
  const variance = addConstant(weights.buffers, `${name}.variance`, channels, 1);
  const layer = { scale: asVector(scale), offset: asVector(offset), mean, variance, ...BATCH_NORM };
  return (x, mode) =>
    mode.training ? normalizeByBatch({ x, ...layer }) : normalizeByRunning({ x, ...layer });
}

/**
 * Makes dropout.
 * @param rate share of the numbers that training sets to 0
 * @returns x to the same shape; x itself outside of training, where a tap sees it
 */
export function dropoutLayer(name: string, rate: number): (x: tf.Tensor2D, mode: Mode) => tf.Tensor2D {
  return (x, mode) => {
    if (!mode.training || rate === 0) return tapFeatures(mode, name, x);
    const seed = drawDropoutSeed(name, mode.dropout);
    return dropOut(x, rate, mode.onSeed?.(name, seed) ?? seed);
  };
}

/** Draws what decides a dropout layer's mask. @returns two integers, int32 [2]; the caller disposes it */
export function drawDropoutSeed(layer: string, { seed, epoch, step }: DropoutSeed): tf.Tensor1D {
  const random = createRandom(seed, 'dropout', epoch, step, layer);
  return tf.tensor1d([random.integer(2 ** 31), random.integer(2 ** 31)], 'int32');
}

function addFilter(
  weights: Weights,
  { name, inputs, outputs }: LayerShape,
): { filter: tf.Tensor4D; bias: tf.Tensor1D } {
  const fanIn = 9 * inputs;
  const filter = addUniform<tf.Tensor4D>(weights, `${name}.weight`, [3, 3, inputs, outputs], fanIn);
  return { filter, bias: addUniform<tf.Tensor1D>(weights, `${name}.bias`, [outputs], fanIn) };
}

/** PyTorch's default for convolutions and linear layers, weights and biases: uniform, +-1/sqrt(fan-in). */
function addUniform<T extends tf.Tensor>(weights: Weights, name: string, shape: number[], fanIn: number): T {
  const bound = 1 / Math.sqrt(fanIn);
  const { next } = createRandom(weights.seed, 'parameters', name);
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * next() - 1);
  return addVariable(weights.parameters, name, () => tf.tensor(values, shape)) as tf.Tensor as T;
}

function addConstant(
  variables: Map<string, tf.Variable>,
  name: string,
  length: number,
  value: number,
): tf.Variable {
  return addVariable(variables, name, () => tf.fill([length], value));
}

function addVariable(
  variables: Map<string, tf.Variable>,
  name: string,
  initial: () => tf.Tensor,
): tf.Variable {
  // tfjs' own names are process-wide and must be unique: ours are kept in the map, so that two networks can live.
  const variable = tf.tidy(() => tf.variable(initial()));
  variables.set(name, variable);
  return variable;
}

function asVector(variable: tf.Variable): tf.Tensor1D {
  return variable as tf.Tensor as tf.Tensor1D;
}
