import * as tf from '@tensorflow/tfjs';
import { LANDMARK_COORDINATES } from '../../core/landmarks';
import { buildCompactBranch, COMPACT_SIZES, type CompactSizes } from './compact';
import { createWeights, denseLayer, disposeWeights, dropoutLayer } from './layers';
import type { Network } from './network';

/** Widths of the fully connected layers of the landmarks' branch. */
const LANDMARK_WIDTHS = [96, 48] as const;

/** Sizes of the combined network: the compact network's, with more dropout. */
const COMBINED_SIZES: CompactSizes = { ...COMPACT_SIZES, dropout: 0.3 };

/**
 * Builds the compact network with a third branch for the landmarks.
 * @param options.seed seed of the initial weights
 * @param options.sizes default {@link COMBINED_SIZES}
 * @returns a network on [eyes, mouth, landmarks]: two of [n, 32, 32, 1], and [n, 136] in distances between the eyes;
 *   the caller disposes it
 */
export function buildCombined(options: { readonly seed: number; readonly sizes?: CompactSizes }): Network {
  const sizes = options.sizes ?? COMBINED_SIZES;
  const weights = createWeights(options.seed);
  const eyesBranch = buildCompactBranch(weights, 'eyes', sizes);
  const mouthBranch = buildCompactBranch(weights, 'mouth', sizes);
  const [wide, narrow] = LANDMARK_WIDTHS;
  const points1 = denseLayer(weights, {
    name: 'landmarks.fc1',
    inputs: LANDMARK_COORDINATES,
    outputs: wide,
    activation: 'relu',
  });
  const pointsDrop = dropoutLayer('landmarks.drop', sizes.dropout);
  const points2 = denseLayer(weights, {
    name: 'landmarks.fc2',
    inputs: wide,
    outputs: narrow,
    activation: 'relu',
  });
  const drop = dropoutLayer('head.drop', sizes.dropout);
  const inputs = 2 * sizes.latent + narrow;
  const head = denseLayer(weights, { name: 'head.fc', inputs, outputs: sizes.classes });
  return {
    name: 'Combined',
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward([eyes, mouth, landmarks], mode) {
      const eyesLatent = eyesBranch(eyes as tf.Tensor4D, mode); // [n, 64]
      const mouthLatent = mouthBranch(mouth as tf.Tensor4D, mode); // [n, 64]
      // Normalised coordinates lie within -1 to 2: scaling makes small differences larger for the first layer.
      const points = points1(landmarks.mul(3) as tf.Tensor2D); // [n, 96]
      const pointsLatent = points2(pointsDrop(points, mode)); // [n, 48]
      const all = tf.concat([eyesLatent, mouthLatent, pointsLatent], 1); // [n, 176]
      return head(drop(all, mode)); // [n, 7]
    },
    dispose: () => disposeWeights(weights),
  };
}
