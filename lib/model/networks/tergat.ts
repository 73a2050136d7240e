import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import {
  batchNormReluLayer,
  buildNetwork,
  chain,
  convLayer,
  convReluPoolLayer,
  denseLayer,
  dropoutLayer,
  flatten,
  type Layer,
  type Weights,
} from './layers';
import type { BuildOptions, Network } from './network';

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
  return buildNetwork('TerGat', seed, (weights) => {
    const eyesBranch = buildBranch(weights, 'eyes', sizes);
    const mouthBranch = buildBranch(weights, 'mouth', sizes);
    const classify = denseLayers(weights, 'head', [2 * latent, ...head, classes], dropout);
    return ([eyes, mouth], mode) => {
      // The mouth comes first, as in the original, so that its weights can be loaded without reordering rows.
      const both = tf.concat([mouthBranch(mouth, mode), eyesBranch(eyes, mode)], 1); // [n, 200]
      return classify(both, mode) as tf.Tensor2D; // [n, 7]
    };
  });
}

function buildBranch(weights: Weights, name: string, sizes: TerGatSizes): Layer {
  const { blockSize, filters, branch, latent, dropout } = sizes;
  const flat = (blockSize / 2) ** 2 * filters[1];
  return chain(
    convLayer(weights, `${name}.conv1`, [1, filters[0]]), // [n, 32, 32, 32]
    batchNormReluLayer(weights, `${name}.norm1`, filters[0]),
    convReluPoolLayer(weights, `${name}.conv2`, filters), // [n, 16, 16, 64]
    flatten, // [n, 16384], channels last
    denseLayers(weights, name, [flat, ...branch, latent], dropout), // [n, 100]
  );
}

/** Builds three fully connected layers, with dropout before the first and the last. */
function denseLayers(
  weights: Weights,
  name: string,
  [inputs, first, second, outputs]: readonly [number, number, number, number],
  dropout: number,
): Layer {
  return chain(
    dropoutLayer(`${name}.drop1`, dropout),
    denseLayer(weights, `${name}.fc1`, [inputs, first], 'relu'), // [n, 1024]
    denseLayer(weights, `${name}.fc2`, [first, second], 'relu'), // [n, 512]
    dropoutLayer(`${name}.drop2`, dropout),
    denseLayer(weights, `${name}.fc3`, [second, outputs]),
  );
}
