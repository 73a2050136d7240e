import * as tf from '@tensorflow/tfjs';
import { addressOf, kernelsOf, type KernelCall, type KernelReplacement } from './module';

/** With fewer rows, packing a matrix takes longer than it saves. */
const FEW_ROWS = 8;

/**
 * Product of matrices, transposed or not. tfjs' kernel uses SIMD only for matrices that are not transposed. It is still
 * used for few rows, and for tensors whose outer shapes differ.
 */
const PRODUCT: KernelReplacement = {
  kernelName: 'BatchMatMul',
  compute({
    inputs: { a, b },
    attrs: { transposeA, transposeB },
    backend,
  }: KernelCall<'a' | 'b', tf.BatchMatMulAttrs>) {
    const [storedRows, storedColumns] = a.shape.slice(-2);
    const [rows, depth] = transposeA ? [storedColumns, storedRows] : [storedRows, storedColumns];
    const [depthB, columns] = transposeB ? [...b.shape].reverse() : b.shape.slice(-2);
    const outer = a.shape.slice(0, -2);
    const isFloat = a.dtype === 'float32' && b.dtype === 'float32';
    const fits = depth === depthB && depth > 0 && tf.util.arraysEqual(outer, b.shape.slice(0, -2));
    if (!isFloat || !fits || !(transposeA || transposeB || rows >= FEW_ROWS)) return undefined;
    const c = backend.makeOutput([...outer, rows, columns], 'float32');
    const [fromA, fromB, toC] = [a, b, c].map((tensor) => addressOf(backend, tensor));
    const matrices = tf.util.sizeFromShape(outer);
    const kernels = kernelsOf(backend);
    kernels.matMul(fromA, transposeA, fromB, transposeB, toC, matrices, rows, depth, columns);
    return c;
  },
};

/** With fewer columns, SIMD has no use. */
const FEW_COLUMNS = 4;

/** Makes a sum or mean over the first axes, as in the gradient of a bias. tfjs' kernels transpose first. */
function reduction(kernelName: string, name: 'sumRows' | 'averageRows'): KernelReplacement {
  return {
    kernelName,
    compute({
      inputs: { x },
      attrs: { axis, keepDims },
      backend,
    }: KernelCall<'x', tf.SumAttrs & tf.MeanAttrs>) {
      const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
      const kept = x.shape.slice(axes.length);
      const [rows, columns] = [x.shape.slice(0, axes.length), kept].map(tf.util.sizeFromShape);
      const isFirstAxes = axes.every((place, i) => place === i);
      if (x.dtype !== 'float32' || !isFirstAxes || rows === 0 || columns < FEW_COLUMNS) return undefined;
      const out = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
      kernelsOf(backend)[name](addressOf(backend, x), addressOf(backend, out), rows, columns);
      return out;
    },
  };
}

/** Clones a tensor by sharing its data, as tfjs does on other backends. tfjs' wasm kernel copies them. */
const IDENTITY: KernelReplacement = { kernelName: 'Identity', compute: share };

/** Casts a tensor to its own type without a copy. */
const CAST: KernelReplacement = {
  kernelName: 'Cast',
  compute: (call: KernelCall<'x', tf.CastAttrs>) =>
    call.attrs.dtype === call.inputs.x.dtype ? share(call) : undefined,
};

function share({ inputs: { x }, backend }: KernelCall<'x'>): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/** Repeats a tensor along all axes but the last, by copying blocks. tfjs' kernel copies single values. */
const TILE: KernelReplacement = {
  kernelName: 'Tile',
  compute({ inputs: { x }, attrs: { reps }, backend }: KernelCall<'x', tf.TileAttrs>) {
    const isOurs = x.dtype === 'float32' && reps.length === x.shape.length && reps.at(-1) === 1;
    if (!isOurs || tf.util.sizeFromShape(x.shape) === 0) return undefined;
    const shape = x.shape.map((size, axis) => size * reps[axis]);
    const out = backend.makeOutput(shape, 'float32');
    const bytes = backend.wasm.HEAPU8;
    const bytesBelow = (sizes: readonly number[], axis: number) =>
      4 * tf.util.sizeFromShape(sizes.slice(axis + 1));
    const fill = (axis: number, from: number, to: number): void => {
      const [stepFrom, stepTo] = [bytesBelow(x.shape, axis), bytesBelow(shape, axis)];
      const length = x.shape[axis] * stepTo;
      if (stepFrom === stepTo) bytes.copyWithin(to, from, from + length);
      else for (let i = 0; i < x.shape[axis]; i++) fill(axis + 1, from + i * stepFrom, to + i * stepTo);
      repeat(bytes, to, length, reps[axis]);
    };
    fill(0, addressOf(backend, x), addressOf(backend, out));
    return out;
  },
};

/** Repeats the bytes at an address until they occur `times` times. */
function repeat(bytes: Uint8Array, address: number, length: number, times: number): void {
  for (let done = length; done < length * times; done *= 2) {
    const left = length * times - done;
    bytes.copyWithin(address + done, address, address + Math.min(done, left));
  }
}

/** The kernels of products, reductions and copies. */
export const MATRIX_KERNELS = [
  PRODUCT,
  reduction('Sum', 'sumRows'),
  reduction('Mean', 'averageRows'),
  TILE,
  IDENTITY,
  CAST,
];
