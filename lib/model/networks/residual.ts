import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, FACE_SIZE } from '../../core/blocks';
import { toPatches } from './compact';
import {
  batchNormReluLayer,
  convWithoutBiasLayer,
  createWeights,
  joinBranches,
  toNetwork,
  type Branch,
  type Weights,
} from './layers';
import type { BuildOptions, Mode, Network } from './network';

/*
 * Networks for photographs: one residual branch per picture (eyes block, mouth block, whole face) and one linear layer
 * on the features of all branches. Batch normalisation and relu precede each convolution. In inference mode, the logits
 * of a face and of its mirror image are averaged. Inputs are [n, 32, 32, 1] for a block and [n, 48, 48, 1] for a face, 0
 * to 2; whoever builds a network disposes it. Source: He et al. 2016, "Identity Mappings in Deep Residual
 * Networks".
 */

/** Sizes of a branch. */
interface BranchSizes {
  /** Side of the picture in pixels, a multiple of 16. */
  readonly side: number;
  /** Channels of the three stages; their maps have 1/2, 1/4 and 1/8 of the picture's side. */
  readonly channels: readonly [number, number, number];
  /** Whether the last stage has a residual layer, too. That layer has about half of the parameters. */
  readonly deep: boolean;
}

const FACE: BranchSizes = { side: FACE_SIZE, channels: [16, 48, 64], deep: true };
/** Sizes for a block when the network also gets the whole face. */
const BLOCK: BranchSizes = { side: BLOCK_SIZE, channels: [16, 32, 40], deep: false };
/** Sizes for a block when the network gets blocks only. */
const WIDE_BLOCK: BranchSizes = { side: BLOCK_SIZE, channels: [16, 32, 64], deep: true };

/** Side in pixels of the patches that become the points of the first convolution's input. */
const PATCH = 2;

/** Dropout rate before the last layer. */
const DROPOUT = 0.3;

/** Side of the squares of points over which the last map is averaged. */
const POOL_SIDE = 2;

/** Ratio of the sides of a picture and of the averaged map that a branch flattens. */
export const RESIDUAL_POOLING = 8 * POOL_SIDE;

/** Builds the network of both blocks and the whole face, on [eyes, mouth, face]. */
export function buildResidualBlocksAndFace({ seed }: BuildOptions): Network {
  return buildResidual('ResidualBlocksAndFace', seed, { eyes: BLOCK, mouth: BLOCK, face: FACE });
}

/** Builds the network of both blocks, on [eyes, mouth]. */
export function buildResidualBlocks({ seed }: BuildOptions): Network {
  return buildResidual('ResidualBlocks', seed, { eyes: WIDE_BLOCK, mouth: WIDE_BLOCK });
}

/** Builds the network of one block, on [block]. */
export function buildResidualBlock({ seed }: BuildOptions): Network {
  return buildResidual('ResidualBlock', seed, { block: WIDE_BLOCK });
}

/** Builds the network of the whole face, on [face]. */
export function buildResidualFace({ seed }: BuildOptions): Network {
  return buildResidual('ResidualFace', seed, { face: FACE });
}

function buildResidual(name: string, seed: number, pictures: Readonly<Record<string, BranchSizes>>): Network {
  const weights = createWeights(seed);
  const branches = Object.entries(pictures).map(([picture, sizes]) => buildBranch(weights, picture, sizes));
  const classify = joinBranches(weights, branches, DROPOUT);
  return toNetwork(name, weights, (pictures, mode) => {
    if (mode.training) return classify(pictures, mode);
    const mirrored = pictures.map((picture) => tf.reverse(picture, 2));
    return classify(pictures, mode).add(classify(mirrored, mode)).div(2); // [n, 7]
  });
}

/**
 * Builds one residual branch, on a picture, [n, side, side, 1].
 * @param name prefix of its weights' names, such as `eyes`
 */
function buildBranch(weights: Weights, name: string, { side, channels, deep }: BranchSizes): Branch {
  const [first, second, third] = channels;
  const stem = convWithoutBiasLayer(weights, `${name}.stem`, [PATCH ** 2, first]);
  const stage1 = residualLayer(weights, `${name}.stage1`, first);
  const down1 = downsampleLayer(weights, `${name}.down1`, [first, second]);
  const stage2 = residualLayer(weights, `${name}.stage2`, second);
  const down2 = downsampleLayer(weights, `${name}.down2`, [second, third]);
  const stage3 = deep ? residualLayer(weights, `${name}.stage3`, third) : undefined;
  const norm = batchNormReluLayer(weights, `${name}.norm`, third);
  return {
    width: (side / RESIDUAL_POOLING) ** 2 * third,
    forward(picture, mode) {
      let x = stem(toPatches(picture as tf.Tensor4D, PATCH)); // [n, side / 2, side / 2, first]
      x = stage1(x, mode);
      x = down1(x, mode); // [n, side / 4, side / 4, second]
      x = stage2(x, mode);
      x = down2(x, mode); // [n, side / 8, side / 8, third]
      if (stage3) x = stage3(x, mode);
      return averageSquares(norm(x, mode)); // [n, (side / 16)^2 * third]
    },
  };
}

type Layer = (x: tf.Tensor4D, mode: Mode) => tf.Tensor4D;

/** Makes x + convolution(norm(convolution(norm(x)))), with relu after each norm. */
function residualLayer(weights: Weights, name: string, channels: number): Layer {
  const norm1 = batchNormReluLayer(weights, `${name}.norm1`, channels);
  const conv1 = convWithoutBiasLayer(weights, `${name}.conv1`, [channels, channels]);
  const norm2 = batchNormReluLayer(weights, `${name}.norm2`, channels);
  const conv2 = convWithoutBiasLayer(weights, `${name}.conv2`, [channels, channels]);
  return (x, mode) => x.add(conv2(norm2(conv1(norm1(x, mode)), mode)));
}

/** Makes batch normalisation with relu, 2x2 average pooling, and a convolution that changes the number of channels. */
function downsampleLayer(
  weights: Weights,
  name: string,
  [inputs, outputs]: readonly [number, number],
): Layer {
  const norm = batchNormReluLayer(weights, `${name}.norm`, inputs);
  const conv = convWithoutBiasLayer(weights, `${name}.conv`, [inputs, outputs]);
  return (x, mode) => conv(tf.avgPool(norm(x, mode), 2, 2, 'valid'));
}

/** Averages 2x2 squares of points and flattens the result: [n, height / 2 * width / 2 * channels]. */
function averageSquares(x: tf.Tensor4D): tf.Tensor2D {
  const [, height, width, channels] = x.shape;
  const [rows, columns] = [height / POOL_SIDE, width / POOL_SIDE];
  const squares = x.reshape([-1, POOL_SIDE, columns, POOL_SIDE, channels]); // [n * rows, 2, columns, 2, channels]
  return tf.mean(squares, [1, 3]).reshape([-1, rows * columns * channels]);
}
