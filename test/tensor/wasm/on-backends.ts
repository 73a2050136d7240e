import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../../lib/core/random';
import { startEngine } from '../../../lib/tensor/backend';
import { registerWasmTrainingKernels } from '../../../lib/tensor/wasm';
import type { WasmBackend } from '../../../lib/tensor/wasm/module';

/** Both backends sum in float32, in different orders. */
export const TOLERANCE = 1e-5;

/** Groups tests that run on wasm with our kernels. */
export function describeWasm(title: string, define: () => void): void {
  describe(title, () => {
    before(async () => {
      await startEngine({ backend: 'wasm' });
      registerWasmTrainingKernels();
    });
    beforeEach(() => tf.setBackend('wasm'));
    define();
  });
}

/** Gives the running backend, to which describeWasm sees. */
export function wasmBackend(): WasmBackend {
  return tf.backend() as unknown as WasmBackend;
}

/** Gives numbers between -1 and 1 that shape and key alone decide. */
export function drawNumbers(shape: readonly number[], key: string): Float32Array {
  const { uniform } = createRandom(1, key, ...shape);
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => uniform(-1, 1));
}

/** Gives |received - expected| / |expected|, Euclidean norms. */
export function relativeError(received: Float32Array, expected: Float32Array): number {
  assert.equal(received.length, expected.length);
  const norm = (values: Float32Array) => Math.hypot(...values);
  const difference = norm(received.map((value, i) => value - expected[i]));
  return difference === 0 ? 0 : difference / norm(expected);
}

/** What is computed on both backends, from inputs of given shapes. */
export type Compute = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Asserts that wasm gives the cpu backend's numbers. */
export async function assertAsOnCpu(shapes: readonly number[][], compute: Compute): Promise<void> {
  const expected = await computeOn('cpu', shapes, compute);
  const received = await computeOn('wasm', shapes, compute);
  received.forEach((values, i) => {
    const error = relativeError(values, expected[i]);
    assert.ok(error < TOLERANCE, `result ${i} of ${JSON.stringify(shapes)}: ${error}`);
  });
}

async function computeOn(
  backend: string,
  shapes: readonly number[][],
  compute: Compute,
): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(drawNumbers(shape, `input ${i}`), shape));
    return [compute(...inputs)].flat().map((result) => result.dataSync() as Float32Array);
  });
}
