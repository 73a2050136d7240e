import * as tf from '@tensorflow/tfjs';

/** Adam's moment estimates of one variable, each with as many values as the variable. */
export interface AdamValues {
  /** Running mean of the gradients. */
  readonly mean: Float32Array;
  /** Running mean of the squared gradients. */
  readonly square: Float32Array;
}

/** Adam's state of one variable, and its step. Where the state is stored depends on the backend. */
export interface AdamSlots {
  /** Updates the variable by one step. */
  apply(gradient: tf.Tensor, rates: AdamRates): void;
  /** Reads the moment estimates. */
  read(): AdamValues;
  dispose(): void;
}

/** Coefficients of one step. */
interface AdamRates {
  readonly beta1: number;
  readonly beta2: number;
  /** Learning rate times the bias correction: lr * sqrt(1 - beta2^t) / (1 - beta1^t). */
  readonly stepSize: number;
  /** Epsilon for use without bias correction: epsilon * sqrt(1 - beta2^t). */
  readonly epsilon: number;
}

/** Coefficients of one step of AdamW. */
export interface AdamWRates extends AdamRates {
  /** Factor of each weight before the step: 1 - lr * weight decay; 1 without decay. */
  readonly keep: number;
}

/**
 * Stores Adam's state of a variable in two tensors and steps by tfjs operations, which every backend has.
 * @param values initial state, default zeros
 * @returns slots, which the caller disposes
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
