import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { multiplyMatrices } from './matrix';
import type { KernelReplacement } from './replacement';

/** So few rows are not worth packing a matrix for. */
const FEW_ROWS = 8;

interface MatMulArguments {
  readonly inputs: { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean };
  readonly backend: WasmBackend;
}

/**
 * Multiplies matrices, transposed or not. tfjs' own kernel has SIMD only for matrices that are not transposed.
 * It keeps the products of few rows, and of tensors whose outer shapes differ.
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
  const isOurs =
    a.dtype === 'float32' && b.dtype === 'float32' && depth === depthB && depth > 0 && isSame(outer, b.shape.slice(0, -2)) && (transposeA || transposeB || rows >= FEW_ROWS); // prettier-ignore
  if (!isOurs) return undefined;
  const c = backend.makeOutput([...outer, rows, columns], 'float32');
  const [fromA, fromB, toC] = [a, b, c].map((tensor) => addressOf(backend, tensor));
  for (let i = 0; i < tf.util.sizeFromShape(outer); i++) {
    multiplyMatrices(backend, {
      a: { address: fromA + 4 * i * rows * depth, stride: 4 * a.shape.at(-1)!, transposed: transposeA },
      b: { address: fromB + 4 * i * depth * columns, stride: 4 * b.shape.at(-1)!, transposed: transposeB },
      c: toC + 4 * i * rows * columns,
      ...{ rows, depth, columns },
    });
  }
  return c;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
