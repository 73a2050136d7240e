import { BLOCK_SIZE, LANDMARK_COORDINATES } from '../../core/blocks';
import {
  batchNormReluLayer,
  buildNetwork,
  chain,
  convLayer,
  convReluPoolLayer,
  denseLayer,
  dropoutLayer,
  flatten,
  joinBranches,
  patchLayer,
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
  return buildNetwork('Compact', seed, (weights) => {
    const branches = ['eyes', 'mouth'].map((name) => compactBranch(weights, name, sizes));
    return joinBranches(weights, branches, sizes.dropout);
  });
}

/**
 * Builds the compact network with a third branch for the landmarks.
 * @returns a network on [eyes, mouth, landmarks]: two of [n, 32, 32, 1], and [n, 136] in distances between the eyes;
 *   the caller disposes it
 */
export function buildCombined({ seed }: BuildOptions): Network {
  const { dropout } = COMBINED_SIZES;
  return buildNetwork('Combined', seed, (weights) => {
    const blocks = ['eyes', 'mouth'].map((name) => compactBranch(weights, name, COMBINED_SIZES));
    return joinBranches(weights, [...blocks, landmarksBranch(weights, dropout)], dropout);
  });
}

/**
 * Builds one branch of the compact network, on a block, [n, 32, 32, 1].
 * @param name prefix of its weights' names, such as `eyes`
 */
export function compactBranch(weights: Weights, name: string, sizes: CompactSizes): Branch {
  const { filters, latent, dropout, blockSize } = sizes;
  const [first, second, third] = filters;
  const forward = chain(
    patchLayer(PATCH), // [n, 16, 16, 4]
    convReluPoolLayer(weights, `${name}.conv1`, [PATCH ** 2, first]), // [n, 8, 8, 24]
    convLayer(weights, `${name}.conv2`, [first, second]), // [n, 8, 8, 32]
    batchNormReluLayer(weights, `${name}.norm2`, second),
    convReluPoolLayer(weights, `${name}.conv3`, [second, third]), // [n, 4, 4, 48]
    flatten, // [n, 768]
    dropoutLayer(`${name}.drop`, dropout),
    denseLayer(weights, `${name}.fc`, [(blockSize / 8) ** 2 * third, latent], 'relu'), // [n, 64]
  );
  return { width: latent, forward };
}

function landmarksBranch(weights: Weights, dropout: number): Branch {
  const [wide, narrow] = LANDMARK_WIDTHS;
  const forward = chain(
    // Normalised coordinates lie within -1 to 2: scaling makes small differences larger for the first layer.
    (landmarks) => landmarks.mul(3),
    denseLayer(weights, 'landmarks.fc1', [LANDMARK_COORDINATES, wide], 'relu'), // [n, 96]
    dropoutLayer('landmarks.drop', dropout),
    denseLayer(weights, 'landmarks.fc2', [wide, narrow], 'relu'), // [n, 48]
  );
  return { width: narrow, forward };
}
