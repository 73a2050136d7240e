import type * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../core/emotions';
import { createWeights, denseLayer, disposeWeights } from './layers';
import type { Network } from './network';

/**
 * Builds a baseline without pixels: three fully connected layers on the positions of both boxes. Its accuracy comes
 * from geometry alone, like the original's 97.5 % (defect 1).
 * @param options.seed seed of the initial weights
 * @returns a network on [boxes], [n, 8], in shares of the image's width and height; the caller disposes it
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
      // A box takes about 0.1 to 0.5 of the image: centred and scaled, differences are larger for the first layer.
      let x = boxes.sub(0.5).mul(4) as tf.Tensor2D; // [n, 8]
      x = fc1(x); // [n, 128]
      x = fc2(x); // [n, 128]
      return fc3(x); // [n, 7]
    },
    dispose: () => disposeWeights(weights),
  };
}
