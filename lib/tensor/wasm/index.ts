import * as tf from '@tensorflow/tfjs';
// Its kernels have names and gradients of their own, which must be known before ours join them.
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

/** What puts the registry back as it was, the last change first. */
const undo: (() => void)[] = [];

/**
 * Puts our kernels in the place of those of tfjs' wasm backend with which training is slow or impossible. Call it
 * once the backend's package is loaded; a second call changes nothing, nor does one on an engine without SIMD. Works
 * in Node and in browsers.
 */
export function registerWasmTrainingKernels(): void {
  if (undo.length > 0 || !canRunKernels()) return;
  for (const replacement of REPLACEMENTS) {
    replaceKernel(replacement);
    if (replacement.gradient) replaceGradient(replacement.kernelName, replacement.gradient);
  }
}

/** Puts tfjs' own kernels back: for comparisons. */
export function unregisterWasmTrainingKernels(): void {
  while (undo.length > 0) undo.pop()!();
}

/** Gives the running backend where it is wasm and has our kernels: what Adam's slots there are made for. */
export function wasmTrainingBackend(): WasmBackend | undefined {
  const isOurs = undo.length > 0 && tf.getBackend() === BACKEND;
  return isOurs ? (tf.backend() as unknown as WasmBackend) : undefined;
}

function replaceKernel({ kernelName, replace }: KernelReplacement): void {
  const stock = tf.getKernel(kernelName, BACKEND) ?? undefined;
  if (stock) tf.unregisterKernel(kernelName, BACKEND);
  // The old set-up stays: it binds the stock function, which still does what ours does not.
  const kernelFunc = replace(stock?.kernelFunc ?? failFor(kernelName));
  tf.registerKernel({ ...stock, kernelName, backendName: BACKEND, kernelFunc });
  undo.push(() => {
    tf.unregisterKernel(kernelName, BACKEND);
    if (stock) tf.registerKernel(stock);
  });
}

/** tfjs knows one gradient for all backends: ours hands over to the one before it where another backend runs. */
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
