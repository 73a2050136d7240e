import type * as tf from '@tensorflow/tfjs';

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
