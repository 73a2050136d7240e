import * as tf from '@tensorflow/tfjs';
import { withGradient, type BatchNormalization } from '../native/fused-kernels';
import { callKernel, instantiate, type WasmBackend } from './module';

/** Normalises by the batch's mean and variance, applies relu, and updates the running statistics. */
export function normalizeBatch(backend: WasmBackend, layer: BatchNormalization): tf.Tensor4D {
  const { x, scale, offset, momentum, epsilon } = layer;
  // The fields of `Layer` in assembly/normalization.ts before x.
  const start = [x.size / scale.size, scale.size, 0, 0, 0];
  return withGradient([x, scale, offset], () => {
    const [mean, variance, batchMean, inverse] = [0, 1, 2, 3].map(() => makeTensor(backend, scale.shape));
    const y = makeTensor(backend, x.shape) as tf.Tensor4D;
    const running = [layer.mean, layer.variance];
    const forward = [...start, x, scale, y, batchMean, inverse, offset, ...running, mean, variance];
    callKernel(backend, 'normalize', forward, momentum, epsilon);
    layer.mean.assign(mean);
    layer.variance.assign(variance);
    return {
      value: y,
      saved: [x, scale, y, batchMean, inverse],
      gradFunc: (gradient, saved) => {
        const gradients = [x, scale, offset].map(({ shape }) => makeTensor(backend, shape));
        callKernel(backend, 'normalizeGradient', [...start, ...saved, gradient, ...gradients]);
        return gradients;
      },
    };
  });
}

/** Applies dropout with the mask that native TensorFlow draws from the same seed. */
export function dropOut<X extends tf.Tensor>(backend: WasmBackend, x: X, rate: number, seed: tf.Tensor1D): X {
  return withGradient([x], () => {
    const [mask, y] = [0, 1].map(() => makeTensor(backend, x.shape));
    callKernel(backend, 'dropOut', seed, x, mask, y, x.size, rate);
    return { value: y as X, saved: [mask], gradFunc: (gradient, [mask]) => [gradient.mul(mask)] };
  });
}

function makeTensor(backend: WasmBackend, shape: number[]): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'));
}

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
