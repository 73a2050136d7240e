import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf, withStructure } from './module';
import type { KernelReplacement } from './replacement';

/** With fewer channels, SIMD has no use. */
const FEW_CHANNELS = 4;

interface PoolArguments {
  readonly inputs: {
    readonly dy: tf.TensorInfo;
    readonly input: tf.TensorInfo;
    readonly output: tf.TensorInfo;
  };
  readonly attrs: Pick<tf.MaxPoolGradAttrs, 'filterSize' | 'strides' | 'pad' | 'dimRoundingMode'>;
  readonly backend: WasmBackend;
}

/** Gradient of max pooling without padding whose windows do not overlap. */
export const maxPoolGradientReplacement: KernelReplacement = {
  kernelName: 'MaxPoolGrad',
  replace: (stock) => (args) => takeGradient(args as unknown as PoolArguments) ?? stock(args),
};

function takeGradient({ inputs, attrs, backend }: PoolArguments): tf.TensorInfo | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const inputShape = inputs.input.shape as [number, number, number, number];
  const shape = tf.backend_util.computePool2DInfo(inputShape, filterSize, strides, 1, pad, dimRoundingMode);
  if (!isTiling(shape) || shape.inChannels < FEW_CHANNELS) return undefined;
  const out = backend.makeOutput(inputShape, 'float32');
  const [x, y, dy, dx] = [inputs.input, inputs.output, inputs.dy, out].map((t) => addressOf(backend, t));
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth } = shape;
  const sizes = [batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth];
  withStructure(backend, sizes, (windows) => kernelsOf(backend).maximumGradient(windows, x, y, dy, dx));
  return out;
}

function isTiling(shape: ReturnType<typeof tf.backend_util.computePool2DInfo>): boolean {
  const { top, bottom, left, right } = shape.padInfo;
  const isPadded = top + bottom + left + right > 0;
  return !isPadded && shape.strideHeight === shape.filterHeight && shape.strideWidth === shape.filterWidth;
}
