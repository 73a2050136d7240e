import * as tf from '@tensorflow/tfjs';
import { addressOf, type WasmBackend } from './backend';
import { kernelsOf, withStructure, type WasmKernels } from './module';
import type { KernelReplacement } from './replacement';

/** Attributes of a convolution kernel in tfjs. */
interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type ConvolutionShape = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

interface ConvolutionArguments<Name extends string, Shapes> {
  readonly inputs: Readonly<Record<Name, tf.TensorInfo>>;
  readonly attrs: ConvolutionAttributes & Shapes;
  readonly backend: WasmBackend;
}

type ForwardArguments = ConvolutionArguments<'x' | 'filter', object>;
type InputArguments = ConvolutionArguments<'dy' | 'filter', { readonly inputShape: readonly number[] }>;
type FilterArguments = ConvolutionArguments<'x' | 'dy', { readonly filterShape: readonly number[] }>;

/** Convolution, twice as fast as tfjs' kernel, which caches packed filters. */
export const convolutionReplacement: KernelReplacement = {
  kernelName: 'Conv2D',
  replace: (stock) => (args) => convolve(args as unknown as ForwardArguments) ?? stock(args),
};

/** Gradient of a convolution by its input. tfjs' kernel has no SIMD. */
export const inputGradientReplacement: KernelReplacement = {
  kernelName: 'Conv2DBackpropInput',
  replace: (stock) => (args) => takeInputGradient(args as unknown as InputArguments) ?? stock(args),
};

/** Gradient of a convolution by its filter, for which tfjs has no wasm kernel. */
export const filterGradientReplacement: KernelReplacement = {
  kernelName: 'Conv2DBackpropFilter',
  replace: (stock) => (args) => takeFilterGradient(args as unknown as FilterArguments) ?? stock(args),
};

function convolve({ inputs: { x, filter }, attrs, backend }: ForwardArguments): tf.TensorInfo | undefined {
  const shape = shapeOf(x.shape, filter.shape, attrs);
  return shape && run(backend, 'correlate', sizesOf(shape), [x, filter], shape.outShape);
}

function takeInputGradient({
  inputs: { dy, filter },
  attrs,
  backend,
}: InputArguments): tf.TensorInfo | undefined {
  const shape = shapeOf(attrs.inputShape, filter.shape, attrs);
  if (!shape || !isInnerPadding(shape)) return undefined;
  return run(backend, 'correlateTurned', turnedSizesOf(shape), [dy, filter], shape.inShape);
}

function takeFilterGradient({
  inputs: { x, dy },
  attrs,
  backend,
}: FilterArguments): tf.TensorInfo | undefined {
  const shape = shapeOf(x.shape, attrs.filterShape, attrs);
  return shape && run(backend, 'filterGradient', sizesOf(shape), [x, dy], shape.filterShape);
}

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
  const [height, width] = [s.inHeight + filterHeight - 1, s.inWidth + filterWidth - 1];
  const [top, left] = [filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left];
  return [
    ...input,
    ...output,
    filterHeight,
    filterWidth,
    1,
    1,
    height,
    width,
    top,
    left,
    s.strideHeight,
    s.strideWidth,
  ];
}
