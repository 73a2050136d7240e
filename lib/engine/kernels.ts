import * as tf from '@tensorflow/tfjs';
import { CONNECT, CROSS_ENTROPY, DROP_OUT } from './kernels-dense';
import { ADD_BIAS, CONVOLVE, NORMALIZE, POOL } from './kernels-image';
import { registerNativeKernel, type KernelSettings, type NativeKernel } from './native-kernel';

const KERNELS = {
  convolve: CONVOLVE,
  addBias: ADD_BIAS,
  pool: POOL,
  normalize: NORMALIZE,
  connect: CONNECT,
  dropOut: DROP_OUT,
  crossEntropy: CROSS_ENTROPY,
} as const satisfies Record<string, NativeKernel>;

// tfjs' registry is process-wide, as its own kernels are: registered once, when this file is loaded.
Object.values(KERNELS).forEach(registerNativeKernel);

/**
 * Runs one of our kernels where the backend has it.
 * @returns its outputs, which the surrounding tidy disposes; undefined where the backend has not got it, and
 * tfjs' own operations have to do
 */
export function runKernel(
  kernel: keyof typeof KERNELS,
  inputs: Readonly<Record<string, tf.Tensor>>,
  settings: Partial<KernelSettings> = {},
): tf.Tensor[] | undefined {
  const { name } = KERNELS[kernel];
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  const output: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, settings as tf.NamedAttrMap);
  return Array.isArray(output) ? output : [output];
}
