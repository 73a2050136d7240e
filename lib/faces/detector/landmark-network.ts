import * as tf from '@tensorflow/tfjs';

interface Convolution {
  readonly filters: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
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

/** Weights of the landmark network as face-api holds them: feature extractor and last layer. */
export interface LandmarkParams {
  readonly features: {
    readonly dense0: DenseBlock<Convolution>;
    readonly dense1: DenseBlock<Separable>;
    readonly dense2: DenseBlock<Separable>;
    readonly dense3: DenseBlock<Separable>;
  };
  readonly fc: { readonly weights: tf.Tensor2D; readonly bias: tf.Tensor1D };
}

/** Side of the input in pixels. */
export const LANDMARK_INPUT = 112;

/** A network that takes colours of 0 to 255, [n, 112, 112, 3]. */
export interface LandmarkNetwork {
  /** Gives x and y of 68 landmarks in 0..1 of the square, [n, 136]; the caller disposes it. */
  forward(colours: tf.Tensor4D): tf.Tensor2D;
  dispose(): void;
}

// Source: face-api's FaceFeatureExtractor.ts.
const MEAN_RGB = [122.782, 117.001, 104.298];

/** Number of features of a face. */
const FEATURES = 256;

/**
 * Builds the landmark network's forward pass, equal to face-api's own but for rounding: biases and activations are
 * fused where the backend can, and sums are carried along the dense blocks.
 * @param params stay face-api's and must outlive the network
 * Source: face-api's `FaceFeatureExtractor.forwardInput` and `FaceProcessor.runNet`.
 */
export function buildLandmarkNetwork({ features, fc }: LandmarkParams): LandmarkNetwork {
  const { dense0, dense1, dense2, dense3 } = features;
  // The mean stays apart: the first layer pads with zeros that stand for it.
  const filters = tf.tidy(() => tf.div(dense0.conv0.filters, 255) as tf.Tensor4D);
  const mean = tf.tensor1d(MEAN_RGB);
  const forward = (colours: tf.Tensor4D) =>
    tf.tidy(() => {
      const { bias } = dense0.conv0;
      const centred = tf.sub(colours, mean) as tf.Tensor4D;
      const first = tf.fused.conv2d({
        x: centred,
        filter: filters,
        strides: 2,
        pad: 'same',
        bias,
        activation: 'relu',
      });
      let out = denseBlock(first, dense0);
      for (const block of [dense1, dense2, dense3])
        out = denseBlock(separable(out, block.conv0, { strides: 2, activation: 'relu' }), block);
      out = tf.avgPool(out, 7, 2, 'valid');
      return tf.add(tf.matMul(tf.reshape(out, [-1, FEATURES]), fc.weights), fc.bias) as tf.Tensor2D;
    });
  return { forward, dispose: () => tf.dispose([filters, mean]) };
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
  x: tf.Tensor4D,
  { depthwise_filter, pointwise_filter, bias }: Separable,
  { strides, activation }: { readonly strides: number; readonly activation: 'relu' | 'linear' },
): tf.Tensor4D {
  const depthwise = tf.depthwiseConv2d(x, depthwise_filter, strides, 'same');
  return tf.fused.conv2d({
    x: depthwise,
    filter: pointwise_filter,
    strides: 1,
    pad: 'valid',
    bias,
    activation,
  });
}
