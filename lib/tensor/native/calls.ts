import * as tf from '@tensorflow/tfjs';
import { executeNative, nativeAttributes, type AttributeValues, type NativeBackend } from './addon';

/*
 * Single TensorFlow operations, which the kernels use. Each returns new tensors, which the surrounding tidy or the
 * caller disposes. Images are [n, height, width, channels], convolutions have stride 1 and same padding.
 */

const T = { type: 'float32' } as const;

/** Multiplies two matrices; one of them may be transposed. */
export function multiplyMatrices(
  backend: NativeBackend,
  [first, second]: readonly [tf.TensorInfo, tf.TensorInfo],
  transposed: 'neither' | 'first' | 'second' = 'neither',
): tf.Tensor {
  const [isFirst, isSecond] = [transposed === 'first', transposed === 'second'];
  // For a transposed second matrix, BatchMatMulV2 uses a oneDNN kernel; MatMul takes three times as long.
  const name = isSecond ? 'BatchMatMulV2' : 'MatMul';
  const attributes: AttributeValues = isSecond
    ? { T, adj_x: false, adj_y: true }
    : { T, transpose_a: isFirst, transpose_b: false };
  return executeNative(backend, { name, attributes, inputs: [first, second] })[0];
}

/** Adds a vector to each channel. */
export function addBias(backend: NativeBackend, x: tf.TensorInfo, bias: tf.TensorInfo): tf.Tensor {
  return executeNative(backend, {
    name: 'BiasAdd',
    attributes: { T, data_format: 'NHWC' },
    inputs: [x, bias],
  })[0];
}

/** Sums over all axes but the channels: the gradient of {@link addBias} by the bias. */
export function sumToBias(backend: NativeBackend, gradient: tf.TensorInfo): tf.Tensor {
  return executeNative(backend, {
    name: 'BiasAddGrad',
    attributes: { T, data_format: 'NHWC' },
    inputs: [gradient],
  })[0];
}

/** Applies relu. */
export function applyRelu(backend: NativeBackend, x: tf.TensorInfo): tf.Tensor {
  return executeNative(backend, { name: 'Relu', attributes: { T }, inputs: [x] })[0];
}

/** Computes relu's gradient: `gradient` where relu's output is above 0, otherwise 0. */
export function reluGradient(
  backend: NativeBackend,
  gradient: tf.TensorInfo,
  output: tf.TensorInfo,
): tf.Tensor {
  return executeNative(backend, { name: 'ReluGrad', attributes: { T }, inputs: [gradient, output] })[0];
}

const CONVOLUTION: AttributeValues = {
  T,
  strides: { int: [1, 1, 1, 1] },
  padding: 'SAME',
  data_format: 'NHWC',
  dilations: { int: [1, 1, 1, 1] },
  use_cudnn_on_gpu: true,
};

/** Convolves x with a filter [height, width, in, out]. */
export function convolveImages(backend: NativeBackend, x: tf.TensorInfo, filter: tf.TensorInfo): tf.Tensor {
  return executeNative(backend, { name: 'Conv2D', attributes: CONVOLUTION, inputs: [x, filter] })[0];
}

/** Computes a convolution's gradient by its filter. */
export function convolutionFilterGradient(
  backend: NativeBackend,
  { x, gradient, shape }: { x: tf.TensorInfo; gradient: tf.TensorInfo; shape: readonly number[] },
): tf.Tensor {
  return tf.tidy(() => {
    const inputs = [x, tf.tensor1d([...shape], 'int32'), gradient];
    return executeNative(backend, { name: 'Conv2DBackpropFilter', attributes: CONVOLUTION, inputs })[0];
  });
}

/** Computes a convolution's gradient by its input. */
export function convolutionInputGradient(
  backend: NativeBackend,
  { filter, gradient, shape }: { filter: tf.TensorInfo; gradient: tf.TensorInfo; shape: readonly number[] },
): tf.Tensor {
  return tf.tidy(() => {
    const inputs = [tf.tensor1d([...shape], 'int32'), filter, gradient];
    return executeNative(backend, { name: 'Conv2DBackpropInput', attributes: CONVOLUTION, inputs })[0];
  });
}

const POOLING: AttributeValues = {
  T,
  ksize: { int: [1, 2, 2, 1] },
  strides: { int: [1, 2, 2, 1] },
  padding: 'VALID',
};

/** Computes the maximum of each 2x2 square. */
export function poolImages(backend: NativeBackend, x: tf.TensorInfo): tf.Tensor {
  const attributes = { ...POOLING, data_format: 'NHWC' };
  return executeNative(backend, { name: 'MaxPool', attributes, inputs: [x] })[0];
}

/**
 * Computes the gradient of {@link poolImages}. Recomputing the maxima's positions and scattering takes a quarter of
 * MaxPoolGrad's time. The positions are computed as 32-bit integers and cast, since 64-bit positions, which the
 * scattering needs, take as long as MaxPoolGrad.
 */
export function poolGradient(backend: NativeBackend, x: tf.TensorInfo, gradient: tf.TensorInfo): tf.Tensor {
  return tf.tidy(() => {
    const positions = executeNative(backend, {
      name: 'MaxPoolWithArgmax',
      attributes: { ...POOLING, Targmax: { type: 'int32' }, include_batch_in_index: false },
      inputs: [x],
      outputs: 2,
    })[1];
    return scatterToPositions(backend, x, gradient, positions);
  });
}

function scatterToPositions(
  backend: NativeBackend,
  x: tf.TensorInfo,
  gradient: tf.TensorInfo,
  positions: tf.Tensor,
): tf.Tensor {
  // tfjs has no 64-bit tensors, so this one exists in the addon only.
  const { binding } = backend;
  const cast = nativeAttributes(binding, {
    SrcT: { type: 'int32' },
    DstT: { type: 'int64' },
    Truncate: false,
  });
  const [{ id }] = binding.executeOp('Cast', cast, backend.getInputTensorIds([positions]), 1);
  const scatter = nativeAttributes(binding, {
    ...POOLING,
    Targmax: { type: 'int64' },
    include_batch_in_index: false,
  });
  const inputs = [...backend.getInputTensorIds([x, gradient]), id];
  const [output] = binding.executeOp('MaxPoolGradWithArgmax', scatter, inputs, 1);
  binding.deleteTensor(id);
  return backend.createOutputTensor(output);
}

/**
 * Normalises by the batch's mean and variance.
 * @returns y, the running mean and variance after this batch, and three tensors for {@link normalizationGradient}
 */
export function normalizeImages(
  backend: NativeBackend,
  inputs: readonly tf.TensorInfo[],
  { momentum, epsilon }: { readonly momentum: number; readonly epsilon: number },
): tf.Tensor[] {
  const attributes = {
    ...normalization(epsilon),
    exponential_avg_factor: { float: momentum },
  };
  return executeNative(backend, { name: 'FusedBatchNormV3', attributes, inputs, outputs: 6 });
}

/**
 * Computes the gradients of {@link normalizeImages} by x, scale and offset.
 * @param inputs gradient, x, scale and the three tensors of the forward pass
 */
export function normalizationGradient(
  backend: NativeBackend,
  inputs: readonly tf.TensorInfo[],
  epsilon: number,
): tf.Tensor[] {
  const attributes = normalization(epsilon);
  return executeNative(backend, { name: 'FusedBatchNormGradV3', attributes, inputs, outputs: 5 }).slice(0, 3);
}

function normalization(epsilon: number): AttributeValues {
  return { T, U: T, epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
}

/** Draws uniform numbers in [0, 1) that depend on the seed only; wasm/assembly/philox.ts draws the same. */
export function drawUniform(
  backend: NativeBackend,
  shape: readonly number[],
  seed: tf.TensorInfo,
): tf.Tensor {
  const attributes = { dtype: T, T: { type: 'int32' }, Tseed: { type: 'int32' } } as const;
  return tf.tidy(() => {
    const inputs = [tf.tensor1d([...shape], 'int32'), seed];
    return executeNative(backend, { name: 'StatelessRandomUniform', attributes, inputs })[0];
  });
}

/**
 * Computes the softmax cross entropy of each sample and its gradient by the logits.
 * @param labels class ids, int32 [n], or probabilities, [n, classes]
 */
export function crossEntropies(
  backend: NativeBackend,
  logits: tf.TensorInfo,
  labels: tf.TensorInfo,
): tf.Tensor[] {
  const isSoft = labels.shape.length === 2;
  return executeNative(backend, {
    name: isSoft ? 'SoftmaxCrossEntropyWithLogits' : 'SparseSoftmaxCrossEntropyWithLogits',
    attributes: isSoft ? { T } : { T, Tlabels: { type: 'int32' } },
    inputs: [logits, labels],
    outputs: 2,
  });
}
