import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, FACE_SIZE } from '../../core/blocks';
import {
  batchNormReluLayer,
  buildNetwork,
  chain,
  convWithoutBiasLayer,
  joinBranches,
  patchLayer,
  type Branch,
  type Layer,
  type Weights,
} from './layers';
import type { BuildOptions, Network } from './network';

/*
 * Networks for photographs: one residual branch per picture (eyes block, mouth block, whole face) and one linear layer
 * on the features of all branches. Batch normalisation and relu precede each convolution. In inference mode, the logits
 * of a face and of its mirror image are averaged. Inputs are [n, 32, 32, 1] for a block and [n, 48, 48, 1] for a face, 0
 * to 2; the caller disposes the network. Source: He et al. 2016, "Identity Mappings in Deep Residual
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
export const buildResidualBlocksAndFace = toBuilder('ResidualBlocksAndFace', {
  eyes: BLOCK,
  mouth: BLOCK,
  face: FACE,
});

/** Builds the network of both blocks, on [eyes, mouth]. */
export const buildResidualBlocks = toBuilder('ResidualBlocks', { eyes: WIDE_BLOCK, mouth: WIDE_BLOCK });

/** Builds the network of one block, on [block]. */
export const buildResidualBlock = toBuilder('ResidualBlock', { block: WIDE_BLOCK });

/** Builds the network of the whole face, on [face]. */
export const buildResidualFace = toBuilder('ResidualFace', { face: FACE });

function toBuilder(name: string, pictures: Readonly<Record<string, BranchSizes>>) {
  return ({ seed }: BuildOptions): Network =>
    buildNetwork(name, seed, (weights) => {
      const branches = Object.entries(pictures).map(([picture, sizes]) =>
        buildBranch(weights, picture, sizes),
      );
      const classify = joinBranches(weights, branches, DROPOUT);
      return (pictures, mode) => {
        if (mode.training) return classify(pictures, mode);
        const mirrored = pictures.map((picture) => tf.reverse(picture, 2));
        return classify(pictures, mode).add(classify(mirrored, mode)).div(2); // [n, 7]
      };
    });
}

/**
 * Builds one residual branch, on a picture, [n, side, side, 1].
 * @param name prefix of its weights' names, such as `eyes`
 */
function buildBranch(weights: Weights, name: string, { side, channels, deep }: BranchSizes): Branch {
  const [first, second, third] = channels;
  const forward = chain(
    patchLayer(PATCH),
    convWithoutBiasLayer(weights, `${name}.stem`, [PATCH ** 2, first]), // [n, side / 2, side / 2, first]
    residualLayer(weights, `${name}.stage1`, first),
    downsampleLayer(weights, `${name}.down1`, [first, second]), // [n, side / 4, side / 4, second]
    residualLayer(weights, `${name}.stage2`, second),
    downsampleLayer(weights, `${name}.down2`, [second, third]), // [n, side / 8, side / 8, third]
    ...(deep ? [residualLayer(weights, `${name}.stage3`, third)] : []),
    batchNormReluLayer(weights, `${name}.norm`, third),
    averageSquares, // [n, (side / 16)^2 * third]
  );
  return { width: (side / RESIDUAL_POOLING) ** 2 * third, forward };
}

/** Makes x + convolution(norm(convolution(norm(x)))), with relu after each norm. */
function residualLayer(weights: Weights, name: string, channels: number): Layer {
  const change = chain(
    batchNormReluLayer(weights, `${name}.norm1`, channels),
    convWithoutBiasLayer(weights, `${name}.conv1`, [channels, channels]),
    batchNormReluLayer(weights, `${name}.norm2`, channels),
    convWithoutBiasLayer(weights, `${name}.conv2`, [channels, channels]),
  );
  return (x, mode) => x.add(change(x, mode));
}

/** Makes batch normalisation with relu, 2x2 average pooling, and a convolution that changes the number of channels. */
function downsampleLayer(
  weights: Weights,
  name: string,
  [inputs, outputs]: readonly [number, number],
): Layer {
  return chain(
    batchNormReluLayer(weights, `${name}.norm`, inputs),
    (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'),
    convWithoutBiasLayer(weights, `${name}.conv`, [inputs, outputs]),
  );
}

/** Averages 2x2 squares of points and flattens the result: [n, height / 2 * width / 2 * channels]. */
function averageSquares(x: tf.Tensor): tf.Tensor {
  const [, height, width, channels] = x.shape;
  const [rows, columns] = [height / POOL_SIDE, width / POOL_SIDE];
  const squares = x.reshape([-1, POOL_SIDE, columns, POOL_SIDE, channels]); // [n * rows, 2, columns, 2, channels]
  return tf.mean(squares, [1, 3]).reshape([-1, rows * columns * channels]);
}
