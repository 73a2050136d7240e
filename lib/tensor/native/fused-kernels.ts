import * as tf from '@tensorflow/tfjs';
import { nativeAttributes, nativeBackend, type AttributeValues } from './addon';

/** Activation function. */
export type Activation = 'none' | 'relu';

/** Settings of a kernel call; each kernel documents which of them it uses. */
interface KernelSettings {
  readonly activation: Activation;
  readonly momentum: number;
  readonly epsilon: number;
  readonly rate: number;
}

/** A kernel of native TensorFlow and its gradient, with as few native calls as possible. */
interface NativeKernel {
  readonly name: string;
  /** The inputs that the gradient needs. */
  readonly inputsToSave: readonly string[];
  /** Whether the gradient needs each output. */
  readonly outputsToSave: readonly boolean[];
  /** Computes the outputs; intermediate tensors are disposed. */
  forward(inputs: Readonly<Record<string, tf.TensorInfo>>, settings: KernelSettings): tf.Tensor[];
  /**
   * Returns the gradients by input, each as a function that is called only when that gradient is needed. Shared
   * intermediate results are computed before, since the tape disposes what each function leaves.
   * @param gradient by the first output; the other outputs cannot be differentiated
   * @param saved the saved inputs, then the saved outputs
   */
  backward(
    gradient: tf.Tensor,
    saved: readonly tf.Tensor[],
    settings: KernelSettings,
  ): Record<string, () => tf.Tensor>;
}

const T = { type: 'float32' } as const;
const BIAS: AttributeValues = { T, data_format: 'NHWC' };
/** Stride 1 and same padding. */
const CONVOLUTION: AttributeValues = {
  T,
  strides: { int: [1, 1, 1, 1] },
  padding: 'SAME',
  data_format: 'NHWC',
  dilations: { int: [1, 1, 1, 1] },
  use_cudnn_on_gpu: true,
};
const POOLING: AttributeValues = {
  T,
  ksize: { int: [1, 2, 2, 1] },
  strides: { int: [1, 2, 2, 1] },
  padding: 'VALID',
};

/** This project's kernels. Images are [n, height, width, channels]. */
const KERNELS = {
  /** Convolution without a bias: x, filter to y. */
  convolve: {
    name: 'AttentionConvolve',
    inputsToSave: ['x', 'filter'],
    outputsToSave: [false],
    forward: ({ x, filter }) => [call('Conv2D', [x, filter], CONVOLUTION)],
    backward: (gradient, [x, filter]) => ({
      x: () => call('Conv2DBackpropInput', [toShape(x), filter, gradient], CONVOLUTION),
      filter: () => call('Conv2DBackpropFilter', [x, toShape(filter), gradient], CONVOLUTION),
    }),
  },
  /** Bias: x, bias to y. */
  addBias: {
    name: 'AttentionAddBias',
    inputsToSave: [],
    outputsToSave: [false],
    forward: ({ x, bias }) => [addBias(x, bias)],
    backward: (gradient) => ({ x: () => gradient.clone(), bias: () => sumToBias(gradient) }),
  },
  /**
   * 2x2 pooling, bias and relu: x, bias to y. Bias and relu are applied after the pooling, to a quarter of the values,
   * since neither changes which of the four values is the maximum.
   */
  pool: {
    name: 'AttentionPool',
    inputsToSave: ['x'],
    outputsToSave: [true],
    forward: ({ x, bias }) => {
      const pooled = call('MaxPool', [x], { ...POOLING, data_format: 'NHWC' });
      return [applyRelu(addBias(pooled, bias))];
    },
    backward(gradient, [x, y]) {
      const pooled = reluGradient(gradient, y);
      return { x: () => poolGradient(x, pooled), bias: () => sumToBias(pooled) };
    },
  },
  /**
   * Batch normalisation in training mode, and relu: x, scale, offset, mean, variance to y, the updated running mean and
   * variance, and three tensors for the gradient. Settings: momentum, epsilon.
   */
  normalize: {
    name: 'AttentionNormalize',
    inputsToSave: ['x', 'scale'],
    outputsToSave: [true, false, false, true, true, true],
    forward({ x, scale, offset, mean, variance }, { momentum, epsilon }) {
      const attributes = { ...normalization(epsilon), exponential_avg_factor: { float: momentum } };
      const [y, ...others] = run('FusedBatchNormV3', [x, scale, offset, mean, variance], attributes, 6);
      return [applyRelu(y), ...others];
    },
    backward(gradient, [x, scale, y, ...reserved], { epsilon }) {
      const inputs = [reluGradient(gradient, y), x, scale, ...reserved];
      const gradients = run('FusedBatchNormGradV3', inputs, normalization(epsilon), 5);
      return { x: () => gradients[0], scale: () => gradients[1], offset: () => gradients[2] };
    },
  },
  /** Fully connected layer: x, weight, bias to y. Settings: activation. */
  connect: {
    name: 'AttentionConnect',
    inputsToSave: ['x', 'weight'],
    outputsToSave: [true],
    forward({ x, weight, bias }, { activation }) {
      const product = call('MatMul', [x, weight], { T, transpose_a: false, transpose_b: false });
      const y = addBias(product, bias);
      return [activation === 'relu' ? applyRelu(y) : y];
    },
    backward(gradient, [x, weight, y], { activation }) {
      const inner = activation === 'relu' ? reluGradient(gradient, y) : gradient;
      return {
        // BatchMatMulV2 uses a oneDNN kernel; MatMul with a transposed second matrix takes three times as long.
        x: () => call('BatchMatMulV2', [inner, weight], { T, adj_x: false, adj_y: true }),
        weight: () => call('MatMul', [x, inner], { T, transpose_a: true, transpose_b: false }),
        bias: () => sumToBias(inner),
      };
    },
  },
  /** Dropout: x, seed to y and the mask, 0 or 1 / (1 - rate). Settings: rate. wasm/assembly/philox.ts draws the same. */
  dropOut: {
    name: 'AttentionDropOut',
    inputsToSave: [],
    outputsToSave: [false, true],
    forward({ x, seed }, { rate }) {
      const attributes = { dtype: T, T: { type: 'int32' }, Tseed: { type: 'int32' } } as const;
      const drawn = call('StatelessRandomUniform', [toShape(x), seed], attributes);
      const mask = tf
        .greaterEqual(drawn, rate)
        .cast('float32')
        .mul(1 / (1 - rate));
      return [mask.mul(x as tf.Tensor), mask];
    },
    backward: (gradient, [mask]) => ({ x: () => gradient.mul(mask) }),
  },
  /** Softmax cross entropy: logits and class ids or probabilities to the loss of each sample and its gradient. */
  crossEntropy: {
    name: 'AttentionCrossEntropy',
    inputsToSave: [],
    outputsToSave: [false, true],
    forward: ({ logits, labels }) =>
      labels.shape.length === 2
        ? run('SoftmaxCrossEntropyWithLogits', [logits, labels], { T }, 2)
        : run('SparseSoftmaxCrossEntropyWithLogits', [logits, labels], { T, Tlabels: { type: 'int32' } }, 2),
    backward: (gradient, [slope]) => ({ logits: () => slope.mul(gradient.expandDims(1)) }),
  },
} as const satisfies Record<string, NativeKernel>;

// tfjs' registry is global in the process, so the kernels are registered once, when this module is loaded.
Object.values<NativeKernel>(KERNELS).forEach(({ name, inputsToSave, outputsToSave, forward, backward }) => {
  tf.registerKernel({
    kernelName: name,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => forward(inputs as Record<string, tf.TensorInfo>, attrs as unknown as KernelSettings)),
  });
  tf.registerGradient({
    kernelName: name,
    inputsToSave: [...inputsToSave],
    outputsToSave: [...outputsToSave],
    gradFunc: (gradient, saved, attrs) =>
      backward([gradient].flat()[0], saved, attrs as unknown as KernelSettings),
  });
});

/**
 * Runs one of this project's kernels if the current backend has it.
 * @returns its outputs, which the surrounding tidy disposes; undefined if the backend does not have the kernel
 */
export function runKernel(
  kernel: keyof typeof KERNELS,
  inputs: Readonly<Record<string, tf.Tensor>>,
  settings: Partial<KernelSettings> = {},
): tf.Tensor[] | undefined {
  const { name } = KERNELS[kernel];
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  const output: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, settings as tf.NamedAttrMap);
  return [output].flat();
}

/** Runs one TensorFlow operation. @returns its outputs, which the surrounding tidy disposes */
function run(
  name: string,
  inputs: readonly tf.TensorInfo[],
  attributes: AttributeValues,
  outputs: number,
): tf.Tensor[] {
  const backend = nativeBackend()!;
  return backend.executeMultipleOutputs(name, nativeAttributes(backend.binding, attributes), inputs, outputs);
}

function call(name: string, inputs: readonly tf.TensorInfo[], attributes: AttributeValues): tf.Tensor {
  return run(name, inputs, attributes, 1)[0];
}

function toShape({ shape }: tf.TensorInfo): tf.Tensor {
  return tf.tensor1d([...shape], 'int32');
}

function addBias(x: tf.TensorInfo, bias: tf.TensorInfo): tf.Tensor {
  return call('BiasAdd', [x, bias], BIAS);
}

function sumToBias(gradient: tf.TensorInfo): tf.Tensor {
  return call('BiasAddGrad', [gradient], BIAS);
}

function applyRelu(x: tf.TensorInfo): tf.Tensor {
  return call('Relu', [x], { T });
}

function reluGradient(gradient: tf.TensorInfo, output: tf.TensorInfo): tf.Tensor {
  return call('ReluGrad', [gradient, output], { T });
}

function normalization(epsilon: number): AttributeValues {
  return { T, U: T, epsilon: { float: epsilon }, data_format: 'NHWC', is_training: true };
}

/**
 * Computes the gradient of 2x2 max pooling. Recomputing the maxima's positions and scattering takes a quarter of
 * MaxPoolGrad's time. The positions are computed as 32-bit integers and cast, since 64-bit positions, which the
 * scattering needs, take as long as MaxPoolGrad.
 */
function poolGradient(x: tf.TensorInfo, gradient: tf.TensorInfo): tf.Tensor {
  const argmax = { ...POOLING, Targmax: { type: 'int32' }, include_batch_in_index: false } as const;
  const [, positions] = run('MaxPoolWithArgmax', [x], argmax, 2);
  const backend = nativeBackend()!;
  const { binding } = backend;
  // tfjs has no 64-bit tensors, so this one exists in the addon only.
  const cast = { SrcT: { type: 'int32' }, DstT: { type: 'int64' }, Truncate: false } as const;
  const [{ id }] = binding.executeOp(
    'Cast',
    nativeAttributes(binding, cast),
    backend.getInputTensorIds([positions]),
    1,
  );
  const scatter = nativeAttributes(binding, { ...argmax, Targmax: { type: 'int64' } });
  const inputs = [...backend.getInputTensorIds([x, gradient]), id];
  const [output] = binding.executeOp('MaxPoolGradWithArgmax', scatter, inputs, 1);
  binding.deleteTensor(id);
  return backend.createOutputTensor(output);
}
