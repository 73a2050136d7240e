import * as tf from '@tensorflow/tfjs';
import {
  addressOf,
  instantiate,
  kernelsOf,
  withStructure,
  type KernelCall,
  type KernelReplacement,
  type WasmBackend,
} from './module';

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

/**
 * Batch normalisation in training mode with relu. Its outputs are y, the updated running mean and variance, the batch's
 * mean, the reciprocal of its standard deviation, and an empty tensor, as native TensorFlow has six outputs.
 */
const NORMALIZE: KernelReplacement = {
  kernelName: 'AttentionNormalize',
  compute({
    inputs,
    attrs: { momentum, epsilon },
    backend,
  }: KernelCall<
    'x' | 'scale' | 'offset' | 'mean' | 'variance',
    { readonly momentum: number; readonly epsilon: number }
  >) {
    const y = backend.makeOutput(inputs.x.shape, 'float32');
    const [nextMean, nextVariance, batchMean, inverse] = makeVectors(backend, inputs.x, 4);
    const layer = { ...inputs, y, nextMean, nextVariance, batchMean, inverse };
    withLayer(backend, layer, (address) => kernelsOf(backend).normalize(address, momentum, epsilon));
    return [y, nextMean, nextVariance, batchMean, inverse, backend.makeOutput([0], 'float32')];
  },
  gradient: {
    inputsToSave: ['x', 'scale'],
    outputsToSave: [true, false, false, true, true, true],
    take(backend, dy, [x, scale, y, batchMean, inverse]) {
      const dx = backend.makeOutput(x.shape, 'float32');
      const [dScale, dOffset] = makeVectors(backend, x, 2);
      const layer = { x, scale, y, batchMean, inverse, dy, dx, dScale, dOffset };
      withLayer(backend, layer, (address) => kernelsOf(backend).normalizeGradient(address));
      return { x: dx, scale: dScale, offset: dOffset };
    },
  },
};

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

/** Dropout with the mask that native TensorFlow draws from the same seed; its outputs are y and the mask. */
const DROP_OUT: KernelReplacement = {
  kernelName: 'AttentionDropOut',
  compute({
    inputs: { x, seed },
    attrs: { rate },
    backend,
  }: KernelCall<'x' | 'seed', { readonly rate: number }>) {
    const [y, mask] = [0, 1].map(() => backend.makeOutput(x.shape, 'float32'));
    const [from, seedAt, toY, toMask] = [x, seed, y, mask].map((tensor) => addressOf(backend, tensor));
    kernelsOf(backend).dropOut(seedAt, from, toMask, toY, tf.util.sizeFromShape(x.shape), rate);
    return [y, mask];
  },
};

/** The kernels of batch normalisation and dropout. */
export const LAYER_KERNELS = [NORMALIZE, DROP_OUT];

/** Number of words that are drawn at a time, and size of a page of WebAssembly's memory in bytes. */
const GROUP = 16;
const PAGE = 65536;

/**
 * Draws what TensorFlow's StatelessRandomUniform draws for the same seed, so that a dropout mask is the same on every
 * backend.
 * @param seed two integers, 0 to 2^31 - 1
 * @param count number of values
 * @returns uniform numbers in [0, 1), multiples of 2^-23
 * @throws WebAssembly.CompileError when the engine has no SIMD
 */
export function drawPhiloxUniform(seed: readonly [number, number], count: number): Float32Array {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4 * (count + GROUP)) / PAGE) });
  instantiate(memory, { malloc: () => 0, free: () => undefined }).drawUniform(...seed, 0, count);
  return new Float32Array(memory.buffer, 0, count);
}
