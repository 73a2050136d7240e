import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { instantiate, kernelsOf } from './module';
import type { KernelReplacement } from './replacement';

interface DropOutArguments {
  readonly inputs: { readonly x: tf.TensorInfo; readonly seed: tf.TensorInfo };
  readonly attrs: { readonly rate: number };
  readonly backend: WasmBackend;
}

/** Dropout with the mask that native TensorFlow draws from the same seed; its outputs are y and the mask. */
export const dropOutReplacement: KernelReplacement = {
  kernelName: 'AttentionDropOut',
  replace: () => (args) => dropOut(args as unknown as DropOutArguments),
};

function dropOut({ inputs: { x, seed }, attrs: { rate }, backend }: DropOutArguments): tf.TensorInfo[] {
  const [y, mask] = [0, 1].map(() => backend.makeOutput(x.shape, 'float32'));
  const [from, seedAt, toY, toMask] = [x, seed, y, mask].map((tensor) => addressOf(backend, tensor));
  kernelsOf(backend).dropOut(seedAt, from, toMask, toY, tf.util.sizeFromShape(x.shape), rate);
  return [y, mask];
}

/** Number of words that are drawn at a time, and size of a page of WebAssembly's memory in bytes. */
const GROUP = 16;
const PAGE = 65536;

/**
 * Draws what TensorFlow's StatelessRandomUniform draws for the same seed, so that a dropout mask is the same on every
 * backend.
 * @param seed two integers, 0 to 2^31 - 1
 * @param count number of values
 * @returns uniform numbers in [0, 1), multiples of 2^-23
 * @throws WebAssembly.CompileError when the engine has no SIMD
 */
export function drawPhiloxUniform(seed: readonly [number, number], count: number): Float32Array {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * (count + GROUP)) / PAGE) });
  instantiate(memory, { malloc: () => 0, free: () => undefined }).drawUniform(...seed, 0, count);
  return new Float32Array(memory.buffer, 0, count);
}
