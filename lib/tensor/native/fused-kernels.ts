import * as tf from '@tensorflow/tfjs';
import { nativeAttributes, nativeBackend, TYPES, type AttributeValues } from './addon';

/*
 * Operations of native TensorFlow with gradients, in as few native calls as possible. Images are [n, height, width,
 * channels]. The surrounding tidy disposes all results.
 */

/**
 * Runs an operation that has its own gradient.
 * @param inputs the tensors that it is differentiated by
 * @param compute returns the value, the tensors that the gradient needs, and a function from the gradient by the value
 *   and these tensors to the gradients by the inputs
 */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  compute: () => {
    readonly value: T;
    readonly saved?: tf.Tensor[];
    readonly gradFunc: (gradient: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];
  },
): T {
  const run = tf.customGrad<T>((...given) => {
    const { value, saved = [], gradFunc } = compute();
    (given.at(-1) as tf.GradSaveFunc)(saved);
    return { value, gradFunc };
  });
  return run(...inputs);
}

const T = { type: TYPES.float32 } as const;
const INT32 = { type: TYPES.int32 } as const;
const BIAS: AttributeValues = { T, data_format: 'NHWC' };
const POOLING: AttributeValues = {
  T,
  ksize: { int: [1, 2, 2, 1] },
  strides: { int: [1, 2, 2, 1] },
  padding: 'VALID',
};

/** Adds a bias, [channels]. */
export function addBias<X extends tf.Tensor>(x: X, bias: tf.Tensor1D): X {
  return withGradient([x, bias], () => ({
    value: call('BiasAdd', [x, bias], BIAS) as X,
    gradFunc: (gradient) => [gradient.clone(), sumToBias(gradient)],
  }));
}

/**
 * Pools 2x2 squares, adds a bias and applies relu. Bias and relu are applied to a quarter of the values, since neither
 * changes which of the four values is the maximum.
 */
export function poolBiasRelu(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  return withGradient([x, bias], () => {
    const pooled = call('MaxPool', [x], { ...POOLING, data_format: 'NHWC' });
    const y = applyRelu(call('BiasAdd', [pooled, bias], BIAS)) as tf.Tensor4D;
    return {
      value: y,
      saved: [x, y],
      gradFunc: (gradient, [x, y]) => {
        const inner = reluGradient(gradient, y);
        return [poolGradient(x, inner), sumToBias(inner)];
      },
    };
  });
}

/** Inputs and settings of batch normalisation. */
export interface BatchNormalization {
  /** [n, height, width, channels] */
  readonly x: tf.Tensor4D;
  /** Learned factor and offset, [channels]. */
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
  /** Running mean and unbiased variance over batches, [channels]. */
  readonly mean: tf.Variable;
  readonly variance: tf.Variable;
  /** Weight of a new batch in the running statistics, 0 to 1, as PyTorch defines it. */
  readonly momentum: number;
  readonly epsilon: number;
}

/** Normalises by the batch's mean and variance, applies relu, and updates the running statistics. */
export function normalizeBatch(layer: BatchNormalization): tf.Tensor4D {
  const { x, scale, offset, momentum, epsilon } = layer;
  const attributes = { T, U: T, epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
  return withGradient([x, scale, offset], () => {
    const forward = { ...attributes, exponential_avg_factor: { float: momentum } };
    const inputs = [x, scale, offset, layer.mean, layer.variance];
    const [normalized, mean, variance, ...reserved] = run('FusedBatchNormV3', inputs, forward, 6);
    layer.mean.assign(mean);
    layer.variance.assign(variance);
    const y = applyRelu(normalized) as tf.Tensor4D;
    return {
      value: y,
      saved: [x, scale, y, ...reserved],
      gradFunc: (gradient, [x, scale, y, ...reserved]) => {
        const inputs = [reluGradient(gradient, y), x, scale, ...reserved];
        return run('FusedBatchNormGradV3', inputs, attributes, 5).slice(0, 3);
      },
    };
  });
}

/** A fully connected layer. */
export interface DenseLayer {
  /** [n, in] */
  readonly x: tf.Tensor2D;
  /** [in, out] */
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  readonly activation: 'none' | 'relu';
}

/** Multiplies by the weight, adds the bias, and applies the activation. @returns [n, out] */
export function connect({ x, weight, bias, activation }: DenseLayer): tf.Tensor2D {
  const hasRelu = activation === 'relu';
  return withGradient([x, weight, bias], () => {
    const product = call('MatMul', [x, weight], { T, transpose_a: false, transpose_b: false });
    const sum = call('BiasAdd', [product, bias], BIAS);
    const y = (hasRelu ? applyRelu(sum) : sum) as tf.Tensor2D;
    return {
      value: y,
      saved: [x, weight, y],
      gradFunc: (gradient, [x, weight, y]) => {
        const inner = hasRelu ? reluGradient(gradient, y) : gradient;
        return [
          // BatchMatMulV2 uses a oneDNN kernel; MatMul with a transposed second matrix takes three times as long.
          call('BatchMatMulV2', [inner, weight], { T, adj_x: false, adj_y: true }),
          call('MatMul', [x, inner], { T, transpose_a: true, transpose_b: false }),
          sumToBias(inner),
        ];
      },
    };
  });
}

/** Applies dropout. wasm/assembly/philox.ts draws the same mask from the same seed, int32 [2]. */
export function dropOut<X extends tf.Tensor>(x: X, rate: number, seed: tf.Tensor1D): X {
  return withGradient([x], () => {
    const shape = tf.tensor1d(x.shape, 'int32');
    const drawn = call('StatelessRandomUniform', [shape, seed], { dtype: T, T: INT32, Tseed: INT32 });
    const kept = tf.greaterEqual(drawn, rate).cast('float32');
    const mask = kept.mul(1 / (1 - rate));
    return { value: mask.mul(x), saved: [mask], gradFunc: (gradient, [mask]) => [gradient.mul(mask)] };
  });
}

/**
 * Computes the softmax cross entropy of each sample.
 * @param labels class ids, int32 [n], or probabilities, [n, classes]
 * @returns [n]
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D | tf.Tensor2D): tf.Tensor1D {
  return withGradient([logits], () => {
    const [loss, slope] =
      labels.rank === 2
        ? run('SoftmaxCrossEntropyWithLogits', [logits, labels], { T }, 2)
        : run('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], { T, Tlabels: INT32 }, 2);
    return {
      value: loss as tf.Tensor1D,
      saved: [slope],
      gradFunc: (gradient, [slope]) => [slope.mul(gradient.expandDims(1))],
    };
  });
}

/** Runs one TensorFlow operation. @returns its outputs */
function run(
  name: string,
  inputs: readonly tf.Tensor[],
  attributes: AttributeValues,
  outputs: number,
): tf.Tensor[] {
  return nativeBackend()!.executeMultipleOutputs(name, nativeAttributes(attributes), inputs, outputs);
}

function call(name: string, inputs: readonly tf.Tensor[], attributes: AttributeValues): tf.Tensor {
  return run(name, inputs, attributes, 1)[0];
}

function sumToBias(gradient: tf.Tensor): tf.Tensor {
  return call('BiasAddGrad', [gradient], BIAS);
}

function applyRelu(x: tf.Tensor): tf.Tensor {
  return call('Relu', [x], { T });
}

function reluGradient(gradient: tf.Tensor, output: tf.Tensor): tf.Tensor {
  return call('ReluGrad', [gradient, output], { T });
}

/**
 * Computes the gradient of 2x2 max pooling. Recomputing the maxima's positions and scattering takes a quarter of
 * MaxPoolGrad's time. The positions are computed as 32-bit integers and cast, since 64-bit positions, which the
 * scattering needs, take as long as MaxPoolGrad.
 */
function poolGradient(x: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  const attributes = { ...POOLING, include_batch_in_index: false };
  const [, positions] = run('MaxPoolWithArgmax', [x], { ...attributes, Targmax: INT32 }, 2);
  const backend = nativeBackend()!;
  const execute = (name: string, values: AttributeValues, inputs: readonly number[]) =>
    backend.binding.executeOp(name, nativeAttributes(values), inputs, 1)[0];
  // tfjs has no 64-bit tensors, so this one exists in the addon only.
  const Targmax = { type: TYPES.int64 };
  const [fromX, fromGradient, narrow] = backend.getInputTensorIds([x, gradient, positions]);
  const { id } = execute('Cast', { SrcT: INT32, DstT: Targmax, Truncate: false }, [narrow]);
  const output = execute('MaxPoolGradWithArgmax', { ...attributes, Targmax }, [fromX, fromGradient, id]);
  backend.binding.deleteTensor(id);
  return backend.createOutputTensor(output);
}
