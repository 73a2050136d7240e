import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import type { KernelReplacement } from './replacement';

interface ShareArguments {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs?: { readonly dtype?: tf.DataType };
  readonly backend: WasmBackend;
}

/** Clones a tensor by sharing its data, as tfjs does on other backends. tfjs' wasm kernel copies them. */
export const identityReplacement: KernelReplacement = {
  kernelName: 'Identity',
  replace: () => (args) => share(args as unknown as ShareArguments),
};

/** Casts a tensor to its own type without a copy. */
export const castReplacement: KernelReplacement = {
  kernelName: 'Cast',
  replace: (stock) => (args) => {
    const { inputs, attrs, backend } = args as unknown as ShareArguments;
    return attrs?.dtype === inputs.x.dtype ? share({ inputs, backend }) : stock(args);
  },
};

function share({ inputs: { x }, backend }: ShareArguments): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

interface TileArguments {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs: { readonly reps: readonly number[] };
  readonly backend: WasmBackend;
}

/** Repeats a tensor along all axes but the last, by copying blocks. tfjs' kernel copies single values. */
export const tileReplacement: KernelReplacement = {
  kernelName: 'Tile',
  replace: (stock) => (args) => tile(args as unknown as TileArguments) ?? stock(args),
};

function tile({ inputs: { x }, attrs: { reps }, backend }: TileArguments): tf.TensorInfo | undefined {
  const isOurs = x.dtype === 'float32' && reps.length === x.shape.length && reps.at(-1) === 1;
  if (!isOurs || tf.util.sizeFromShape(x.shape) === 0) return undefined;
  const out = backend.makeOutput(
    x.shape.map((size, axis) => size * reps[axis]),
    'float32',
  );
  const bytes = backend.wasm.HEAPU8;
  const bytesBelow = (shape: readonly number[], axis: number) =>
    4 * tf.util.sizeFromShape(shape.slice(axis + 1));
  const fill = (axis: number, from: number, to: number): void => {
    const [stepFrom, stepTo] = [bytesBelow(x.shape, axis), bytesBelow(out.shape, axis)];
    const length = x.shape[axis] * stepTo;
    if (stepFrom === stepTo) bytes.copyWithin(to, from, from + length);
    else for (let i = 0; i < x.shape[axis]; i++) fill(axis + 1, from + i * stepFrom, to + i * stepTo);
    repeat(bytes, to, length, reps[axis]);
  };
  fill(0, addressOf(backend, x), addressOf(backend, out));
  return out;
}

/** Repeats the bytes at an address until they occur `times` times. */
function repeat(bytes: Uint8Array, address: number, length: number, times: number): void {
  for (let done = length; done < length * times; done *= 2) {
    const left = length * times - done;
    bytes.copyWithin(address + done, address, address + Math.min(done, left));
  }
}
