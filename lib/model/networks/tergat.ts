import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import {
  batchNormReluLayer,
  convLayer,
  convReluPoolLayer,
  createWeights,
  denseLayer,
  dropoutLayer,
  toNetwork,
  type Weights,
} from './layers';
import type { BuildOptions, Mode, Network } from './network';

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
 * @param options.sizes default {@link TERGAT_SIZES}
 * @returns a network on [eyes, mouth], each [n, 32, 32, 1]; the caller disposes it
 */
export function buildTerGat(options: BuildOptions & { readonly sizes?: TerGatSizes }): Network {
  const { seed, sizes = TERGAT_SIZES } = options;
  const { latent, head, classes, dropout } = sizes;
  const weights = createWeights(seed);
  const eyesBranch = buildBranch(weights, 'eyes', sizes);
  const mouthBranch = buildBranch(weights, 'mouth', sizes);
  const classify = denseLayers(weights, 'head', [2 * latent, ...head, classes], dropout);
  return toNetwork('TerGat', weights, ([eyes, mouth], mode) => {
    const eyesLatent = eyesBranch(eyes as tf.Tensor4D, mode); // [n, 100]
    const mouthLatent = mouthBranch(mouth as tf.Tensor4D, mode); // [n, 100]
    // The mouth comes first, as in the original, so that its weights can be loaded without reordering rows.
    const both = tf.concat([mouthLatent, eyesLatent], 1); // [n, 200]
    return classify(both, mode); // [n, 7]
  });
}

function buildBranch(
  weights: Weights,
  name: string,
  { blockSize, filters, branch, latent, dropout }: TerGatSizes,
): (block: tf.Tensor4D, mode: Mode) => tf.Tensor2D {
  const flat = (blockSize / 2) ** 2 * filters[1];
  const conv1 = convLayer(weights, `${name}.conv1`, [1, filters[0]]);
  const norm1 = batchNormReluLayer(weights, `${name}.norm1`, filters[0]);
  const conv2 = convReluPoolLayer(weights, `${name}.conv2`, filters);
  const dense = denseLayers(weights, name, [flat, ...branch, latent], dropout);
  return (block, mode) => {
    let x = conv1(block); // [n, 32, 32, 32]
    x = norm1(x, mode); // [n, 32, 32, 32], relu included
    x = conv2(x); // [n, 16, 16, 64], relu and pooling included
    return dense(x.reshape([-1, flat]), mode); // from [n, 16384], channels last, to [n, 100]
  };
}

/** Builds three fully connected layers, with dropout before the first and the last. */
function denseLayers(
  weights: Weights,
  name: string,
  [inputs, first, second, outputs]: readonly [number, number, number, number],
  dropout: number,
): (x: tf.Tensor2D, mode: Mode) => tf.Tensor2D {
  const drop1 = dropoutLayer(`${name}.drop1`, dropout);
  const fc1 = denseLayer(weights, `${name}.fc1`, [inputs, first], 'relu');
  const fc2 = denseLayer(weights, `${name}.fc2`, [first, second], 'relu');
  const drop2 = dropoutLayer(`${name}.drop2`, dropout);
  const fc3 = denseLayer(weights, `${name}.fc3`, [second, outputs]);
  return (x, mode) => {
    let y = fc1(drop1(x, mode)); // [n, 1024]
    y = fc2(y); // [n, 512]
    return fc3(drop2(y, mode)); // [n, outputs]
  };
}
