import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../core/emotions';
import { createRandom } from '../../core/random';
import {
  connect,
  convolve,
  convolveAndPool,
  convolveWithoutBias,
  dropOut,
  normalizeByBatch,
  normalizeByRunning,
} from '../../tensor/operations';
import type { DropoutSeed, Mode, Network } from './network';

/** PyTorch's BatchNorm2d: weight of a new batch in the running statistics, and the term added to the variance. */
const BATCH_NORM = { momentum: 0.1, epsilon: 1e-5 } as const;

/** A network's weights, collected while its layers are built. */
export interface Weights {
  readonly seed: number;
  readonly parameters: Map<string, tf.Variable>;
  readonly buffers: Map<string, tf.Variable>;
}

/**
 * Builds a network.
 * @param seed determines the initial weights
 * @param build makes the layers, which add their weights, and returns the network's forward pass
 */
export function buildNetwork(
  name: string,
  seed: number,
  build: (weights: Weights) => Network['forward'],
): Network {
  const [parameters, buffers] = [new Map<string, tf.Variable>(), new Map<string, tf.Variable>()];
  const forward = build({ seed, parameters, buffers });
  const dispose = () => tf.dispose([...parameters.values(), ...buffers.values()]);
  return { name, parameters, buffers, forward, dispose };
}

/** A part of a network: a function of one tensor. Makers of layers get a prefix of their weights' names. */
export type Layer = (x: tf.Tensor, mode: Mode) => tf.Tensor;

/** Makes a layer of layers, each of which gets the previous one's result. */
export function chain(...layers: readonly Layer[]): Layer {
  return (x, mode) => layers.reduce((y, layer) => layer(y, mode), x);
}

/** A branch of a network: from one of its inputs to features, [n, width]. */
export interface Branch {
  readonly width: number;
  readonly forward: Layer;
}

/**
 * Joins branches: dropout and a fully connected layer on the features of all of them, in their order.
 * @param dropout rate, 0 to 1
 * @returns a function from the branches' inputs to logits, [n, 7]
 */
export function joinBranches(
  weights: Weights,
  branches: readonly Branch[],
  dropout: number,
): Network['forward'] {
  const width = branches.reduce((sum, branch) => sum + branch.width, 0);
  const drop = dropoutLayer('head.drop', dropout);
  const head = denseLayer(weights, 'head.fc', [width, EMOTIONS.length]);
  return (inputs, mode) => {
    const features = branches.map(({ forward }, index) => forward(inputs[index], mode));
    const all = features.length > 1 ? tf.concat(features, 1) : features[0]; // [n, width]
    return head(drop(all, mode), mode) as tf.Tensor2D; // [n, 7]
  };
}

/** Widths of a layer: of its input and of its output. */
type Widths = readonly [inputs: number, outputs: number];

/** Makes a 3x3 convolution with padding 1: from [n, height, width, inputs] to [n, height, width, outputs]. */
export function convLayer(weights: Weights, name: string, widths: Widths): Layer {
  const layer = addFilterAndBias(weights, name, widths);
  return (x) => convolve({ x: x as tf.Tensor4D, ...layer });
}

/** Makes the convolution of {@link convLayer} without a bias, for use before batch normalisation. */
export function convWithoutBiasLayer(weights: Weights, name: string, widths: Widths): Layer {
  const filter = addFilter(weights, name, widths);
  return (x) => convolveWithoutBias(x as tf.Tensor4D, filter);
}

/** Makes the convolution of {@link convLayer} with relu and 2x2 pooling: to [n, height / 2, width / 2, outputs]. */
export function convReluPoolLayer(weights: Weights, name: string, widths: Widths): Layer {
  const layer = addFilterAndBias(weights, name, widths);
  return (x) => convolveAndPool({ x: x as tf.Tensor4D, ...layer });
}

/** Makes a fully connected layer: from [n, inputs] to [n, outputs]. */
export function denseLayer(
  weights: Weights,
  name: string,
  [inputs, outputs]: Widths,
  activation: 'none' | 'relu' = 'none',
): Layer {
  const weight = addUniform<tf.Tensor2D>(weights, `${name}.weight`, [inputs, outputs], inputs);
  const bias = addUniform<tf.Tensor1D>(weights, `${name}.bias`, [outputs], inputs);
  return (x) => connect({ x: x as tf.Tensor2D, weight, bias, activation });
}

/**
 * Makes batch normalisation with relu, on [n, height, width, channels]: by the batch's statistics in training mode, by
 * the running statistics otherwise.
 */
export function batchNormReluLayer(weights: Weights, name: string, channels: number): Layer {
  const scale = addConstant(weights.parameters, `${name}.weight`, channels, 1);
  const offset = addConstant(weights.parameters, `${name}.bias`, channels, 0);
  const mean = addConstant(weights.buffers, `${name}.mean`, channels, 0);
  const variance = addConstant(weights.buffers, `${name}.variance`, channels, 1);
  const layer = { scale, offset, mean, variance, ...BATCH_NORM };
  return (x, { training }) =>
    (training ? normalizeByBatch : normalizeByRunning)({ x: x as tf.Tensor4D, ...layer });
}

/**
 * Makes dropout; in inference mode it returns x, or the result of the mode's tap.
 * @param rate share of the values that training sets to 0
 */
export function dropoutLayer(name: string, rate: number): Layer {
  return (x, mode) => {
    if (!mode.training || rate === 0) return tapFeatures(mode, name, x);
    const seed = drawDropoutSeed(name, mode.dropout);
    return dropOut(x, rate, mode.onSeed?.(name, seed) ?? seed);
  };
}

/**
 * Makes a layer that turns each square of pixels into one point with side * side channels, row by row, so that the first
 * convolution is cheaper: it has 1 / (side * side) of the points. PyTorch calls it `pixel_unshuffle`.
 * @param side of the squares in pixels; it divides height and width
 * @returns a layer from [n, height, width, 1] to [n, height / side, width / side, side * side]
 */
export function patchLayer(side: number): Layer {
  return (picture) => {
    const [, height, width] = picture.shape;
    const [rows, columns] = [height / side, width / side];
    const squares = picture.reshape([-1, rows, side, columns, side]).transpose([0, 1, 3, 2, 4]);
    return squares.reshape([-1, rows, columns, side * side]);
  };
}

/** Flattens each sample: from [n, ...] to [n, size]. */
export function flatten(x: tf.Tensor): tf.Tensor {
  return x.reshape([-1, x.size / x.shape[0]]);
}

/** Passes a layer's features through the mode's tap; without a tap, or in training mode, returns them unchanged. */
export function tapFeatures<T extends tf.Tensor>(mode: Mode, layer: string, features: T): T {
  if (mode.training || !mode.tap) return features;
  return mode.tap(layer, features) as T;
}

/** Draws the seed of a dropout layer's mask: two integers, int32 [2]; the caller disposes it. */
export function drawDropoutSeed(layer: string, { seed, epoch, step }: DropoutSeed): tf.Tensor1D {
  const random = createRandom(seed, 'dropout', epoch, step, layer);
  return tf.tensor1d([random.integer(2 ** 31), random.integer(2 ** 31)], 'int32');
}

function addFilter(weights: Weights, name: string, [inputs, outputs]: Widths): tf.Tensor4D {
  return addUniform(weights, `${name}.weight`, [3, 3, inputs, outputs], 9 * inputs);
}

function addFilterAndBias(
  weights: Weights,
  name: string,
  widths: Widths,
): { filter: tf.Tensor4D; bias: tf.Tensor1D } {
  const filter = addFilter(weights, name, widths);
  return { filter, bias: addUniform(weights, `${name}.bias`, widths.slice(1), 9 * widths[0]) };
}

/** Draws PyTorch's default initial values for convolutions and linear layers: uniform, +-1/sqrt(fan-in). */
function addUniform<T extends tf.Tensor>(weights: Weights, name: string, shape: number[], fanIn: number): T {
  const bound = 1 / Math.sqrt(fanIn);
  const { next } = createRandom(weights.seed, 'parameters', name);
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let i = 0; i < values.length; i++) values[i] = bound * (2 * next() - 1);
  return addVariable(weights.parameters, name, () => tf.tensor(values, shape));
}

function addConstant(
  variables: Map<string, tf.Variable>,
  name: string,
  length: number,
  value: number,
): tf.Tensor1D & tf.Variable {
  return addVariable(variables, name, () => tf.fill([length], value));
}

function addVariable<T extends tf.Tensor>(
  variables: Map<string, tf.Variable>,
  name: string,
  initial: () => tf.Tensor,
): T & tf.Variable {
  // Variables in tfjs need unique names in the process. Our names are keys of the map, so two networks can coexist.
  const variable = tf.tidy(() => tf.variable(initial()));
  variables.set(name, variable);
  return variable as tf.Tensor as T & tf.Variable;
}
