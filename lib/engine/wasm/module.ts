import { assemble } from './assembler';
import type { WasmBackend } from './backend';
import { ADAM_FUNCTIONS } from './functions/adam';
import { ARRANGE_FUNCTIONS } from './functions/arrange';
import {
  fusedMultiplyAdd,
  multiplyFunctions,
  separateMultiplyAdd,
  type MultiplyAdd,
} from './functions/multiply';
import { NORMALIZE_FUNCTIONS } from './functions/normalize';
import { PHILOX_FUNCTIONS } from './functions/philox';
import { POOL_FUNCTIONS } from './functions/pool';
import { REDUCE_FUNCTIONS } from './functions/reduce';

/** Our functions, bound to the memory of one wasm backend; what they take stands where they are written. */
export interface WasmModule {
  copyRows(from: number, fromStride: number, to: number, toStride: number, bytes: number, rows: number): void;
  transpose(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    rows: number,
    columns: number,
  ): void;
  packRows(b: number, bStride: number, packed: number, depth: number, columns: number): void;
  packColumns(b: number, columnStride: number, packed: number, depth: number, columns: number): void;
  // prettier-ignore
  multiply(a: number, aStride: number, b: number, c: number, cStride: number,
    rows: number, depth: number, columns: number, accumulate: 0 | 1, scratch: number): void;
  // prettier-ignore
  adam(weights: number, mean: number, square: number, gradient: number, count: number,
    share1: number, share2: number, stepSize: number, epsilon: number): void;
  addRows(from: number, to: number, rows: number, columns: number): void;
  addSquares(x: number, mean: number, to: number, rows: number, columns: number): void;
  // prettier-ignore
  normalize(x: number, y: number, mean: number, factor: number, offset: number, rows: number, columns: number): void;
  // prettier-ignore
  addSlopes(dy: number, y: number, x: number, mean: number, sums: number, products: number,
    rows: number, columns: number): void;
  // prettier-ignore
  normalizeGradient(dy: number, y: number, x: number, dx: number,
    mean: number, factor: number, shift: number, tilt: number, rows: number, columns: number): void;
  // prettier-ignore
  philox(to: number, groups: number, word0: number, word1: number, word2: number, word3: number,
    key0: number, key1: number): void;
  // prettier-ignore
  dropOut(words: number, x: number, mask: number, y: number, count: number, threshold: number, factor: number): void;
  // prettier-ignore
  maximumGradient(x: number, y: number, dy: number, dx: number,
    windows: number, pixelBytes: number, rowBytes: number, windowHeight: number, windowWidth: number): void;
}

const modules = new WeakMap<object, WasmModule>();

/**
 * Gives our functions for a backend, compiled at the first call.
 * @throws WebAssembly.CompileError where the engine has no SIMD
 */
export function moduleOf(backend: WasmBackend): WasmModule {
  const known = modules.get(backend.wasm);
  if (known) return known;
  const { memory } = backend.wasm.asm;
  const compiled = new WebAssembly.Module(encodeModule());
  const instance = new WebAssembly.Instance(compiled, { host: { memory } });
  const module = instance.exports as unknown as WasmModule;
  modules.set(backend.wasm, module);
  return module;
}

/** Encodes the module with the fastest arithmetic that this engine accepts. */
function encodeModule(): Uint8Array {
  const encode = (multiplyAdd: MultiplyAdd) =>
    assemble([
      ...ARRANGE_FUNCTIONS,
      ...multiplyFunctions(multiplyAdd),
      ...REDUCE_FUNCTIONS,
      ...NORMALIZE_FUNCTIONS,
      ...POOL_FUNCTIONS,
      ...PHILOX_FUNCTIONS,
      ...ADAM_FUNCTIONS,
    ]);
  const fused = encode(fusedMultiplyAdd);
  return WebAssembly.validate(fused) ? fused : encode(separateMultiplyAdd);
}

/**
 * Lends memory of the backend's for the time of a call.
 * @param bytes how much
 * @param use is given the address, which is only valid inside
 */
export function withScratch<T>(backend: WasmBackend, bytes: number, use: (address: number) => T): T {
  const { wasm } = backend;
  // The address comes back signed: above 2 GB it would be negative.
  const address = wasm._malloc(bytes) >>> 0;
  try {
    return use(address);
  } finally {
    wasm._free(address);
  }
}
