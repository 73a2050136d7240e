import type * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../core/emotions';
import { LANDMARK_COORDINATES } from '../../core/landmarks';
import { createWeights, denseLayer, disposeWeights } from './layers';
import type { Network } from './network';

/**
 * Builds a baseline without pixels: logistic regression (softmax of one linear layer) on normalised landmarks.
 * @param options.seed seed of the initial weights
 * @returns a network on [landmarks], [n, 136], in distances between the eyes; the caller disposes it
 */
export function buildLandmarksNetwork(options: { readonly seed: number }): Network {
  const weights = createWeights(options.seed);
  const linear = denseLayer(weights, {
    name: 'linear',
    inputs: LANDMARK_COORDINATES,
    outputs: EMOTIONS.length,
  });
  return {
    name: 'landmarks',
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward: ([landmarks]) => linear(landmarks as tf.Tensor2D), // [n, 7]
    dispose: () => disposeWeights(weights),
  };
}
