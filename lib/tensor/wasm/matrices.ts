import * as tf from '@tensorflow/tfjs';
import { callKernel, type KernelTable, type WasmBackend } from './module';

/** With fewer rows, packing a matrix takes longer than it saves. */
const FEW_ROWS = 8;

/** With fewer columns, SIMD has no use. */
const FEW_COLUMNS = 4;

/** The kernels of products, sums and copies. */
export const MATRIX_KERNELS: KernelTable = {
  /**
   * Product of matrices, transposed or not. tfjs' kernel uses SIMD only for matrices that are not transposed. It is still
   * used for few rows, and for tensors whose outer shapes differ.
   */
  BatchMatMul({ a, b }, { transposeA, transposeB }: tf.BatchMatMulAttrs, backend) {
    const [storedRows, storedColumns] = a.shape.slice(-2);
    const [rows, depth] = transposeA ? [storedColumns, storedRows] : [storedRows, storedColumns];
    const [depthB, columns] = transposeB ? [...b.shape].reverse() : b.shape.slice(-2);
    const outer = a.shape.slice(0, -2);
    const isFloat = a.dtype === 'float32' && b.dtype === 'float32';
    const fits = depth === depthB && depth > 0 && tf.util.arraysEqual(outer, b.shape.slice(0, -2));
    if (!isFloat || !fits || !(transposeA || transposeB || rows >= FEW_ROWS)) return undefined;
    const c = backend.makeOutput([...outer, rows, columns], 'float32');
    const sizes = [tf.util.sizeFromShape(outer), rows, depth, columns];
    callKernel(backend, 'matMul', a, transposeA, b, transposeB, c, ...sizes);
    return c;
  },

  /** Sum over the first axes, as in the gradient of a bias. tfjs' kernel transposes first. */
  Sum({ x }, { axis, keepDims }: tf.SumAttrs, backend) {
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const kept = x.shape.slice(axes.length);
    const [rows, columns] = [x.shape.slice(0, axes.length), kept].map(tf.util.sizeFromShape);
    const isFirstAxes = axes.every((place, i) => place === i);
    if (x.dtype !== 'float32' || !isFirstAxes || rows === 0 || columns < FEW_COLUMNS) return undefined;
    const sum = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
    callKernel(backend, 'sumRows', x, sum, rows, columns);
    return sum;
  },

  /** Clones a tensor by sharing its data, as tfjs does on other backends. tfjs' wasm kernel copies them. */
  Identity: ({ x }, _: object, backend) => share(x, backend),

  /** Casts a tensor to its own type without a copy. */
  Cast: ({ x }, { dtype }: tf.CastAttrs, backend) => (dtype === x.dtype ? share(x, backend) : undefined),
};

function share({ dataId, shape, dtype }: tf.TensorInfo, backend: WasmBackend): tf.TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
