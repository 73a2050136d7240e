import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf, withStructure } from './module';
import type { KernelReplacement } from './replacement';

/** The addresses in `Layer` of assembly/normalization.ts, in their order. */
const ADDRESSES = [
  'x',
  'scale',
  'offset',
  'y',
  'batchMean',
  'inverse',
  'mean',
  'variance',
  'nextMean',
  'nextVariance',
  'dy',
  'dx',
  'dScale',
  'dOffset',
] as const;
/** Fields that the kernel fills. */
const OWN_FIELDS = [0, 0, 0];

type Layer = Partial<Record<(typeof ADDRESSES)[number], tf.TensorInfo>> & { readonly x: tf.TensorInfo };

interface NormalizeArguments {
  readonly inputs: Record<'x' | 'scale' | 'offset' | 'mean' | 'variance', tf.TensorInfo>;
  readonly attrs: { readonly momentum: number; readonly epsilon: number };
  readonly backend: WasmBackend;
}

/**
 * Batch normalisation in training mode with relu. Its outputs are y, the updated running mean and variance, the batch's
 * mean, the reciprocal of its standard deviation, and an empty tensor, as native TensorFlow has six outputs.
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
  const y = backend.makeOutput(inputs.x.shape, 'float32');
  const [nextMean, nextVariance, batchMean, inverse] = makeVectors(backend, inputs.x, 4);
  const layer = { ...inputs, y, nextMean, nextVariance, batchMean, inverse };
  withLayer(backend, layer, (address) => kernelsOf(backend).normalize(address, momentum, epsilon));
  return [y, nextMean, nextVariance, batchMean, inverse, backend.makeOutput([0], 'float32')];
}

function normalizeGradient(
  backend: WasmBackend,
  dy: tf.TensorInfo,
  [x, scale, y, batchMean, inverse]: readonly tf.TensorInfo[],
): Record<'x' | 'scale' | 'offset', tf.TensorInfo> {
  const dx = backend.makeOutput(x.shape, 'float32');
  const [dScale, dOffset] = makeVectors(backend, x, 2);
  const layer = { x, scale, y, batchMean, inverse, dy, dx, dScale, dOffset };
  withLayer(backend, layer, (address) => kernelsOf(backend).normalizeGradient(address));
  return { x: dx, scale: dScale, offset: dOffset };
}

function makeVectors(backend: WasmBackend, { shape }: tf.TensorInfo, count: number): tf.TensorInfo[] {
  return Array.from({ length: count }, () => backend.makeOutput(shape.slice(-1), 'float32'));
}

function withLayer(backend: WasmBackend, layer: Layer, use: (address: number) => void): void {
  const channels = layer.x.shape.at(-1)!;
  const rows = tf.util.sizeFromShape(layer.x.shape) / channels;
  const addresses = ADDRESSES.map((name) => {
    const tensor = layer[name];
    return tensor ? addressOf(backend, tensor) : 0;
  });
  withStructure(backend, [rows, channels, ...addresses, ...OWN_FIELDS], use);
}
