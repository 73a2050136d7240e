import type * as tf from '@tensorflow/tfjs';

/** What the wasm backend of tfjs knows of a tensor's data. */
export interface WasmTensorData {
  /** The number under which its C++ side knows the data, and caches what it derived from them. */
  id: number;
  /** Address of the first number, in bytes. */
  readonly memoryOffset: number;
  readonly refCount: number;
}

/** The part of tfjs' wasm backend that our kernels use. Source: tfjs-backend-wasm 4.22, backend_wasm.ts. */
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

/** Gives the address of a tensor's first number. It holds until the tensor is disposed. */
export function addressOf(backend: WasmBackend, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}
