import * as tf from '@tensorflow/tfjs';
import { callKernel, type KernelTable, type WasmBackend } from './module';

/** Attributes of a convolution kernel in tfjs. */
interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type ConvolutionShape = ReturnType<typeof tf.backend_util.computeConv2DInfo>;
type Shape4D = [number, number, number, number];

/** With fewer channels, SIMD has no use. */
const FEW_CHANNELS = 4;

/** The kernels of convolution and pooling. */
export const IMAGE_KERNELS: KernelTable = {
  /** Convolution, twice as fast as tfjs' kernel, which caches packed filters. */
  Conv2D({ x, filter }, attributes: ConvolutionAttributes, backend) {
    const shape = shapeOf(x.shape, filter.shape, attributes);
    return shape && run(backend, 'correlate', sizesOf(shape), [x, filter], shape.outShape);
  },

  /** Gradient of a convolution by its input. tfjs' kernel has no SIMD. */
  Conv2DBackpropInput(
    { dy, filter },
    attributes: ConvolutionAttributes & { readonly inputShape: readonly number[] },
    backend,
  ) {
    const shape = shapeOf(attributes.inputShape, filter.shape, attributes);
    if (!shape || !isInnerPadding(shape)) return undefined;
    return run(backend, 'correlateTurned', turnedSizesOf(shape), [dy, filter], shape.inShape);
  },

  /** Gradient of a convolution by its filter, for which tfjs has no wasm kernel. */
  Conv2DBackpropFilter(
    { x, dy },
    attributes: ConvolutionAttributes & { readonly filterShape: readonly number[] },
    backend,
  ) {
    const shape = shapeOf(x.shape, attributes.filterShape, attributes);
    return shape && run(backend, 'filterGradient', sizesOf(shape), [x, dy], shape.filterShape);
  },

  /** Gradient of max pooling without padding whose windows do not overlap. */
  MaxPoolGrad({ input, output, dy }, attributes: tf.MaxPoolGradAttrs, backend) {
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const shape = input.shape as Shape4D;
    const s = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const isTiling = s.strideHeight === s.filterHeight && s.strideWidth === s.filterWidth;
    const { top, bottom, left, right } = s.padInfo;
    if (!isTiling || top + bottom + left + right > 0 || s.inChannels < FEW_CHANNELS) return undefined;
    const dx = backend.makeOutput(shape, 'float32');
    const sizes = [...shape, s.outHeight, s.outWidth, s.filterHeight, s.filterWidth];
    callKernel(backend, 'maximumGradient', sizes, input, output, dy, dx);
    return dx;
  },
};

/** @param sizes the fields of `Sizes` in assembly/convolution.ts */
function run(
  backend: WasmBackend,
  name: 'correlate' | 'correlateTurned' | 'filterGradient',
  sizes: readonly number[],
  inputs: readonly tf.TensorInfo[],
  outShape: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput(outShape, 'float32');
  callKernel(backend, name, sizes, ...inputs, out);
  return out;
}

/** @returns undefined for channels first and for dilation, which the kernels do not support */
function shapeOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
): ConvolutionShape | undefined {
  const shape = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  const isPlain = shape.dilationHeight === 1 && shape.dilationWidth === 1;
  return isPlain && shape.dataFormat === 'channelsLast' ? shape : undefined;
}

/** Returns whether each window overlaps the image, so that dy fits onto its canvas. */
function isInnerPadding({ padInfo, filterHeight, filterWidth }: ConvolutionShape): boolean {
  const { top, bottom, left, right } = padInfo;
  return Math.max(top, bottom) < filterHeight && Math.max(left, right) < filterWidth;
}

function sizesOf(s: ConvolutionShape): number[] {
  const { top, bottom, left, right } = s.padInfo;
  const input = [s.batchSize, s.inHeight, s.inWidth, s.inChannels];
  const output = [s.outHeight, s.outWidth, s.outChannels];
  const filter = [s.filterHeight, s.filterWidth, s.strideHeight, s.strideWidth];
  const canvas = [s.inHeight + top + bottom, s.inWidth + left + right, top, left, 1, 1];
  return [...input, ...output, ...filter, ...canvas];
}

/** Returns the sizes of the correlation that computes the gradient by the input: over dy, with its strides undone. */
function turnedSizesOf(s: ConvolutionShape): number[] {
  const { filterHeight, filterWidth, padInfo } = s;
  const input = [s.batchSize, s.outHeight, s.outWidth, s.outChannels];
  const output = [s.inHeight, s.inWidth, s.inChannels];
  const canvas = [s.inHeight + filterHeight - 1, s.inWidth + filterWidth - 1];
  const corner = [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left];
  const steps = [s.strideHeight, s.strideWidth];
  return [...input, ...output, filterHeight, filterWidth, 1, 1, ...canvas, ...corner, ...steps];
}
