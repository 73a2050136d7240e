import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf } from './module';
import type { KernelReplacement } from './replacement';

/** With fewer rows, packing a matrix takes longer than it saves. */
const FEW_ROWS = 8;

interface MatMulArguments {
  readonly inputs: { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean };
  readonly backend: WasmBackend;
}

/**
 * Product of matrices, transposed or not. tfjs' kernel uses SIMD only for matrices that are not transposed. It is still
 * used for few rows, and for tensors whose outer shapes differ.
 */
export const matMulReplacement: KernelReplacement = {
  kernelName: 'BatchMatMul',
  replace: (stock) => (args) => matMul(args as unknown as MatMulArguments) ?? stock(args),
};

function matMul({ inputs: { a, b }, attrs, backend }: MatMulArguments): tf.TensorInfo | undefined {
  const { transposeA, transposeB } = attrs;
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
}
