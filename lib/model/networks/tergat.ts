import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import {
  convLayer,
  convReluPoolLayer,
  createWeights,
  denseLayer,
  disposeWeights,
  dropoutLayer,
  batchNormReluLayer,
  type Weights,
} from './layers';
import type { Mode, Network } from './network';

/** TerGat's sizes: the original's, or smaller ones. */
export interface TerGatSizes {
  /** Side of a block in pixels, even. */
  readonly blockSize: number;
  /** Channels of a branch's two convolutions. */
  readonly filters: readonly [number, number];
  /** Widths of a branch's two hidden fully connected layers. */
  readonly branch: readonly [number, number];
  /** Number of features of a branch. */
  readonly latent: number;
  /** Widths of the head's two hidden fully connected layers. */
  readonly head: readonly [number, number];
  readonly classes: number;
  /** Dropout rate, 0 to 1. */
  readonly dropout: number;
}

/** The original's sizes: 35,480,655 trainable parameters. Source: its report and model definition. */
export const TERGAT_SIZES: TerGatSizes = {
  blockSize: BLOCK_SIZE,
  filters: [32, 64],
  branch: [1024, 512],
  latent: 100,
  head: [1024, 512],
  classes: EMOTIONS.length,
  dropout: 0.1,
};

/**
 * Builds the original's network: one branch per block, both of the same form, and a head on the features of both.
 * @param options.seed seed of the initial weights
 * @param options.sizes default {@link TERGAT_SIZES}
 * @returns a network on [eyes, mouth], each [n, 32, 32, 1]; the caller disposes it
 */
export function buildTerGat(options: { readonly seed: number; readonly sizes?: TerGatSizes }): Network {
  const sizes = options.sizes ?? TERGAT_SIZES;
  const weights = createWeights(options.seed);
  const eyesBranch = buildBranch(weights, 'eyes', sizes);
  const mouthBranch = buildBranch(weights, 'mouth', sizes);
  const head = buildHead(weights, sizes);
  return {
    name: 'TerGat',
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward([eyes, mouth], mode) {
      const eyesLatent = eyesBranch(eyes as tf.Tensor4D, mode); // [n, 100]
      const mouthLatent = mouthBranch(mouth as tf.Tensor4D, mode); // [n, 100]
      // The mouth comes first, as in the original, so that its weights can be loaded without reordering rows.
      const both = tf.concat([mouthLatent, eyesLatent], 1); // [n, 200]
      return head(both, mode); // [n, 7]
    },
    dispose: () => disposeWeights(weights),
  };
}

function buildBranch(
  weights: Weights,
  name: string,
  sizes: TerGatSizes,
): (block: tf.Tensor4D, mode: Mode) => tf.Tensor2D {
  const { filters, branch, latent, dropout } = sizes;
  const flat = flattenedSize(sizes);
  const conv1 = convLayer(weights, { name: `${name}.conv1`, inputs: 1, outputs: filters[0] });
  const norm1 = batchNormReluLayer(weights, `${name}.norm1`, filters[0]);
  const conv2 = convReluPoolLayer(weights, {
    name: `${name}.conv2`,
    inputs: filters[0],
    outputs: filters[1],
  });
  const drop1 = dropoutLayer(`${name}.drop1`, dropout);
  const fc1 = denseLayer(weights, {
    name: `${name}.fc1`,
    inputs: flat,
    outputs: branch[0],
    activation: 'relu',
  });
  const fc2 = denseLayer(weights, {
    name: `${name}.fc2`,
    inputs: branch[0],
    outputs: branch[1],
    activation: 'relu',
  });
  const drop2 = dropoutLayer(`${name}.drop2`, dropout);
  const fc3 = denseLayer(weights, { name: `${name}.fc3`, inputs: branch[1], outputs: latent });
  return (block, mode) => {
    let x = conv1(block); // [n, 32, 32, 32]
    x = norm1(x, mode); // [n, 32, 32, 32], relu included
    x = conv2(x); // [n, 16, 16, 64], relu and pooling included
    let y = x.reshape([-1, flat]) as tf.Tensor2D; // [n, 16384], channels last
    y = fc1(drop1(y, mode)); // [n, 1024]
    y = fc2(y); // [n, 512]
    return fc3(drop2(y, mode)); // [n, 100]
  };
}

function buildHead(weights: Weights, sizes: TerGatSizes): (x: tf.Tensor2D, mode: Mode) => tf.Tensor2D {
  const { head, latent, classes, dropout } = sizes;
  const drop1 = dropoutLayer('head.drop1', dropout);
  const fc1 = denseLayer(weights, {
    name: 'head.fc1',
    inputs: 2 * latent,
    outputs: head[0],
    activation: 'relu',
  });
  const fc2 = denseLayer(weights, {
    name: 'head.fc2',
    inputs: head[0],
    outputs: head[1],
    activation: 'relu',
  });
  const drop2 = dropoutLayer('head.drop2', dropout);
  const fc3 = denseLayer(weights, { name: 'head.fc3', inputs: head[1], outputs: classes });
  return (x, mode) => {
    let y = fc1(drop1(x, mode)); // [n, 1024]
    y = fc2(y); // [n, 512]
    return fc3(drop2(y, mode)); // [n, 7]
  };
}

function flattenedSize({ blockSize, filters }: TerGatSizes): number {
  return (blockSize / 2) ** 2 * filters[1];
}
