import * as tf from '@tensorflow/tfjs';
import {
  addressOf,
  kernelsOf,
  withStructure,
  type KernelCall,
  type KernelReplacement,
  type WasmBackend,
  type WasmKernels,
} from './module';

/** Attributes of a convolution kernel in tfjs. */
interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type ConvolutionShape = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** Convolution, twice as fast as tfjs' kernel, which caches packed filters. */
const CONVOLUTION: KernelReplacement = {
  kernelName: 'Conv2D',
  compute({ inputs: { x, filter }, attrs, backend }: KernelCall<'x' | 'filter', ConvolutionAttributes>) {
    const shape = shapeOf(x.shape, filter.shape, attrs);
    return shape && run(backend, 'correlate', sizesOf(shape), [x, filter], shape.outShape);
  },
};

/** Gradient of a convolution by its input. tfjs' kernel has no SIMD. */
const INPUT_GRADIENT: KernelReplacement = {
  kernelName: 'Conv2DBackpropInput',
  compute({
    inputs: { dy, filter },
    attrs,
    backend,
  }: KernelCall<'dy' | 'filter', ConvolutionAttributes & { readonly inputShape: readonly number[] }>) {
    const shape = shapeOf(attrs.inputShape, filter.shape, attrs);
    if (!shape || !isInnerPadding(shape)) return undefined;
    return run(backend, 'correlateTurned', turnedSizesOf(shape), [dy, filter], shape.inShape);
  },
};

/** Gradient of a convolution by its filter, for which tfjs has no wasm kernel. */
const FILTER_GRADIENT: KernelReplacement = {
  kernelName: 'Conv2DBackpropFilter',
  compute({
    inputs: { x, dy },
    attrs,
    backend,
  }: KernelCall<'x' | 'dy', ConvolutionAttributes & { readonly filterShape: readonly number[] }>) {
    const shape = shapeOf(x.shape, attrs.filterShape, attrs);
    return shape && run(backend, 'filterGradient', sizesOf(shape), [x, dy], shape.filterShape);
  },
};

function run(
  backend: WasmBackend,
  name: keyof WasmKernels & ('correlate' | 'correlateTurned' | 'filterGradient'),
  sizes: readonly number[],
  inputs: readonly tf.TensorInfo[],
  outShape: readonly number[],
): tf.TensorInfo {
  const out = backend.makeOutput(outShape, 'float32');
  const [a, b, to] = [...inputs, out].map((tensor) => addressOf(backend, tensor));
  withStructure(backend, sizes, (address) => kernelsOf(backend)[name](address, a, b, to));
  return out;
}

/** @returns undefined for channels first and for dilation, which the kernels do not support */
function shapeOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
): ConvolutionShape | undefined {
  const shape = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
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

/** Returns the fields of `Sizes` in assembly/convolution.ts. */
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

/** With fewer channels, SIMD has no use. */
const FEW_CHANNELS = 4;

/** Gradient of max pooling without padding whose windows do not overlap. */
const POOL_GRADIENT: KernelReplacement = {
  kernelName: 'MaxPoolGrad',
  compute({ inputs, attrs, backend }: KernelCall<'dy' | 'input' | 'output', tf.MaxPoolGradAttrs>) {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const inputShape = inputs.input.shape as [number, number, number, number];
    const s = tf.backend_util.computePool2DInfo(inputShape, filterSize, strides, 1, pad, dimRoundingMode);
    const isTiling = s.strideHeight === s.filterHeight && s.strideWidth === s.filterWidth;
    const { top, bottom, left, right } = s.padInfo;
    if (!isTiling || top + bottom + left + right > 0 || s.inChannels < FEW_CHANNELS) return undefined;
    const out = backend.makeOutput(inputShape, 'float32');
    const [x, y, dy, dx] = [inputs.input, inputs.output, inputs.dy, out].map((t) => addressOf(backend, t));
    const input = [s.batchSize, s.inHeight, s.inWidth, s.inChannels];
    const sizes = [...input, s.outHeight, s.outWidth, s.filterHeight, s.filterWidth];
    withStructure(backend, sizes, (windows) => kernelsOf(backend).maximumGradient(windows, x, y, dy, dx));
    return out;
  },
};

/** The kernels of convolution and pooling. */
export const IMAGE_KERNELS = [CONVOLUTION, INPUT_GRADIENT, FILTER_GRADIENT, POOL_GRADIENT];
