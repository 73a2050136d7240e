import * as tf from '@tensorflow/tfjs';
import { FACE_SIZE } from '../../core/blocks';
import { compactBranch, COMPACT_SIZES, type CompactSizes } from './compact';
import {
  buildNetwork,
  chain,
  convLayer,
  convReluPoolLayer,
  joinBranches,
  patchLayer,
  tapFeatures,
  type Layer,
  type Weights,
} from './layers';
import type { BuildOptions, Network } from './network';

/*
 * Variants of the compact network with other uses of the prior. Each has the same form of branch and about as many
 * parameters: branches have fewer features where the picture is larger or there are more branches. Inputs are
 * [n, 32, 32, 1] for a block and [n, 48, 48, 1] for a face; the caller disposes the network.
 */

/** Sizes of a branch for a whole face. */
const wholeFace = (latent: number): CompactSizes => ({ ...COMPACT_SIZES, blockSize: FACE_SIZE, latent });

const FACE_ALONE = wholeFace(70);
const FACE_WEIGHED = wholeFace(28);
const THIRD_FACE = wholeFace(16);
const THIRD_BLOCK: CompactSizes = { ...COMPACT_SIZES, latent: 32 };

/** The network that computes attention maps: side of its input patches in pixels, and channels. */
const LOCATOR = { patch: 2, filters: 12 } as const;

/** Builds a network of one branch on the whole face, without a prior. Its input is [face]. */
export function buildWholeFace({ seed }: BuildOptions): Network {
  return buildNetwork('WholeFace', seed, (weights) => buildBranches(weights, { face: FACE_ALONE }));
}

/** Builds a network of two branches on the whole face times a heat map, on [face times eyes map, face times mouth map]. */
export function buildSoftAttention({ seed }: BuildOptions): Network {
  const sizes = { eyes: FACE_WEIGHED, mouth: FACE_WEIGHED };
  return buildNetwork('SoftAttention', seed, (weights) => buildBranches(weights, sizes));
}

/** Builds a network of three branches: both blocks and the whole face, on [eyes, mouth, face]. */
export function buildBlocksAndFace({ seed }: BuildOptions): Network {
  const sizes = { eyes: THIRD_BLOCK, mouth: THIRD_BLOCK, face: THIRD_FACE };
  return buildNetwork('BlocksAndFace', seed, (weights) => buildBranches(weights, sizes));
}

/**
 * Builds the network of {@link buildSoftAttention} with learned maps in place of heat maps: a small network computes
 * two maps, above 0 and up to 1, and each branch gets the face times one of them.
 * @returns a network on [face]; a tap of `attention` gets both maps, [n, 48, 48, 2]
 */
export function buildLearnedAttention({ seed }: BuildOptions): Network {
  return buildNetwork('LearnedAttention', seed, (weights) => {
    const locate = buildLocator(weights);
    const classify = buildBranches(weights, { first: FACE_WEIGHED, second: FACE_WEIGHED });
    return ([face], mode) => {
      const maps = tapFeatures(mode, 'attention', locate(face, mode)); // [n, 48, 48, 2]
      const weighed = tf.split(maps, 2, 3).map((map) => face.mul(map));
      return classify(weighed, mode);
    };
  });
}

/** Builds a branch for each input, and the head on the features of all branches. */
function buildBranches(weights: Weights, sizes: Readonly<Record<string, CompactSizes>>): Network['forward'] {
  const branches = Object.entries(sizes).map(([name, size]) => compactBranch(weights, name, size));
  return joinBranches(weights, branches, COMPACT_SIZES.dropout);
}

/** Builds the network of the attention maps: from faces, [n, 48, 48, 1], to maps, [n, 48, 48, 2]. */
function buildLocator(weights: Weights): Layer {
  const { patch, filters } = LOCATOR;
  return chain(
    patchLayer(patch),
    convReluPoolLayer(weights, 'attention.conv1', [patch ** 2, filters]), // [n, 12, 12, 12]
    convLayer(weights, 'attention.conv2', [filters, 2]), // [n, 12, 12, 2]
    (places) => tf.exp(places.sub(tf.max(places, [1, 2], true))), // maximum of each map: 1
    (maps) => tf.image.resizeBilinear(maps as tf.Tensor4D, [FACE_SIZE, FACE_SIZE], false, true),
  );
}
