import * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from './addon';

/** Activation function. */
export type Activation = 'none' | 'relu';

/** Settings of a kernel call; each kernel documents which of them it uses. */
export interface KernelSettings {
  readonly activation: Activation;
  readonly momentum: number;
  readonly epsilon: number;
  readonly rate: number;
}

/** Inputs of a kernel by name. */
type KernelInputs = Readonly<Record<string, tf.TensorInfo>>;

/** A kernel of native TensorFlow and its gradient, with as few native calls as possible. */
export interface NativeKernel {
  readonly name: string;
  /** The inputs that the gradient needs. */
  readonly inputsToSave: readonly string[];
  /** Whether the gradient needs each output. */
  readonly outputsToSave: readonly boolean[];
  /** Computes the outputs; intermediate tensors are disposed. */
  forward(backend: NativeBackend, inputs: KernelInputs, settings: KernelSettings): tf.Tensor[];
  /**
   * Returns the gradients by input, each as a function that is called only when that gradient is needed. Shared
   * intermediate results are computed before, since the tape disposes what each function leaves.
   * @param gradient by the first output; the other outputs cannot be differentiated
   * @param saved the saved inputs, then the saved outputs
   */
  backward(
    backend: NativeBackend,
    gradient: tf.Tensor,
    saved: readonly tf.Tensor[],
    settings: KernelSettings,
  ): Record<string, () => tf.Tensor>;
}

/** Registers a kernel and its gradient with tfjs. */
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
