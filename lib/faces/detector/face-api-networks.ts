import * as tf from '@tensorflow/tfjs';

interface Convolution {
  readonly filters: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** A network that takes RGB values of 0 to 255 in batches, [n, height, width, 3]. */
export interface PixelNetwork<Output extends tf.Tensor = tf.Tensor> {
  /** @returns the caller disposes it */
  forward(colours: tf.Tensor4D): Output;
  /** Disposes the tensors that were made from the weights; the weights stay. */
  dispose(): void;
}

/** Weights of the tiny face detector as face-api stores them: a convolution, separable convolutions, a convolution. */
export interface TinyParams {
  readonly [layer: string]: {
    readonly filters?: tf.Tensor4D;
    readonly depthwise_filter?: tf.Tensor4D;
    readonly pointwise_filter?: tf.Tensor4D;
    readonly bias: tf.Tensor1D;
  };
}

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
  const first = foldNormalisation(params.conv0.filters!, params.conv0.bias);
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      let out = activate(pool(tf.conv2d(colours, first.filters, 1, 'valid'), POOL_STRIDES[0]), first.bias);
      for (let layer = 1; layer < POOL_STRIDES.length; layer++) {
        const { depthwise_filter: depthwise, pointwise_filter: pointwise, bias } = params[`conv${layer}`];
        out = tf.conv2d(tf.depthwiseConv2d(out, depthwise!, 1, 'same'), pointwise!, 1, 'valid');
        out = activate(pool(out, POOL_STRIDES[layer]), bias);
      }
      const { filters, bias } = params.conv8;
      return tf.add(tf.conv2d(out, filters!, 1, 'valid'), bias) as tf.Tensor4D;
    });
  return { forward, dispose: () => tf.dispose([first.filters, first.bias]) };
}

/** (x - mean) / 255 before a convolution without padding equals the convolution with other weights. */
function foldNormalisation(filters: tf.Tensor4D, bias: tf.Tensor1D): Convolution {
  return tf.tidy(() => {
    const scaled = tf.div(filters, 255) as tf.Tensor4D;
    const shift = tf.sum(tf.mul(scaled, tf.tensor(TINY_MEAN_RGB, [1, 1, 3, 1])), [0, 1, 2]);
    return { filters: scaled, bias: tf.sub(bias, shift) as tf.Tensor1D };
  });
}

function pool(values: tf.Tensor4D, stride: number): tf.Tensor4D {
  return tf.maxPool(values, 2, stride, 'same');
}

function activate(values: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  return tf.leakyRelu(tf.add(values, bias) as tf.Tensor4D, 0.1);
}

interface Separable {
  readonly depthwise_filter: tf.Tensor4D;
  readonly pointwise_filter: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

interface DenseBlock<First> {
  readonly conv0: First;
  readonly conv1: Separable;
  readonly conv2: Separable;
  readonly conv3: Separable;
}

/** Weights of the landmark network as face-api stores them: feature extractor and last layer. */
export interface LandmarkParams {
  readonly features: {
    readonly dense0: DenseBlock<Convolution>;
    readonly dense1: DenseBlock<Separable>;
    readonly dense2: DenseBlock<Separable>;
    readonly dense3: DenseBlock<Separable>;
  };
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
  const { dense0, dense1, dense2, dense3 } = features;
  // The mean is not folded: the first layer pads with zeros, which stand for the mean.
  const filter = tf.tidy(() => tf.div(dense0.conv0.filters, 255) as tf.Tensor4D);
  const mean = tf.tensor1d(LANDMARK_MEAN_RGB);
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const { bias } = dense0.conv0;
      const x = tf.sub(colours, mean) as tf.Tensor4D;
      const first = tf.fused.conv2d({ x, filter, strides: 2, pad: 'same', bias, activation: 'relu' });
      let out = denseBlock(first, dense0);
      for (const block of [dense1, dense2, dense3])
        out = denseBlock(separable(out, block.conv0, { strides: 2, activation: 'relu' }), block);
      out = tf.avgPool(out, 7, 2, 'valid');
      return tf.add(tf.matMul(tf.reshape(out, [-1, FEATURES]), fc.weights), fc.bias) as tf.Tensor2D;
    });
  return { forward, dispose: () => tf.dispose([filter, mean]) };
}

function denseBlock(first: tf.Tensor4D, { conv1, conv2, conv3 }: DenseBlock<unknown>): tf.Tensor4D {
  let sum = first;
  let out = first;
  for (const conv of [conv1, conv2, conv3]) {
    sum = tf.add(sum, separable(out, conv, { strides: 1, activation: 'linear' }));
    out = tf.relu(sum);
  }
  return out;
}

function separable(
  input: tf.Tensor4D,
  { depthwise_filter, pointwise_filter: filter, bias }: Separable,
  { strides, activation }: { readonly strides: number; readonly activation: 'relu' | 'linear' },
): tf.Tensor4D {
  const x = tf.depthwiseConv2d(input, depthwise_filter, strides, 'same');
  return tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias, activation });
}

interface Pointwise {
  readonly filters: tf.Tensor4D;
  readonly batch_norm_offset: tf.Tensor1D;
}

interface Depthwise extends Pointwise {
  readonly batch_norm_scale: tf.Tensor1D;
  readonly batch_norm_mean: tf.Tensor1D;
  readonly batch_norm_variance: tf.Tensor1D;
}

interface BoxPredictor {
  readonly box_encoding_predictor: Convolution;
  readonly class_predictor: Convolution;
}

/** Weights of the SSD face detector as face-api stores them. */
export interface SsdParams {
  readonly mobilenetv1: { readonly conv_0: Pointwise } & {
    readonly [layer: string]: { readonly depthwise_conv: Depthwise; readonly pointwise_conv: Pointwise };
  };
  readonly prediction_layer: { readonly [layer: string]: Pointwise & BoxPredictor };
  readonly output_layer: { readonly extra_dim: tf.Tensor3D };
}

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
 *   `decodeSsdOutput` takes it, and the logit of a face. `anchors`: default boxes of an input of 512x512, [anchors, 4] as
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
      const features = featureMaps(mobileNet(colours, params, depthwise), params);
      const outputs = features.map((feature, index) => {
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

function foldBatchNorm(conv: Depthwise): Convolution {
  return tf.tidy(() => {
    const deviation = tf.sqrt(tf.add(conv.batch_norm_variance, BATCH_NORM_EPSILON));
    const factor = tf.div(conv.batch_norm_scale, deviation);
    return {
      filters: tf.mul(conv.filters, tf.reshape(factor, [1, 1, -1, 1])) as tf.Tensor4D,
      bias: tf.sub(conv.batch_norm_offset, tf.mul(conv.batch_norm_mean, factor)) as tf.Tensor1D,
    };
  });
}

function pointwise(x: tf.Tensor4D, { filters, batch_norm_offset: bias }: Pointwise, strides: number) {
  return tf.fused.conv2d({ x, filter: filters, strides, pad: 'same', bias, activation: 'relu6' });
}

/** @returns the features after block 11 and after the last block */
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

/** @returns the six feature maps that boxes are predicted from, each half the size of the previous one */
function featureMaps(
  { middle, last }: ReturnType<typeof mobileNet>,
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
