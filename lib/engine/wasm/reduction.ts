import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { forEachBlock } from './blocks';
import { moduleOf } from './module';
import type { KernelReplacement } from './replacement';

/** Rows that are summed at a time: they stay in the first cache for up to 256 columns. */
const ROWS = 32;
/** Fewer columns leave nothing for SIMD. */
const FEW_COLUMNS = 4;

interface ReductionArguments {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs: { readonly axis: number | number[]; readonly keepDims: boolean };
  readonly backend: WasmBackend;
}

/** Sums over the first axes, as a bias' gradient does. tfjs' own kernel transposes first. */
export const sumReplacement: KernelReplacement = {
  kernelName: 'Sum',
  replace: (stock) => (args) => sumRows(args as unknown as ReductionArguments)?.out ?? stock(args),
};

/** Averages over the first axes, as batch normalisation does. tfjs' own kernel transposes first. */
export const meanReplacement: KernelReplacement = {
  kernelName: 'Mean',
  replace: (stock) => (args) => {
    const sum = sumRows(args as unknown as ReductionArguments);
    if (!sum) return stock(args);
    sum.values.forEach((value, i) => (sum.values[i] = value / sum.rows));
    return sum.out;
  },
};

/** @returns the sum, its numbers in the backend's memory, and of how many rows it is; undefined for other axes */
function sumRows({
  inputs: { x },
  attrs: { axis, keepDims },
  backend,
}: ReductionArguments): { out: tf.TensorInfo; values: Float32Array; rows: number } | undefined {
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const kept = x.shape.slice(axes.length);
  const [rows, columns] = [x.shape.slice(0, axes.length), kept].map(tf.util.sizeFromShape);
  const isFirstAxes = axes.every((place, i) => place === i);
  if (x.dtype !== 'float32' || !isFirstAxes || rows === 0 || columns < FEW_COLUMNS) return undefined;
  const out = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
  const [from, to] = [addressOf(backend, x), addressOf(backend, out)];
  const values = new Float32Array(backend.wasm.HEAPU8.buffer, to, columns).fill(0);
  const module = moduleOf(backend);
  forEachBlock(rows, ROWS, (start, count) => module.addRows(from + 4 * start * columns, to, count, columns));
  return { out, values, rows };
}
