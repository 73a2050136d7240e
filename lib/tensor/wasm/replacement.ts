import type * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from './backend';

/** What tfjs calls for an operation. */
export type KernelFunction = tf.KernelFunc;

/** A kernel of ours in the place of one of tfjs', or of one that only native TensorFlow has. */
export interface KernelReplacement {
  readonly kernelName: string;
  /**
   * Makes the kernel.
   * @param stock tfjs' own, for what ours does not do; where tfjs has none it throws
   */
  replace(stock: KernelFunction): KernelFunction;
  /** How the gradient is taken on wasm, where the one that tfjs knows under this name is for another backend. */
  readonly gradient?: {
    /** The inputs and outputs that it needs: the same ones on each backend. */
    readonly inputsToSave: readonly string[];
    readonly outputsToSave: readonly boolean[];
    /**
     * @param gradient in the first output
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
