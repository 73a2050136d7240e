import type * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../core/emotions';
import { createWeights, denseLayer, disposeWeights } from './layers';
import type { Network } from './network';

/**
 * Builds a baseline that sees no pixel: three fully connected layers on the two boxes' places. What it gets right
 * is told by geometry alone, as the original's 97.5 % was (its first defect).
 * @param options.seed decides the weights
 * @returns takes [boxes], [n, 8] in parts of the image's sides; the caller disposes it
 */
export function buildBoxesNetwork(options: { readonly seed: number }): Network {
  const weights = createWeights(options.seed);
  const fc1 = denseLayer(weights, { name: 'fc1', inputs: 8, outputs: 128, activation: 'relu' });
  const fc2 = denseLayer(weights, { name: 'fc2', inputs: 128, outputs: 128, activation: 'relu' });
  const fc3 = denseLayer(weights, { name: 'fc3', inputs: 128, outputs: EMOTIONS.length });
  return {
    name: 'boxes',
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward([boxes]) {
      // Boxes fill about a tenth to a half of the image: centred and widened, the first layer sees them apart.
      let x = boxes.sub(0.5).mul(4) as tf.Tensor2D; // [n, 8]
      x = fc1(x); // [n, 128]
      x = fc2(x); // [n, 128]
      return fc3(x); // [n, 7]
    },
    dispose: () => disposeWeights(weights),
  };
}
