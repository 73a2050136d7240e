import * as tf from '@tensorflow/tfjs';
// It registers the names and gradients of the project's kernels, which must exist before the replacements.
import '../native/kernels';
import type { WasmBackend } from './backend';
import { convolutionReplacement, filterGradientReplacement, inputGradientReplacement } from './convolution';
import { dropOutReplacement } from './drop-out';
import { matMulReplacement } from './matmul';
import { normalizeReplacement } from './normalization';
import { maxPoolGradientReplacement } from './pooling';
import { meanReplacement, sumReplacement } from './reduction';
import { canRunKernels } from './module';
import type { KernelFunction, KernelReplacement } from './replacement';
import { castReplacement, identityReplacement, tileReplacement } from './copies';

export { createWasmSlots } from './adam-slots';

const BACKEND = 'wasm';

const REPLACEMENTS: readonly KernelReplacement[] = [
  matMulReplacement,
  convolutionReplacement,
  inputGradientReplacement,
  filterGradientReplacement,
  maxPoolGradientReplacement,
  sumReplacement,
  meanReplacement,
  tileReplacement,
  identityReplacement,
  castReplacement,
  dropOutReplacement,
  normalizeReplacement,
];

/** Functions that restore tfjs' registry; they are called in reverse order. */
const undo: (() => void)[] = [];

/**
 * Replaces kernels of tfjs' wasm backend with which training is slow or impossible. The backend's package must be loaded
 * before. A second call, or a call on an engine without SIMD, changes nothing. It works in Node.js and in browsers.
 */
export function registerWasmTrainingKernels(): void {
  if (undo.length > 0 || !canRunKernels()) return;
  for (const replacement of REPLACEMENTS) {
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

function replaceKernel({ kernelName, replace }: KernelReplacement): void {
  const stock = tf.getKernel(kernelName, BACKEND) ?? undefined;
  if (stock) tf.unregisterKernel(kernelName, BACKEND);
  // The stock set-up function remains: the replacement calls the stock kernel for cases that it does not support.
  const kernelFunc = replace(stock?.kernelFunc ?? failFor(kernelName));
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
      const first = Array.isArray(dy) ? dy[0] : dy;
      const gradients = gradient.take(tf.backend() as unknown as WasmBackend, first, saved);
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

function failFor(kernelName: string): KernelFunction {
  return () => {
    throw new Error(`Expected channels last and no dilation for ${kernelName} on wasm but received another`);
  };
}
