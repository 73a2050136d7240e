import * as tf from '@tensorflow/tfjs';
import { IMAGE_KERNELS } from './images';
import { MATRIX_KERNELS } from './matrices';
import { canRunKernels, type WasmBackend } from './module';

const BACKEND = 'wasm';

/** tfjs' own kernels by name while this project's replace them; undefined where tfjs has none. */
const stock = new Map<string, tf.KernelConfig | undefined>();

/**
 * Replaces kernels of tfjs' wasm backend with which training is slow or impossible. The backend's package must be loaded
 * before. A second call, or a call on an engine without SIMD, changes nothing. It works in Node.js and in browsers.
 */
export function registerWasmTrainingKernels(): void {
  if (stock.size > 0 || !canRunKernels()) return;
  for (const [kernelName, compute] of Object.entries({ ...MATRIX_KERNELS, ...IMAGE_KERNELS })) {
    const own = tf.getKernel(kernelName, BACKEND) ?? undefined;
    stock.set(kernelName, own);
    if (own) tf.unregisterKernel(kernelName, BACKEND);
    const kernelFunc: tf.KernelFunc = (call) => {
      const { inputs, attrs, backend } = call;
      const output = compute(inputs as Record<string, tf.TensorInfo>, attrs as never, backend as WasmBackend);
      if (output) return output;
      if (own) return own.kernelFunc(call);
      throw new Error(
        `Expected channels last and no dilation for ${kernelName} on wasm but received another`,
      );
    };
    // The stock set-up function remains, since the stock kernel computes the cases that ours does not support.
    tf.registerKernel({ ...own, kernelName, backendName: BACKEND, kernelFunc });
  }
}

/** Restores tfjs' own kernels, for comparisons. */
export function unregisterWasmTrainingKernels(): void {
  for (const [kernelName, own] of stock) {
    tf.unregisterKernel(kernelName, BACKEND);
    if (own) tf.registerKernel(own);
  }
  stock.clear();
}

/** Returns the current backend if it is wasm with the replaced kernels, otherwise undefined. */
export function wasmTrainingBackend(): WasmBackend | undefined {
  const isOurs = stock.size > 0 && tf.getBackend() === BACKEND;
  return isOurs ? (tf.backend() as unknown as WasmBackend) : undefined;
}
