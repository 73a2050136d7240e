import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf } from './module';
import type { KernelReplacement } from './replacement';

/** With fewer columns, SIMD has no use. */
const FEW_COLUMNS = 4;

interface ReductionArguments {
  readonly inputs: { readonly x: tf.TensorInfo };
  readonly attrs: { readonly axis: number | number[]; readonly keepDims: boolean };
  readonly backend: WasmBackend;
}

/** Sum over the first axes, as in the gradient of a bias. tfjs' kernel transposes first. */
export const sumReplacement: KernelReplacement = {
  kernelName: 'Sum',
  replace: (stock) => (args) => reduce(args as unknown as ReductionArguments, 'sumRows') ?? stock(args),
};

/** Mean over the first axes, as in batch normalisation. tfjs' kernel transposes first. */
export const meanReplacement: KernelReplacement = {
  kernelName: 'Mean',
  replace: (stock) => (args) => reduce(args as unknown as ReductionArguments, 'averageRows') ?? stock(args),
};

/** @returns undefined for axes other than the first ones */
function reduce(
  { inputs: { x }, attrs: { axis, keepDims }, backend }: ReductionArguments,
  name: 'sumRows' | 'averageRows',
): tf.TensorInfo | undefined {
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const kept = x.shape.slice(axes.length);
  const [rows, columns] = [x.shape.slice(0, axes.length), kept].map(tf.util.sizeFromShape);
  const isFirstAxes = axes.every((place, i) => place === i);
  if (x.dtype !== 'float32' || !isFirstAxes || rows === 0 || columns < FEW_COLUMNS) return undefined;
  const out = backend.makeOutput(keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
  kernelsOf(backend)[name](addressOf(backend, x), addressOf(backend, out), rows, columns);
  return out;
}
