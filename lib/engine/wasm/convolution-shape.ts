import * as tf from '@tensorflow/tfjs';

/** A convolution's attributes, as tfjs gives them to kernels. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** A convolution's sizes. */
export type ConvolutionShape = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** Computes a convolution's sizes. */
export function shapeOf(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dataFormat, dilations = 1, dimRoundingMode }: ConvolutionAttributes,
): ConvolutionShape {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
}

/** Tells whether our kernels do a convolution: channels last and no dilation. */
export function isPlain({ dataFormat, dilationHeight, dilationWidth }: ConvolutionShape): boolean {
  return dataFormat === 'channelsLast' && dilationHeight === 1 && dilationWidth === 1;
}
