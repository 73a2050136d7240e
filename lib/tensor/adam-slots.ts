import * as tf from '@tensorflow/tfjs';

/** Both running means of one variable, each of its length. */
export interface AdamValues {
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

/** One variable's memory of Adam, and the step itself; where it is kept depends on the backend. */
export interface AdamSlots {
  /** Moves the variable one step along its gradient. */
  apply(gradient: tf.Tensor, rates: AdamRates): void;
  /** Reads both running means. */
  read(): AdamValues;
  dispose(): void;
}

/** The numbers of one step. */
export interface AdamRates {
  readonly beta1: number;
  readonly beta2: number;
  /** Learning rate times the bias correction: lr * sqrt(1 - beta2^t) / (1 - beta1^t). */
  readonly stepSize: number;
  /** Epsilon as it stands before bias correction: epsilon * sqrt(1 - beta2^t). */
  readonly epsilon: number;
}

/** The numbers of one step of AdamW. */
export interface AdamWRates extends AdamRates {
  /** What each weight is multiplied by before the step: 1 - lr * weight decay; 1 without decay. */
  readonly keep: number;
}

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
