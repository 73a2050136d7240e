import * as tf from '@tensorflow/tfjs';
import { FACE_SIZE } from '../core/face-set';
import { buildCompactBranch, COMPACT_SIZES, toPatches, type CompactSizes } from './compact';
import { convLayer, convReluPoolLayer, createWeights, denseLayer, disposeWeights, dropoutLayer, type Weights } from './layers'; // prettier-ignore
import { tapFeatures, type Mode, type Network } from './network';

/*
 * The compact network with other uses of the prior: each has its branches' form and about as many parameters. How wide
 * a branch's answer is makes up for a larger picture or a further branch.
 */

/** A branch's sizes for a whole face. */
const wholeFace = (latent: number): CompactSizes => ({ ...COMPACT_SIZES, blockSize: FACE_SIZE, latent });

const FACE_ALONE = wholeFace(70);
const FACE_WEIGHED = wholeFace(28);
const THIRD_FACE = wholeFace(16);
const THIRD_BLOCK: CompactSizes = { ...COMPACT_SIZES, latent: 32 };

/** What learned attention looks for places with: side of the patches that it takes for points, and channels. */
const LOCATOR = { patch: 2, filters: 12 } as const;

/**
 * Builds a network of one branch that sees the whole face, without any prior.
 * @param options.seed decides the weights
 * @returns takes [face], [n, 48, 48, 1]; the caller disposes it
 */
export function buildWholeFace({ seed }: { readonly seed: number }): Network {
  const weights = createWeights(seed);
  return toNetwork('WholeFace', weights, buildBranches(weights, { face: FACE_ALONE }));
}

/**
 * Builds a network of two branches that see the whole face, each times a heat map around its landmarks.
 * @param options.seed decides the weights
 * @returns takes [face times eyes map, face times mouth map], each [n, 48, 48, 1]; the caller disposes it
 */
export function buildSoftAttention({ seed }: { readonly seed: number }): Network {
  const weights = createWeights(seed);
  return toNetwork('SoftAttention', weights, buildBranches(weights, { eyes: FACE_WEIGHED, mouth: FACE_WEIGHED })); // prettier-ignore
}

/**
 * Builds a network of three branches: both blocks and the whole face.
 * @param options.seed decides the weights
 * @returns takes [eyes, mouth, face]: twice [n, 32, 32, 1], and [n, 48, 48, 1]; the caller disposes it
 */
export function buildBlocksAndFace({ seed }: { readonly seed: number }): Network {
  const weights = createWeights(seed);
  const sizes = { eyes: THIRD_BLOCK, mouth: THIRD_BLOCK, face: THIRD_FACE };
  return toNetwork('BlocksAndFace', weights, buildBranches(weights, sizes));
}

/**
 * Builds {@link buildSoftAttention}'s network with maps of its own in place of the landmarks': a small network draws
 * two maps, 0 to 1 with 1 at the highest place, and each branch sees the face times one of them.
 * @param options.seed decides the weights
 * @returns takes [face], [n, 48, 48, 1]; taps see `attention`, both maps, [n, 48, 48, 2]; the caller disposes it
 */
export function buildLearnedAttention({ seed }: { readonly seed: number }): Network {
  const weights = createWeights(seed);
  const locate = buildLocator(weights);
  const classify = buildBranches(weights, { first: FACE_WEIGHED, second: FACE_WEIGHED });
  return toNetwork('LearnedAttention', weights, ([face], mode) => {
    const maps = tapFeatures(mode, 'attention', locate(face as tf.Tensor4D)); // [n, 48, 48, 2]
    return classify(
      tf.split(maps, 2, 3).map((map) => face.mul(map)),
      mode,
    );
  });
}

type Forward = Network['forward'];

/** Builds a branch for each input, and the head that sees what all of them tell. */
function buildBranches(weights: Weights, sizes: Readonly<Record<string, CompactSizes>>): Forward {
  const branches = Object.entries(sizes).map(([name, size]) => buildCompactBranch(weights, name, size));
  const inputs = Object.values(sizes).reduce((sum, { latent }) => sum + latent, 0);
  const { classes, dropout } = COMPACT_SIZES;
  const drop = dropoutLayer('head.drop', dropout);
  const head = denseLayer(weights, { name: 'head.fc', inputs, outputs: classes });
  return (pictures, mode) => {
    const told = branches.map((branch, index) => branch(pictures[index] as tf.Tensor4D, mode));
    return head(drop(told.length > 1 ? tf.concat(told, 1) : told[0], mode)); // [n, 7]
  };
}

/** @returns face [n, 48, 48, 1] to maps [n, 48, 48, 2] */
function buildLocator(weights: Weights): (face: tf.Tensor4D) => tf.Tensor4D {
  const { patch, filters } = LOCATOR;
  const conv1 = convReluPoolLayer(weights, { name: 'attention.conv1', inputs: patch ** 2, outputs: filters });
  const conv2 = convLayer(weights, { name: 'attention.conv2', inputs: filters, outputs: 2 });
  return (face) => {
    const seen = conv1(toPatches(face, patch)); // [n, 12, 12, 12], relu and pooling included
    const places = conv2(seen); // [n, 12, 12, 2]
    const maps = tf.exp(places.sub(tf.max(places, [1, 2], true))); // 1 at each map's highest place
    return tf.image.resizeBilinear(maps as tf.Tensor4D, [FACE_SIZE, FACE_SIZE], false, true);
  };
}

function toNetwork(
  name: string,
  weights: Weights,
  forward: (inputs: readonly tf.Tensor[], mode: Mode) => tf.Tensor2D,
): Network {
  // prettier-ignore
  const { parameters, buffers } = weights;
  return { name, parameters, buffers, forward, dispose: () => disposeWeights(weights) };
}
