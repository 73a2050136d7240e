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

/**
 * Kernels in place of tfjs' own, by tfjs' names. A kernel returns undefined for a case that it does not support; tfjs'
 * kernel then computes it.
 */
export type KernelTable = Readonly<
  Record<
    string,
    (
      inputs: Readonly<Record<string, tf.TensorInfo>>,
      attributes: never,
      backend: WasmBackend,
    ) => tf.TensorInfo | undefined
  >
>;

/** The functions of assembly/index.ts, where they are documented. Addresses are in bytes; a flag is 0 or 1. */
type Kernels = Readonly<Record<string, (...values: readonly number[]) => void>>;

const kernels = new WeakMap<object, Kernels>();

/** A value for a kernel: a number, a flag, or a tensor, whose address the kernel gets. */
type Value = number | boolean | tf.TensorInfo;

/**
 * Calls a function of assembly/index.ts.
 * @param values its arguments; it gets a list as a structure of 32-bit fields, by the structure's address
 * @throws WebAssembly.CompileError when the engine has no SIMD
 */
export function callKernel(
  backend: WasmBackend,
  name: string,
  ...values: readonly (Value | readonly Value[])[]
): void {
  const { wasm } = backend;
  if (!kernels.has(wasm)) {
    const host = { malloc: (bytes: number) => wasm._malloc(bytes), free: (at: number) => wasm._free(at) };
    kernels.set(wasm, instantiate(wasm.asm.memory, host));
  }
  const toNumber = (value: Value) =>
    typeof value === 'object' ? backend.dataIdMap.get(value.dataId).memoryOffset : Number(value);
  const structures: number[] = [];
  const numbers = values.map((value) => {
    if (!(value instanceof Array)) return toNumber(value);
    // The returned address is signed and would be negative above 2 GB.
    const address = wasm._malloc(4 * value.length) >>> 0;
    structures.push(address);
    new Int32Array(wasm.HEAPU8.buffer, address, value.length).set(value.map(toNumber));
    return address;
  });
  kernels.get(wasm)![name](...numbers);
  structures.forEach((address) => wasm._free(address));
}

/** Compiles the kernels for a memory, with relaxed SIMD if the engine has it. */
export function instantiate(memory: WebAssembly.Memory, host: WebAssembly.ModuleImports): Kernels {
  const relaxed = decode(RELAXED_KERNELS);
  const binary = WebAssembly.validate(relaxed) ? relaxed : decode(PLAIN_KERNELS);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory }, host });
  return instance.exports as unknown as Kernels;
}

/** Returns whether this engine has the SIMD that the kernels need. */
export function canRunKernels(): boolean {
  return WebAssembly.validate(decode(PLAIN_KERNELS));
}

function decode(base64: string): BufferSource {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
