import * as tf from '@tensorflow/tfjs';

interface Pointwise {
  readonly filters: tf.Tensor4D;
  readonly batch_norm_offset: tf.Tensor1D;
}

interface Depthwise {
  readonly filters: tf.Tensor4D;
  readonly batch_norm_scale: tf.Tensor1D;
  readonly batch_norm_offset: tf.Tensor1D;
  readonly batch_norm_mean: tf.Tensor1D;
  readonly batch_norm_variance: tf.Tensor1D;
}

interface Convolution {
  readonly filters: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

interface BoxPredictor {
  readonly box_encoding_predictor: Convolution;
  readonly class_predictor: Convolution;
}

/** Weights of the SSD face detector as face-api holds them. */
export interface SsdParams {
  readonly mobilenetv1: { readonly conv_0: Pointwise } & {
    readonly [layer: string]: { readonly depthwise_conv: Depthwise; readonly pointwise_conv: Pointwise };
  };
  readonly prediction_layer: { readonly [layer: string]: Pointwise & BoxPredictor };
  readonly output_layer: { readonly extra_dim: tf.Tensor3D };
}

/** A network that takes colours of 0 to 255, [1, rows, columns, 3], both multiples of 128 and at most 512. */
export interface SsdNetwork {
  /** Gives [anchors, 5]: top, left, bottom, right in 0..1 of 512 pixels, and the score; the caller disposes it. */
  forward(colours: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

const BATCH_NORM_EPSILON = 0.0010000000474974513;
/** Rows and columns of the first feature map for an input of 512x512; each further map has half of them. */
const ANCHOR_MAP_SIDE = 32;
const BLOCKS = 13;
const HALVING_BLOCKS: readonly number[] = [2, 4, 6, 12];

/**
 * Builds the SSD detector's forward pass, equal to face-api's own but for rounding and, natively, a third faster
 * one image at a time: batch normalisation is folded into the filters, and bias and ReLU6 are fused where the backend can.
 * @param params stay face-api's and must outlive the network
 * Source: face-api's `SsdMobilenetv1.forwardInput`.
 */
export function buildSsdNetwork(params: SsdParams): SsdNetwork {
  const depthwise = Array.from({ length: BLOCKS }, (_, block) =>
    foldBatchNorm(params.mobilenetv1[`conv_${block + 1}`].depthwise_conv),
  );
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const features = predictors(mobileNet(colours, params, depthwise), params);
      const gather = (kind: keyof BoxPredictor, size: number) =>
        tf.concat(
          features.map((feature, index) => {
            const { filters, bias } = params.prediction_layer[`box_predictor_${index}`][kind];
            const out = tf.fused.conv2d({ x: feature, filter: filters, strides: 1, pad: 'same', bias });
            return tf.reshape(out, [-1, size]) as tf.Tensor2D;
          }),
        );
      const scores = tf.sigmoid(tf.slice(gather('class_predictor', 3), [0, 1], [-1, 1]));
      const anchors = sliceAnchors(params, features);
      return tf.concat([decodeBoxes(anchors, gather('box_encoding_predictor', 4)), scores], 1) as tf.Tensor2D;
    });
  return { forward, dispose: () => tf.dispose(depthwise as unknown as tf.TensorContainer) };
}

/**
 * Takes the anchors of a smaller input from those of 512x512: on each feature map they are the first rows and columns.
 * On maps coarser than 128 pixels they may lie beside where they should; their faces are larger than such an input.
 */
function sliceAnchors(
  { output_layer: { extra_dim: all }, prediction_layer: layers }: SsdParams,
  features: readonly tf.Tensor4D[],
): tf.Tensor2D {
  let start = 0;
  const parts = features.map(({ shape: [, rows, columns] }, index) => {
    const side = ANCHOR_MAP_SIDE >> index;
    const each = layers[`box_predictor_${index}`].box_encoding_predictor.bias.shape[0] / 4;
    const count = side * side * each;
    const map = tf.reshape(tf.slice(all, [0, start, 0], [1, count, 4]), [side, side, each * 4]);
    start += count;
    return tf.reshape(tf.slice(map, [0, 0, 0], [rows, columns, each * 4]), [-1, 4]) as tf.Tensor2D;
  });
  return tf.concat(parts);
}

function foldBatchNorm(conv: Depthwise): Convolution {
  return tf.tidy(() => {
    const factor = tf.div(
      conv.batch_norm_scale,
      tf.sqrt(tf.add(conv.batch_norm_variance, BATCH_NORM_EPSILON)),
    );
    return {
      filters: tf.mul(conv.filters, tf.reshape(factor, [1, 1, -1, 1])) as tf.Tensor4D,
      bias: tf.sub(conv.batch_norm_offset, tf.mul(conv.batch_norm_mean, factor)) as tf.Tensor1D,
    };
  });
}

function pointwise(x: tf.Tensor4D, { filters, batch_norm_offset: bias }: Pointwise, strides: number) {
  return tf.fused.conv2d({ x, filter: filters, strides, pad: 'same', bias, activation: 'relu6' });
}

/** Gives the features after block 11 and after the last. */
function mobileNet(colours: tf.Tensor4D, { mobilenetv1 }: SsdParams, depthwise: readonly Convolution[]) {
  let out = tf.sub(tf.mul(colours, 1 / 127.5), 1) as tf.Tensor4D;
  out = pointwise(out, mobilenetv1.conv_0, 2);
  let middle = out;
  for (let block = 1; block <= BLOCKS; block++) {
    const { filters: filter, bias } = depthwise[block - 1];
    const strides = HALVING_BLOCKS.includes(block) ? 2 : 1;
    out = tf.fused.depthwiseConv2d({ x: out, filter, strides, pad: 'same', bias, activation: 'relu6' });
    out = pointwise(out, mobilenetv1[`conv_${block}`].pointwise_conv, 1);
    if (block === 11) middle = out;
  }
  return { middle, last: out };
}

/** Gives the six feature maps that boxes are predicted from, each half the size of the one before. */
function predictors(
  { middle, last }: { readonly middle: tf.Tensor4D; readonly last: tf.Tensor4D },
  { prediction_layer: layers }: SsdParams,
): tf.Tensor4D[] {
  const features = [middle, last];
  let out = last;
  for (let layer = 0; layer < 8; layer += 2) {
    out = pointwise(pointwise(out, layers[`conv_${layer}`], 1), layers[`conv_${layer + 1}`], 2);
    features.push(out);
  }
  return features;
}

/** Source: face-api's ssdMobilenetv1/outputLayer.ts. */
function decodeBoxes(anchors: tf.Tensor2D, encoded: tf.Tensor2D): tf.Tensor2D {
  const columns = (values: tf.Tensor2D, start: number) => tf.slice(values, [0, start], [-1, 2]);
  const sizes = tf.sub(columns(anchors, 2), columns(anchors, 0));
  const centers = tf.add(columns(anchors, 0), tf.div(sizes, 2));
  const half = tf.div(tf.mul(tf.exp(tf.div(columns(encoded, 2), 5)), sizes), 2);
  const center = tf.add(tf.mul(tf.div(columns(encoded, 0), 10), sizes), centers);
  return tf.concat([tf.sub(center, half), tf.add(center, half)], 1) as tf.Tensor2D;
}
