import * as tf from '@tensorflow/tfjs';
import type { AdamSlots, AdamValues } from './adam-slots';

/**
 * Keeps Adam's memory of a variable in two tensors and steps by tfjs operations: what runs on every backend.
 * @param values the memory to begin with, default zeros
 * @returns slots; the caller disposes them
 */
export function createTensorSlots(variable: tf.Variable, values?: AdamValues): AdamSlots {
  const slot = (data?: Float32Array) =>
    tf.tidy(() => tf.keep(data ? tf.tensor(data.slice(), variable.shape) : tf.zeros(variable.shape)));
  let [mean, square] = [slot(values?.mean), slot(values?.square)];
  return {
    apply(gradient, { beta1, beta2, stepSize, epsilon }) {
      tf.tidy(() => {
        const nextMean = mean.mul(beta1).add(gradient.mul(1 - beta1));
        const nextSquare = square.mul(beta2).add(gradient.square().mul(1 - beta2));
        variable.assign(variable.sub(nextMean.mul(stepSize).div(nextSquare.sqrt().add(epsilon))));
        tf.dispose([mean, square]);
        [mean, square] = [tf.keep(nextMean), tf.keep(nextSquare)];
      });
    },
    read: () => ({
      mean: (mean.dataSync() as Float32Array).slice(),
      square: (square.dataSync() as Float32Array).slice(),
    }),
    dispose: () => tf.dispose([mean, square]),
  };
}
