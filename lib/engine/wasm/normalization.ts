import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { forEachBlock } from './blocks';
import { moduleOf, withScratch } from './module';
import type { KernelReplacement } from './replacement';

/** Rows that are worked on at a time: they stay in the first cache. */
const ROWS = 32;

interface NormalizeArguments {
  readonly inputs: Record<'x' | 'scale' | 'offset' | 'mean' | 'variance', tf.TensorInfo>;
  readonly attrs: { readonly momentum: number; readonly epsilon: number };
  readonly backend: WasmBackend;
}

/**
 * Normalises by the batch's mean and variance and applies relu: gives y, the running mean and variance after it, and
 * what {@link normalizeGradient} needs: the batch's mean, one over its deviation, and nothing of use.
 */
export const normalizeReplacement: KernelReplacement = {
  kernelName: 'AttentionNormalize',
  replace: () => (args) => normalize(args as unknown as NormalizeArguments),
  gradient: {
    inputsToSave: ['x', 'scale'],
    outputsToSave: [true, false, false, true, true, true],
    take: (backend, gradient, saved) => normalizeGradient(backend, gradient, saved),
  },
};

function normalize({ inputs, attrs: { momentum, epsilon }, backend }: NormalizeArguments): tf.TensorInfo[] {
  const { x } = inputs;
  const channels = x.shape.at(-1)!;
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  const y = backend.makeOutput(x.shape, 'float32');
  const vectors = Array.from({ length: 4 }, () => backend.makeOutput([channels], 'float32'));
  const module = moduleOf(backend);
  const [fromX, toY] = [x, y].map((tensor) => addressOf(backend, tensor));
  withScratch(backend, 4 * channels, (factorAt) => {
    const numbers = (tensor: tf.TensorInfo) => view(backend, addressOf(backend, tensor), channels);
    const [nextMean, nextVariance, mean, inverse] = vectors.map(numbers);
    const [meanAt, inverseAt] = vectors.slice(2).map((tensor) => addressOf(backend, tensor));
    const down = (use: (at: number, count: number) => void) =>
      forEachBlock(rows, ROWS, (start, count) => use(4 * start * channels, count));
    mean.fill(0);
    down((at, count) => module.addRows(fromX + at, meanAt, count, channels));
    mean.forEach((sum, i) => (mean[i] = sum / rows));
    inverse.fill(0);
    down((at, count) => module.addSquares(fromX + at, meanAt, inverseAt, count, channels));
    const [scale, runningMean, runningVariance] = [inputs.scale, inputs.mean, inputs.variance].map(numbers);
    const factor = view(backend, factorAt, channels);
    for (let i = 0; i < channels; i++) {
      const squares = inverse[i];
      nextMean[i] = runningMean[i] * (1 - momentum) + mean[i] * momentum;
      nextVariance[i] = runningVariance[i] * (1 - momentum) + (squares / (rows - 1)) * momentum;
      inverse[i] = 1 / Math.sqrt(squares / rows + epsilon);
      factor[i] = scale[i] * inverse[i];
    }
    const offsetAt = addressOf(backend, inputs.offset);
    down((at, count) => module.normalize(fromX + at, toY + at, meanAt, factorAt, offsetAt, count, channels));
  });
  const [nextMean, nextVariance, mean, inverse] = vectors;
  return [y, nextMean, nextVariance, mean, inverse, backend.makeOutput([0], 'float32')];
}

/** Source: Ioffe and Szegedy, "Batch normalization", section 3, the gradients collected. */
function normalizeGradient(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  [x, scale, y, mean, inverse]: readonly tf.TensorInfo[],
): Record<'x' | 'scale' | 'offset', tf.TensorInfo> {
  const channels = x.shape.at(-1)!;
  const rows = tf.util.sizeFromShape(x.shape) / channels;
  const dx = backend.makeOutput(x.shape, 'float32');
  const [dScale, dOffset] = [0, 1].map(() => backend.makeOutput([channels], 'float32'));
  const module = moduleOf(backend);
  const at = (tensor: tf.TensorInfo) => addressOf(backend, tensor);
  const numbers = (tensor: tf.TensorInfo) => view(backend, at(tensor), channels);
  withScratch(backend, 3 * 4 * channels, (factorAt) => {
    const [shiftAt, tiltAt] = [factorAt + 4 * channels, factorAt + 8 * channels];
    const [factor, shift, tilt] = [factorAt, shiftAt, tiltAt].map((address) => view(backend, address, channels)); // prettier-ignore
    const [sums, products, inverses, scales] = [dOffset, dScale, inverse, scale].map(numbers);
    sums.fill(0);
    products.fill(0);
    forEachBlock(rows, ROWS, (start, count) => {
      const skip = 4 * start * channels;
      module.addSlopes(at(dy) + skip, at(y) + skip, at(x) + skip, at(mean), at(dOffset), at(dScale), count, channels); // prettier-ignore
    });
    for (let i = 0; i < channels; i++) {
      factor[i] = scales[i] * inverses[i];
      shift[i] = (factor[i] * sums[i]) / rows;
      tilt[i] = (factor[i] * inverses[i] ** 2 * products[i]) / rows;
      products[i] *= inverses[i];
    }
    forEachBlock(rows, ROWS, (start, count) => {
      const skip = 4 * start * channels;
      module.normalizeGradient(at(dy) + skip, at(y) + skip, at(x) + skip, at(dx) + skip, at(mean), factorAt, shiftAt, tiltAt, count, channels); // prettier-ignore
    });
  });
  return { x: dx, scale: dScale, offset: dOffset };
}

/** Numbers in the backend's memory: valid until something allocates. */
function view({ wasm }: WasmBackend, address: number, length: number): Float32Array {
  return new Float32Array(wasm.HEAPU8.buffer, address, length);
}
