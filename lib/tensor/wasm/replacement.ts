import type * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './backend';

/** A kernel function of tfjs. */
export type KernelFunction = tf.KernelFunc;

/** A wasm kernel that replaces one of tfjs', or adds one that only native TensorFlow has. */
export interface KernelReplacement {
  readonly kernelName: string;
  /**
   * Makes the kernel.
   * @param stock tfjs' kernel, for cases that the replacement does not support; it throws if tfjs has none
   */
  replace(stock: KernelFunction): KernelFunction;
  /** The gradient on wasm, when the gradient that is registered under this name is for another backend. */
  readonly gradient?: {
    /** The inputs and outputs that the gradient needs; they are the same on each backend. */
    readonly inputsToSave: readonly string[];
    readonly outputsToSave: readonly boolean[];
    /**
     * @param gradient by the first output
     * @param saved the saved inputs, then the saved outputs
     * @returns the gradients by input
     */
    take(
      backend: WasmBackend,
      gradient: tf.TensorInfo,
      saved: readonly tf.TensorInfo[],
    ): Readonly<Record<string, tf.TensorInfo>>;
  };
}
