import * as tf from '@tensorflow/tfjs';

/** A network that takes RGB values of 0 to 255 in batches, [n, height, width, 3]. */
export interface PixelNetwork<Output extends tf.Tensor = tf.Tensor> {
  /** @returns the caller disposes it */
  forward(colours: tf.Tensor4D): Output;
  /** Disposes the tensors that were made from the weights; the weights stay. */
  dispose(): void;
}

/** Weights of a layer by face-api's names; a layer has those of its kind. */
interface Layer {
  readonly filters: tf.Tensor4D;
  readonly depthwise_filter: tf.Tensor4D;
  readonly pointwise_filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
  readonly batch_norm_offset: tf.Tensor1D;
  readonly batch_norm_scale: tf.Tensor1D;
  readonly batch_norm_mean: tf.Tensor1D;
  readonly batch_norm_variance: tf.Tensor1D;
}

type Convolution = Pick<Layer, 'filters' | 'bias'>;

/** Weights of the tiny face detector as face-api stores them: a convolution, separable convolutions, a convolution. */
export type TinyParams = Readonly<Record<string, Layer>>;

// Source: face-api's tinyFaceDetector/const.ts.
const TINY_MEAN_RGB = [117.001, 114.697, 97.404];
const POOL_STRIDES = [2, 2, 2, 2, 2, 1];

/**
 * Builds the forward pass of the tiny face detector. The outputs equal face-api's up to rounding, in 40 % of the time: the
 * normalisation of the input is folded into the first layer, and bias and leaky ReLU, which are monotone, follow the max
 * pooling, on a quarter of the values.
 * @param params weights, owned by the caller; they must outlive the network
 * @returns network with output [n, rows, columns, 25]; the input's sides are multiples of 32
 * Source: face-api's `TinyYolov2Base.runMobilenet`.
 */
export function buildTinyNetwork(params: TinyParams): PixelNetwork<tf.Tensor4D> {
  const first = foldNormalisation(params.conv0);
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      let out = tf.conv2d(colours, first.filters, 1, 'valid');
      for (const [layer, stride] of POOL_STRIDES.entries()) {
        const { depthwise_filter, pointwise_filter, bias } = params[`conv${layer}`];
        if (layer > 0)
          out = tf.conv2d(tf.depthwiseConv2d(out, depthwise_filter, 1, 'same'), pointwise_filter, 1, 'valid');
        const sum = tf.add(tf.maxPool(out, 2, stride, 'same'), layer > 0 ? bias : first.bias);
        out = tf.leakyRelu(sum, 0.1) as tf.Tensor4D;
      }
      const { filters, bias } = params.conv8;
      return tf.add<tf.Tensor4D>(tf.conv2d(out, filters, 1, 'valid'), bias);
    });
  return { forward, dispose: () => tf.dispose([first.filters, first.bias]) };
}

/** (x - mean) / 255 before a convolution without padding equals the convolution with other weights. */
function foldNormalisation({ filters, bias }: Layer): Convolution {
  return tf.tidy(() => {
    const scaled = tf.div<tf.Tensor4D>(filters, 255);
    const shift = tf.sum(tf.mul(scaled, tf.tensor(TINY_MEAN_RGB, [1, 1, 3, 1])), [0, 1, 2]);
    return { filters: scaled, bias: tf.sub<tf.Tensor1D>(bias, shift) };
  });
}

/** Weights of the landmark network as face-api stores them: dense blocks of the feature extractor, and the last layer. */
export interface LandmarkParams {
  readonly features: Readonly<Record<string, Readonly<Record<string, Layer>>>>;
  readonly fc: { readonly weights: tf.Tensor2D; readonly bias: tf.Tensor1D };
}

/** Width and height of the landmark network's input in pixels. */
export const LANDMARK_INPUT = 112;

/** The landmark network; its output is x and y of 68 landmarks in 0..1 of the input, [n, 136]. */
export type LandmarkNetwork = PixelNetwork<tf.Tensor2D>;

// Source: face-api's FaceFeatureExtractor.ts.
const LANDMARK_MEAN_RGB = [122.782, 117.001, 104.298];

/** Number of features of a face. */
const FEATURES = 256;

/**
 * Builds the forward pass of the landmark network. The outputs equal face-api's up to rounding: biases and activations are
 * fused where the backend can, and sums are accumulated along the dense blocks.
 * @param params weights, owned by the caller; they must outlive the network
 * Source: face-api's `FaceFeatureExtractor.forwardInput` and `FaceProcessor.runNet`.
 */
export function buildLandmarkNetwork({ features, fc }: LandmarkParams): LandmarkNetwork {
  const { filters, bias } = features.dense0.conv0;
  // The mean is not folded: the first layer pads with zeros, which stand for the mean.
  const filter = tf.tidy(() => tf.div<tf.Tensor4D>(filters, 255));
  const mean = tf.tensor1d(LANDMARK_MEAN_RGB);
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const x = tf.sub<tf.Tensor4D>(colours, mean);
      let out = tf.fused.conv2d({ x, filter, strides: 2, pad: 'same', bias, activation: 'relu' });
      for (const name of ['dense0', 'dense1', 'dense2', 'dense3']) {
        const { conv0, ...convs } = features[name];
        if (name !== 'dense0') out = separable(out, conv0, { strides: 2, activation: 'relu' });
        let sum = out;
        for (const conv of [convs.conv1, convs.conv2, convs.conv3]) {
          sum = tf.add(sum, separable(out, conv, { strides: 1, activation: 'linear' }));
          out = tf.relu(sum);
        }
      }
      out = tf.avgPool(out, 7, 2, 'valid');
      return tf.add<tf.Tensor2D>(tf.matMul(tf.reshape(out, [-1, FEATURES]), fc.weights), fc.bias);
    });
  return { forward, dispose: () => tf.dispose([filter, mean]) };
}

function separable(
  input: tf.Tensor4D,
  { depthwise_filter, pointwise_filter: filter, bias }: Layer,
  { strides, activation }: { readonly strides: number; readonly activation: 'relu' | 'linear' },
): tf.Tensor4D {
  const x = tf.depthwiseConv2d(input, depthwise_filter, strides, 'same');
  return tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias, activation });
}

/** Weights of the SSD face detector as face-api stores them. */
export interface SsdParams {
  readonly mobilenetv1: Readonly<
    Record<string, Layer & Readonly<Record<'depthwise_conv' | 'pointwise_conv', Layer>>>
  >;
  readonly prediction_layer: Readonly<Record<string, Layer & BoxPredictor>>;
  readonly output_layer: { readonly extra_dim: tf.Tensor3D };
}

type BoxPredictor = Readonly<Record<'box_encoding_predictor' | 'class_predictor', Convolution>>;

const BATCH_NORM_EPSILON = 0.0010000000474974513;
const BLOCKS = 13;
/** Number of feature maps that boxes are predicted from. */
const FEATURE_MAPS = 6;
const HALVING_BLOCKS: readonly number[] = [2, 4, 6, 12];

/**
 * Builds the forward pass of the SSD face detector (MobileNet v1). The outputs equal face-api's up to rounding, in two thirds of
 * the time natively: batch normalisation is folded into the filters; bias and ReLU6 are fused where the backend can.
 * @param params weights, owned by the caller; they must outlive the network
 * @returns network for one image, whose sides are multiples of 128 up to 512. Output: [anchors, 5], the encoded box as
 *   face-api's output layer takes it, and the logit of a face. `anchors`: default boxes of an input of 512x512, [anchors, 4] as
 *   top, left, bottom, right in 0..1
 * Source: face-api's `SsdMobilenetv1.forwardInput`.
 */
export function buildSsdNetwork(
  params: SsdParams,
): PixelNetwork<tf.Tensor2D> & { readonly anchors: Float32Array } {
  const depthwise = Array.from({ length: BLOCKS }, (_, block) =>
    foldBatchNorm(params.mobilenetv1[`conv_${block + 1}`].depthwise_conv),
  );
  const predictors = Array.from({ length: FEATURE_MAPS }, (_, index) =>
    selectFaceClass(params.prediction_layer[`box_predictor_${index}`]),
  );
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const outputs = featureMaps(colours, params, depthwise).map((feature, index) => {
        const { box, face } = predictors[index];
        return tf.concat([predict(feature, box, 4), predict(feature, face, 1)], 1);
      });
      return tf.concat(outputs) as tf.Tensor2D;
    });
  const made = [depthwise, predictors.map(({ face }) => face)] as unknown as tf.TensorContainer;
  const anchors = params.output_layer.extra_dim.dataSync() as Float32Array;
  return { anchors, forward, dispose: () => tf.dispose(made) };
}

/** Applies a predictor to a feature map. @returns [anchors, values] */
function predict(x: tf.Tensor4D, { filters: filter, bias }: Convolution, values: number): tf.Tensor {
  return tf.reshape(tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias }), [-1, values]);
}

/** Selects the second of a predictor's three classes: faces. */
function selectFaceClass({ box_encoding_predictor: box, class_predictor: { filters, bias } }: BoxPredictor) {
  const select = (tensor: tf.Tensor) => tensor.dataSync().filter((_, index) => index % 3 === 1);
  const [rows, columns, channels, size] = filters.shape;
  const face: Convolution = {
    filters: tf.tensor4d(select(filters), [rows, columns, channels, size / 3]),
    bias: tf.tensor1d(select(bias)),
  };
  return { box, face };
}

function foldBatchNorm(conv: Layer): Convolution {
  return tf.tidy(() => {
    const deviation = tf.sqrt(tf.add(conv.batch_norm_variance, BATCH_NORM_EPSILON));
    const factor = tf.div(conv.batch_norm_scale, deviation);
    return {
      filters: tf.mul<tf.Tensor4D>(conv.filters, tf.reshape(factor, [1, 1, -1, 1])),
      bias: tf.sub<tf.Tensor1D>(conv.batch_norm_offset, tf.mul(conv.batch_norm_mean, factor)),
    };
  });
}

function pointwise(x: tf.Tensor4D, { filters: filter, batch_norm_offset: bias }: Layer, strides: number) {
  return tf.fused.conv2d({ x, filter, strides, pad: 'same', bias, activation: 'relu6' });
}

/** @returns the six feature maps that boxes are predicted from: after blocks 11 and 13, then each half the size of the one before */
function featureMaps(
  colours: tf.Tensor4D,
  { mobilenetv1, prediction_layer: layers }: SsdParams,
  depthwise: readonly Convolution[],
): tf.Tensor4D[] {
  const features: tf.Tensor4D[] = [];
  let out = pointwise(tf.sub(tf.mul(colours, 1 / 127.5), 1), mobilenetv1.conv_0, 2);
  for (let block = 1; block <= BLOCKS; block++) {
    const { filters: filter, bias } = depthwise[block - 1];
    const strides = HALVING_BLOCKS.includes(block) ? 2 : 1;
    out = tf.fused.depthwiseConv2d({ x: out, filter, strides, pad: 'same', bias, activation: 'relu6' });
    out = pointwise(out, mobilenetv1[`conv_${block}`].pointwise_conv, 1);
    if (block === 11 || block === BLOCKS) features.push(out);
  }
  for (let layer = 0; layer < 8; layer += 2) {
    out = pointwise(pointwise(out, layers[`conv_${layer}`], 1), layers[`conv_${layer + 1}`], 2);
    features.push(out);
  }
  return features;
}
