import * as tf from '@tensorflow/tfjs';
// It registers the names and gradients of the project's kernels, which must exist before the replacements.
import '../native/fused-kernels';
import { IMAGE_KERNELS } from './images';
import { LAYER_KERNELS } from './layers';
import { MATRIX_KERNELS } from './matrices';
import { canRunKernels, type KernelReplacement, type WasmBackend } from './module';

const BACKEND = 'wasm';

/** Functions that restore tfjs' registry; they are called in reverse order. */
const undo: (() => void)[] = [];

/**
 * Replaces kernels of tfjs' wasm backend with which training is slow or impossible. The backend's package must be loaded
 * before. A second call, or a call on an engine without SIMD, changes nothing. It works in Node.js and in browsers.
 */
export function registerWasmTrainingKernels(): void {
  if (undo.length > 0 || !canRunKernels()) return;
  for (const replacement of [...MATRIX_KERNELS, ...IMAGE_KERNELS, ...LAYER_KERNELS]) {
    replaceKernel(replacement);
    if (replacement.gradient) replaceGradient(replacement.kernelName, replacement.gradient);
  }
}

/** Restores tfjs' own kernels, for comparisons. */
export function unregisterWasmTrainingKernels(): void {
  while (undo.length > 0) undo.pop()!();
}

/** Returns the current backend if it is wasm with the replaced kernels, otherwise undefined. */
export function wasmTrainingBackend(): WasmBackend | undefined {
  const isOurs = undo.length > 0 && tf.getBackend() === BACKEND;
  return isOurs ? (tf.backend() as unknown as WasmBackend) : undefined;
}

function replaceKernel({ kernelName, compute }: KernelReplacement): void {
  const stock = tf.getKernel(kernelName, BACKEND) ?? undefined;
  if (stock) tf.unregisterKernel(kernelName, BACKEND);
  const kernelFunc: tf.KernelFunc = (args) => {
    const outputs = compute(args as never) ?? stock?.kernelFunc(args);
    if (outputs) return outputs;
    throw new Error(`Expected channels last and no dilation for ${kernelName} on wasm but received another`);
  };
  // The stock set-up function remains: the replacement calls the stock kernel for cases that it does not support.
  tf.registerKernel({ ...stock, kernelName, backendName: BACKEND, kernelFunc });
  undo.push(() => {
    tf.unregisterKernel(kernelName, BACKEND);
    if (stock) tf.registerKernel(stock);
  });
}

/** Replaces a gradient. tfjs has one gradient for all backends, so the previous one is called on other backends. */
function replaceGradient(kernelName: string, gradient: NonNullable<KernelReplacement['gradient']>): void {
  const other = tf.getGradient(kernelName) ?? undefined;
  if (other) tf.unregisterGradient(kernelName);
  tf.registerGradient({
    kernelName,
    inputsToSave: [...gradient.inputsToSave],
    outputsToSave: [...gradient.outputsToSave],
    gradFunc: (dy, saved, attrs) => {
      if (other && tf.getBackend() !== BACKEND) return other.gradFunc(dy, saved, attrs);
      const gradients = gradient.take(tf.backend() as unknown as WasmBackend, [dy].flat()[0], saved);
      const tensors = Object.entries(gradients).map(
        ([name, info]) => [name, tf.engine().makeTensorFromTensorInfo(info)] as const,
      );
      return Object.fromEntries(tensors.map(([name, tensor]) => [name, () => tensor]));
    },
  });
  undo.push(() => {
    tf.unregisterGradient(kernelName);
    if (other) tf.registerGradient(other);
  });
}
