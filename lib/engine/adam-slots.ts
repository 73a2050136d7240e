import type * as tf from '@tensorflow/tfjs';

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
