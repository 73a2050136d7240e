import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from './addon';

/** What follows a layer's sum. */
export type Activation = 'none' | 'relu';

/** Settings of a kernel's call; each kernel says which it reads. */
export interface KernelSettings {
  readonly activation: Activation;
  readonly momentum: number;
  readonly epsilon: number;
  readonly rate: number;
}

/** Inputs of a kernel by name. */
export type KernelInputs = Readonly<Record<string, tf.TensorInfo>>;

/** A kernel of native TensorFlow and its gradient, each in as few native calls as there can be. */
export interface NativeKernel {
  readonly name: string;
  /** The inputs that the gradient needs. */
  readonly inputsToSave: readonly string[];
  /** Whether the gradient needs each output. */
  readonly outputsToSave: readonly boolean[];
  /** Gives the outputs; what else it makes is tidied up. */
  forward(backend: NativeBackend, inputs: KernelInputs, settings: KernelSettings): tf.Tensor[];
  /**
   * Gives the gradients by input, each as a function that is called only where its gradient is needed. What two of
   * them share is computed before: the tape tidies up after each function.
   * @param gradient in the first output; nothing else may be differentiated
   * @param saved the saved inputs, then the saved outputs
   */
  backward(
    backend: NativeBackend,
    gradient: tf.Tensor,
    saved: readonly tf.Tensor[],
    settings: KernelSettings,
  ): Record<string, () => tf.Tensor>;
}

/** Makes a kernel known to tfjs, which then runs it and records it on its tape. */
export function registerNativeKernel(kernel: NativeKernel): void {
  const { name, inputsToSave, outputsToSave } = kernel;
  tf.registerKernel({
    kernelName: name,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) =>
      tf.tidy(() => kernel.forward(backend as NativeBackend, inputs as KernelInputs, toSettings(attrs))),
  });
  tf.registerGradient({
    kernelName: name,
    inputsToSave: [...inputsToSave],
    outputsToSave: [...outputsToSave],
    gradFunc: (gradient, saved, attrs) => {
      const backend = tf.backend() as unknown as NativeBackend;
      const first = Array.isArray(gradient) ? gradient[0] : gradient;
      return kernel.backward(backend, first, saved, toSettings(attrs));
    },
  });
}

function toSettings(attrs: unknown): KernelSettings {
  return attrs as KernelSettings;
}
