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

/** The compact network's sizes. */
export interface CompactSizes {
  /** Side of a block in pixels, a multiple of 8. */
  readonly blockSize: number;
  /** Channels of a branch's three convolutions. */
  readonly filters: readonly [number, number, number];
  /** Number of features of a branch. */
  readonly latent: number;
  readonly classes: number;
  /** Dropout rate, 0 to 1. */
  readonly dropout: number;
}

/** The default sizes. */
export const COMPACT_SIZES: CompactSizes = {
  blockSize: BLOCK_SIZE,
  filters: [24, 32, 48],
  latent: 64,
  classes: EMOTIONS.length,
  dropout: 0.2,
};

/** Side in pixels of the patches that become the points of the first convolution's input. */
const PATCH = 2;

/**
 * Builds a network of TerGat's structure with less than 1/200 of its parameters.
 * @param options.seed seed of the initial weights
 * @param options.sizes default {@link COMPACT_SIZES}
 * @returns a network on [eyes, mouth], each [n, 32, 32, 1]; the caller disposes it
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
 * @param name prefix of its weights' names, such as `eyes`
 * @returns a function from a block, [n, 32, 32, 1], to features, [n, latent]
 */
export function buildCompactBranch(
  weights: Weights,
  name: string,
  sizes: CompactSizes,
): (block: tf.Tensor4D, mode: Mode) => tf.Tensor2D {
  const { filters, latent, dropout, blockSize } = sizes;
  const [first, second, third] = filters;
  const flat = (blockSize / 8) ** 2 * third;
  const conv1 = convReluPoolLayer(weights, { name: `${name}.conv1`, inputs: PATCH ** 2, outputs: first });
  const conv2 = convLayer(weights, { name: `${name}.conv2`, inputs: first, outputs: second });
  const norm2 = batchNormReluLayer(weights, `${name}.norm2`, second);
  const conv3 = convReluPoolLayer(weights, { name: `${name}.conv3`, inputs: second, outputs: third });
  const drop = dropoutLayer(`${name}.drop`, dropout);
  const fc = denseLayer(weights, { name: `${name}.fc`, inputs: flat, outputs: latent, activation: 'relu' });
  return (block, mode) => {
    let x = toPatches(block, PATCH); // [n, 16, 16, 4]
    x = conv1(x); // [n, 8, 8, 24], relu and pooling included
    x = conv2(x); // [n, 8, 8, 32]
    x = norm2(x, mode); // [n, 8, 8, 32], relu included
    x = conv3(x); // [n, 4, 4, 48], relu and pooling included
    const y = x.reshape([-1, flat]) as tf.Tensor2D; // [n, 768]
    return fc(drop(y, mode)); // [n, 64]
  };
}

/**
 * Turns each square of pixels into one point with side * side channels, row by row, so that the first convolution is
 * cheaper: it has 1 / (side * side) of the points. PyTorch calls it `pixel_unshuffle`.
 * @param block [n, height, width, 1]; the square's `side`, in pixels, divides height and width
 * @returns [n, height / side, width / side, side * side]
 */
export function toPatches(block: tf.Tensor4D, side: number): tf.Tensor4D {
  const [, height, width] = block.shape;
  const [rows, columns] = [height / side, width / side];
  const squares = block.reshape([-1, rows, side, columns, side]).transpose([0, 1, 3, 2, 4]);
  return squares.reshape([-1, rows, columns, side * side]);
}
