import type * as tf from '@tensorflow/tfjs';
import { PLAIN_KERNELS, RELAXED_KERNELS } from './compiled';

/** The record of a tensor's data in tfjs' wasm backend. */
interface WasmTensorData {
  /** Id of the data in the C++ code, which caches packed weights by it. */
  id: number;
  /** Address of the first number, in bytes. */
  readonly memoryOffset: number;
  readonly refCount: number;
}

/** The part of tfjs' wasm backend that the kernels use. Source: tfjs-backend-wasm 4.22, backend_wasm.ts. */
export interface WasmBackend {
  dataIdNextNumber: number;
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory };
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void;
      disposeData(id: number): void;
    };
  };
  readonly dataIdMap: { get(dataId: object): WasmTensorData };
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  incRef(dataId: object): void;
}

/** Returns the address of a tensor's first value. It is valid until the tensor is disposed. */
export function addressOf(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** A call of a kernel of tfjs. */
export interface KernelCall<InputName extends string, Attributes = object> {
  readonly inputs: Readonly<Record<InputName, tf.TensorInfo>>;
  readonly attrs: Attributes;
  readonly backend: WasmBackend;
}

/** A wasm kernel that replaces one of tfjs', or adds one that only native TensorFlow has. */
export interface KernelReplacement {
  readonly kernelName: string;
  /**
   * Computes the outputs of a {@link KernelCall}.
   * @returns undefined for a case that the replacement does not support; tfjs' kernel then computes it
   */
  compute(call: never): tf.TensorInfo | tf.TensorInfo[] | undefined;
  /** The gradient on wasm, when the gradient that is registered under this name is for another backend. */
  readonly gradient?: {
    /** The inputs and outputs that the gradient needs; they are the same on each backend. */
    readonly inputsToSave: readonly string[];
    readonly outputsToSave: readonly boolean[];
    /**
     * @param gradient by the first output
     * @param saved the saved inputs, then the saved outputs
     * @returns the gradients by input
     */
    take(
      backend: WasmBackend,
      gradient: tf.TensorInfo,
      saved: readonly tf.TensorInfo[],
    ): Readonly<Record<string, tf.TensorInfo>>;
  };
}

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
