import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import {
  convLayer,
  convPoolLayer,
  createWeights,
  denseLayer,
  disposeWeights,
  dropoutLayer,
  normLayer,
  type Weights,
} from './layers';
import type { Mode, Network } from './network';

/** The compact network's sizes. */
export interface CompactSizes {
  /** Side of a block in pixels, a multiple of 8. */
  readonly blockSize: number;
  /** Channels of a branch's four convolutions. */
  readonly filters: readonly [number, number, number, number];
  /** Width of what a branch tells of its block. */
  readonly latent: number;
  readonly classes: number;
  /** Share of numbers dropped, 0 to 1. */
  readonly dropout: number;
}

/** The defaults. */
export const COMPACT_SIZES: CompactSizes = {
  blockSize: BLOCK_SIZE,
  filters: [16, 32, 32, 48],
  latent: 64,
  classes: EMOTIONS.length,
  dropout: 0.2,
};

/**
 * Builds a network of TerGat's form at a hundredth of its size.
 * @param options.seed decides the weights
 * @param options.sizes default {@link COMPACT_SIZES}
 * @returns takes [eyes, mouth], each [n, 32, 32, 1]; the caller disposes it
 */
export function buildCompact(options: { readonly seed: number; readonly sizes?: CompactSizes }): Network {
  const sizes = options.sizes ?? COMPACT_SIZES;
  const weights = createWeights(options.seed);
  const eyesBranch = buildCompactBranch(weights, 'eyes', sizes);
  const mouthBranch = buildCompactBranch(weights, 'mouth', sizes);
  const head = denseLayer(weights, { name: 'head.fc', inputs: 2 * sizes.latent, outputs: sizes.classes });
  const drop = dropoutLayer('head.drop', sizes.dropout);
  return {
    name: 'Compact',
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward([eyes, mouth], mode) {
      const eyesLatent = eyesBranch(eyes as tf.Tensor4D, mode); // [n, 64]
      const mouthLatent = mouthBranch(mouth as tf.Tensor4D, mode); // [n, 64]
      const both = tf.concat([eyesLatent, mouthLatent], 1); // [n, 128]
      return head(drop(both, mode)); // [n, 7]
    },
    dispose: () => disposeWeights(weights),
  };
}

/**
 * Builds one branch of the compact network.
 * @param name beginning of its weights' names, such as `eyes`
 * @returns block [n, 32, 32, 1] to [n, latent]
 */
export function buildCompactBranch(
  weights: Weights,
  name: string,
  sizes: CompactSizes,
): (block: tf.Tensor4D, mode: Mode) => tf.Tensor2D {
  const { filters, latent, dropout, blockSize } = sizes;
  const flat = (blockSize / 8) ** 2 * filters[3];
  const conv1 = convPoolLayer(weights, { name: `${name}.conv1`, inputs: 1, outputs: filters[0] });
  const conv2 = convLayer(weights, { name: `${name}.conv2`, inputs: filters[0], outputs: filters[1] });
  const norm2 = normLayer(weights, `${name}.norm2`, filters[1]);
  const conv3 = convPoolLayer(weights, { name: `${name}.conv3`, inputs: filters[1], outputs: filters[2] });
  const conv4 = convPoolLayer(weights, { name: `${name}.conv4`, inputs: filters[2], outputs: filters[3] });
  const drop = dropoutLayer(`${name}.drop`, dropout);
  const fc = denseLayer(weights, { name: `${name}.fc`, inputs: flat, outputs: latent, activation: 'relu' });
  return (block, mode) => {
    let x = conv1(block); // [n, 16, 16, 16], relu and pooling included
    x = conv2(x); // [n, 16, 16, 32]
    x = norm2(x, mode); // [n, 16, 16, 32], relu included
    x = conv3(x); // [n, 8, 8, 32], relu and pooling included
    x = conv4(x); // [n, 4, 4, 48], relu and pooling included
    const y = x.reshape([-1, flat]) as tf.Tensor2D; // [n, 768]
    return fc(drop(y, mode)); // [n, 64]
  };
}
