import type { WasmBackend } from './backend';
import { PLAIN_KERNELS, RELAXED_KERNELS } from './compiled';

/** The functions of assembly/, where they are documented; addresses are in bytes. */
export interface WasmKernels {
  matMul(
    a: number,
    transposeA: boolean,
    b: number,
    transposeB: boolean,
    c: number,
    matrices: number,
    rows: number,
    depth: number,
    columns: number,
  ): void;
  correlate(sizes: number, x: number, filter: number, y: number): void;
  correlateTurned(sizes: number, dy: number, filter: number, dx: number): void;
  filterGradient(sizes: number, x: number, dy: number, gradient: number): void;
  maximumGradient(windows: number, x: number, y: number, dy: number, dx: number): void;
  sumRows(x: number, to: number, rows: number, columns: number): void;
  averageRows(x: number, to: number, rows: number, columns: number): void;
  normalize(layer: number, momentum: number, epsilon: number): void;
  normalizeGradient(layer: number): void;
  drawUniform(seed0: number, seed1: number, to: number, count: number): void;
  dropOut(seed: number, x: number, mask: number, y: number, count: number, rate: number): void;
  adam(
    weights: number,
    mean: number,
    square: number,
    gradient: number,
    count: number,
    share1: number,
    share2: number,
    stepSize: number,
    epsilon: number,
  ): void;
}

const kernels = new WeakMap<object, WasmKernels>();

/**
 * Returns the kernels for the memory of a wasm backend; they are compiled at the first call.
 * @throws WebAssembly.CompileError when the engine has no SIMD
 */
export function kernelsOf({ wasm }: WasmBackend): WasmKernels {
  const known = kernels.get(wasm);
  if (known) return known;
  const host = { malloc: (bytes: number) => wasm._malloc(bytes), free: (at: number) => wasm._free(at) };
  const made = instantiate(wasm.asm.memory, host);
  kernels.set(wasm, made);
  return made;
}

/** Compiles the kernels for a memory, with relaxed SIMD if the engine has it. */
export function instantiate(memory: WebAssembly.Memory, host: WebAssembly.ModuleImports): WasmKernels {
  const relaxed = decode(RELAXED_KERNELS);
  const binary = WebAssembly.validate(relaxed) ? relaxed : decode(PLAIN_KERNELS);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory }, host });
  return instance.exports as unknown as WasmKernels;
}

/** Returns whether this engine has the SIMD that the kernels need. */
export function canRunKernels(): boolean {
  return WebAssembly.validate(decode(PLAIN_KERNELS));
}

function decode(base64: string): BufferSource {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * Calls a function with a structure in the backend's memory, which is freed afterwards.
 * @param fields of the structure in their order, each a 32-bit integer
 * @param use gets the address, which is valid during the call only
 */
export function withStructure(
  { wasm }: WasmBackend,
  fields: readonly number[],
  use: (address: number) => void,
): void {
  // The returned address is signed and would be negative above 2 GB.
  const address = wasm._malloc(4 * fields.length) >>> 0;
  try {
    new Int32Array(wasm.HEAPU8.buffer, address, fields.length).set(fields);
    use(address);
  } finally {
    wasm._free(address);
  }
}
