import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { forEachBlock } from './blocks';
import { moduleOf, withScratch, type WasmModule } from './module';
import type { KernelReplacement } from './replacement';

/** Numbers that are masked at a time: their random words stay in the first cache. */
const BLOCK = 2048;
/** Words that one call of `philox` draws at least. */
const GROUP = 16;
const FRACTIONS = 2 ** 23;
/** Keys with which TensorFlow mixes a seed. Source: its stateless_random_ops.cc. */
const MIXING_KEYS = [0x3ec8f720, 0x02461e29] as const;

interface DropOutArguments {
  readonly inputs: { readonly x: tf.TensorInfo; readonly seed: tf.TensorInfo };
  readonly attrs: { readonly rate: number };
  readonly backend: WasmBackend;
}

/** Drops numbers by the mask that philox.ts draws, a hundred times as fast: gives y and the mask. */
export const dropOutReplacement: KernelReplacement = {
  kernelName: 'AttentionDropOut',
  replace: () => (args) => dropOut(args as unknown as DropOutArguments),
};

function dropOut({ inputs: { x, seed }, attrs: { rate }, backend }: DropOutArguments): tf.TensorInfo[] {
  const [y, mask] = [0, 1].map(() => backend.makeOutput(x.shape, 'float32'));
  const [fromX, toY, toMask] = [x, y, mask].map((tensor) => addressOf(backend, tensor));
  const module = moduleOf(backend);
  const threshold = Math.ceil(rate * FRACTIONS);
  const factor = 1 / (1 - rate);
  withScratch(backend, 4 * BLOCK, (words) => {
    const [key0, key1, word2, word3] = mixSeed(backend, module, { seed: addressOf(backend, seed), words });
    forEachBlock(tf.util.sizeFromShape(x.shape), BLOCK, (start, count) => {
      module.philox(words, Math.ceil(count / GROUP), start / 4, 0, word2, word3, key0, key1);
      const whole = count - (count % 4);
      const at = 4 * start;
      module.dropOut(words, fromX + at, toMask + at, toY + at, whole, threshold, factor);
      if (whole === count) return;
      // The function takes four numbers at a time: the last ones go through memory that has room for four.
      const rest = 4 * (count - whole);
      const last = at + 4 * whole;
      withScratch(backend, 3 * 16, (room) => {
        backend.wasm.HEAPU8.copyWithin(room, fromX + last, fromX + last + rest);
        module.dropOut(words + 4 * whole, room, room + 16, room + 32, 4, threshold, factor);
        backend.wasm.HEAPU8.copyWithin(toMask + last, room + 16, room + 16 + rest);
        backend.wasm.HEAPU8.copyWithin(toY + last, room + 32, room + 32 + rest);
      });
    });
  });
  return [y, mask];
}

function mixSeed(
  { wasm }: WasmBackend,
  module: WasmModule,
  { seed, words }: { readonly seed: number; readonly words: number },
): Int32Array {
  const [first, second] = new Int32Array(wasm.HEAPU8.buffer, seed, 2);
  module.philox(words, 1, first, 0, second, 0, ...MIXING_KEYS);
  return new Int32Array(wasm.HEAPU8.buffer, words, 4).slice();
}
