import type * as tf from '@tensorflow/tfjs';

/** What tfjs calls for an operation. */
export type KernelFunction = tf.KernelFunc;

/** A kernel of ours in the place of one of tfjs'. */
export interface KernelReplacement {
  readonly kernelName: string;
  /**
   * Makes the kernel.
   * @param stock tfjs' own, for what ours does not do; where tfjs has none it throws
   */
  replace(stock: KernelFunction): KernelFunction;
}
