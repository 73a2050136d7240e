import * as tf from '@tensorflow/tfjs';
import { convolutionReplacement, inputGradientReplacement } from './convolution';
import { filterGradientReplacement } from './filter-gradient';
import { matMulReplacement } from './matmul';
import { maxPoolGradientReplacement } from './pooling';
import { meanReplacement, sumReplacement } from './reduction';
import type { KernelFunction, KernelReplacement } from './replacement';
import { castReplacement, identityReplacement } from './sharing';
import { tileReplacement } from './tiling';

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
];

/** The kernels that stood in the registry before ours, undefined where there was none. */
const replaced = new Map<string, tf.KernelConfig | undefined>();

/**
 * Puts our kernels in the place of those of tfjs' wasm backend with which training is slow or impossible. Call it
 * once the backend's package is loaded; a second call changes nothing. Works in Node and in browsers.
 */
export function registerWasmTrainingKernels(): void {
  if (replaced.size > 0 || !hasSimd()) return;
  for (const replacement of REPLACEMENTS) {
    const { kernelName } = replacement;
    const stock = tf.getKernel(kernelName, BACKEND) ?? undefined;
    replaced.set(kernelName, stock);
    if (stock) tf.unregisterKernel(kernelName, BACKEND);
    // The old set-up stays: it binds the stock function, which still does what ours does not.
    const kernelFunc = replacement.replace(stock?.kernelFunc ?? failFor(kernelName));
    tf.registerKernel({ ...stock, kernelName, backendName: BACKEND, kernelFunc });
  }
}

/** Puts tfjs' own kernels back: for comparisons. */
export function unregisterWasmTrainingKernels(): void {
  for (const [kernelName, stock] of replaced) {
    tf.unregisterKernel(kernelName, BACKEND);
    if (stock) tf.registerKernel(stock);
  }
  replaced.clear();
}

function hasSimd(): boolean {
  // A module with one function: i32.const 0, i8x16.splat, drop.
  return WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11)); // prettier-ignore
}

function failFor(kernelName: string): KernelFunction {
  return () => {
    throw new Error(`Expected channels last and no dilation for ${kernelName} on wasm but received another`);
  };
}
