import type * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, LANDMARK_COORDINATES } from '../../core/blocks';
import {
  batchNormReluLayer,
  convLayer,
  convReluPoolLayer,
  createWeights,
  denseLayer,
  dropoutLayer,
  joinBranches,
  toNetwork,
  type Branch,
  type Weights,
} from './layers';
import type { BuildOptions, Network } from './network';

/** The compact network's sizes. */
export interface CompactSizes {
  /** Side of a block in pixels, a multiple of 8. */
  readonly blockSize: number;
  /** Channels of a branch's three convolutions. */
  readonly filters: readonly [number, number, number];
  /** Number of features of a branch. */
  readonly latent: number;
  /** Dropout rate, 0 to 1. */
  readonly dropout: number;
}

/** The default sizes. */
export const COMPACT_SIZES: CompactSizes = {
  blockSize: BLOCK_SIZE,
  filters: [24, 32, 48],
  latent: 64,
  dropout: 0.2,
};

/** Sizes of the combined network: the compact network's, with more dropout. */
const COMBINED_SIZES: CompactSizes = { ...COMPACT_SIZES, dropout: 0.3 };

/** Widths of the fully connected layers of the landmarks' branch. */
const LANDMARK_WIDTHS = [96, 48] as const;

/** Side in pixels of the patches that become the points of the first convolution's input. */
const PATCH = 2;

/**
 * Builds a network of TerGat's structure with less than 1/200 of its parameters.
 * @param options.sizes default {@link COMPACT_SIZES}
 * @returns a network on [eyes, mouth], each [n, 32, 32, 1]; the caller disposes it
 */
export function buildCompact(options: BuildOptions & { readonly sizes?: CompactSizes }): Network {
  const { seed, sizes = COMPACT_SIZES } = options;
  const weights = createWeights(seed);
  const branches = ['eyes', 'mouth'].map((name) => compactBranch(weights, name, sizes));
  return toNetwork('Compact', weights, joinBranches(weights, branches, sizes.dropout));
}

/**
 * Builds the compact network with a third branch for the landmarks.
 * @returns a network on [eyes, mouth, landmarks]: two of [n, 32, 32, 1], and [n, 136] in distances between the eyes;
 *   the caller disposes it
 */
export function buildCombined({ seed }: BuildOptions): Network {
  const weights = createWeights(seed);
  const blocks = ['eyes', 'mouth'].map((name) => compactBranch(weights, name, COMBINED_SIZES));
  const { dropout } = COMBINED_SIZES;
  const branches = [...blocks, landmarksBranch(weights, dropout)];
  return toNetwork('Combined', weights, joinBranches(weights, branches, dropout));
}

/**
 * Builds one branch of the compact network, on a block, [n, 32, 32, 1].
 * @param name prefix of its weights' names, such as `eyes`
 */
export function compactBranch(weights: Weights, name: string, sizes: CompactSizes): Branch {
  const { filters, latent, dropout, blockSize } = sizes;
  const [first, second, third] = filters;
  const flat = (blockSize / 8) ** 2 * third;
  const conv1 = convReluPoolLayer(weights, `${name}.conv1`, [PATCH ** 2, first]);
  const conv2 = convLayer(weights, `${name}.conv2`, [first, second]);
  const norm2 = batchNormReluLayer(weights, `${name}.norm2`, second);
  const conv3 = convReluPoolLayer(weights, `${name}.conv3`, [second, third]);
  const drop = dropoutLayer(`${name}.drop`, dropout);
  const fc = denseLayer(weights, `${name}.fc`, [flat, latent], 'relu');
  return {
    width: latent,
    forward(block, mode) {
      let x = toPatches(block as tf.Tensor4D, PATCH); // [n, 16, 16, 4]
      x = conv1(x); // [n, 8, 8, 24], relu and pooling included
      x = conv2(x); // [n, 8, 8, 32]
      x = norm2(x, mode); // [n, 8, 8, 32], relu included
      x = conv3(x); // [n, 4, 4, 48], relu and pooling included
      const y = x.reshape([-1, flat]) as tf.Tensor2D; // [n, 768]
      return fc(drop(y, mode)); // [n, 64]
    },
  };
}

function landmarksBranch(weights: Weights, dropout: number): Branch {
  const [wide, narrow] = LANDMARK_WIDTHS;
  const fc1 = denseLayer(weights, 'landmarks.fc1', [LANDMARK_COORDINATES, wide], 'relu');
  const drop = dropoutLayer('landmarks.drop', dropout);
  const fc2 = denseLayer(weights, 'landmarks.fc2', [wide, narrow], 'relu');
  return {
    width: narrow,
    forward(landmarks, mode) {
      // Normalised coordinates lie within -1 to 2: scaling makes small differences larger for the first layer.
      const points = fc1(landmarks.mul(3) as tf.Tensor2D); // [n, 96]
      return fc2(drop(points, mode)); // [n, 48]
    },
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
