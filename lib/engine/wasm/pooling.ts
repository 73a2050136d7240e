import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { moduleOf } from './module';
import type { KernelReplacement } from './replacement';

/** Fewer channels leave nothing for SIMD. */
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

/** Takes a maximum pooling's gradient where windows do not overlap and nothing is padded. */
export const maxPoolGradientReplacement: KernelReplacement = {
  kernelName: 'MaxPoolGrad',
  replace: (stock) => (args) => takeGradient(args as unknown as PoolArguments) ?? stock(args),
};

function takeGradient({ inputs, attrs, backend }: PoolArguments): tf.TensorInfo | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const inputShape = inputs.input.shape as [number, number, number, number];
  const shape = tf.backend_util.computePool2DInfo(inputShape, filterSize, strides, 1, pad, dimRoundingMode);
  if (!isTiling(shape) || shape.inChannels < FEW_CHANNELS) return undefined;
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = shape;
  const out = backend.makeOutput(inputShape, 'float32');
  const [x, y, dy, dx] = [inputs.input, inputs.output, inputs.dy, out].map((t) => addressOf(backend, t));
  const pixelBytes = 4 * inChannels;
  const rowBytes = inWidth * pixelBytes;
  // Pixels that no window reaches keep these zeros.
  backend.wasm.HEAPU8.fill(0, dx, dx + batchSize * inHeight * rowBytes);
  const module = moduleOf(backend);
  for (let image = 0; image < batchSize; image++) {
    for (let row = 0; row < outHeight; row++) {
      const from = (image * inHeight + row * filterHeight) * rowBytes;
      const to = (image * outHeight + row) * outWidth * pixelBytes;
      module.maximumGradient(x + from, y + to, dy + to, dx + from, outWidth, pixelBytes, rowBytes, filterHeight, filterWidth); // prettier-ignore
    }
  }
  return out;
}

function isTiling(shape: ReturnType<typeof tf.backend_util.computePool2DInfo>): boolean {
  const { top, bottom, left, right } = shape.padInfo;
  const isPadded = top + bottom + left + right > 0;
  return !isPadded && shape.strideHeight === shape.filterHeight && shape.strideWidth === shape.filterWidth;
}
