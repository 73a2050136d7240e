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
  /** Default boxes of an input of 512x512, [anchors, 4] as top, left, bottom, right in 0..1. */
  readonly anchors: Float32Array;
  /** Gives [anchors, 5]: the encoded box, as `readSsdOutput` decodes it, and the face's logit; the caller disposes it. */
  forward(colours: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

const BATCH_NORM_EPSILON = 0.0010000000474974513;
const BLOCKS = 13;
/** Feature maps that boxes are predicted from. */
const FEATURE_MAPS = 6;
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
  const predictors = Array.from({ length: FEATURE_MAPS }, (_, index) =>
    selectFaceClass(params.prediction_layer[`box_predictor_${index}`]),
  );
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const features = featureMaps(mobileNet(colours, params, depthwise), params);
      const outputs = features.map((feature, index) => {
        const { box, face } = predictors[index];
        return tf.concat([predict(feature, box, 4), predict(feature, face, 1)], 1);
      });
      return tf.concat(outputs) as tf.Tensor2D;
    });
  return {
    anchors: params.output_layer.extra_dim.dataSync() as Float32Array,
    forward,
    dispose: () =>
      tf.dispose([depthwise, predictors.map(({ face }) => face)] as unknown as tf.TensorContainer),
  };
}

/** Applies a predictor to a feature map. @returns [anchors, values] */
function predict(feature: tf.Tensor4D, { filters, bias }: Convolution, values: number): tf.Tensor {
  const out = tf.fused.conv2d({ x: feature, filter: filters, strides: 1, pad: 'same', bias });
  return tf.reshape(out, [-1, values]);
}

/** Takes from the predictor of three classes what belongs to faces, the second class. */
function selectFaceClass({ box_encoding_predictor: box, class_predictor: { filters, bias } }: BoxPredictor) {
  const select = (tensor: tf.Tensor) => tensor.dataSync().filter((_, index) => index % 3 === 1);
  const [rows, columns, channels, size] = filters.shape;
  const face: Convolution = {
    filters: tf.tensor4d(select(filters), [rows, columns, channels, size / 3]),
    bias: tf.tensor1d(select(bias)),
  };
  return { box, face };
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
function featureMaps(
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
