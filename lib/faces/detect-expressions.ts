import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { EMOTIONS, type Emotion } from '../core/emotions';
import { boundingBox, type Box } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { LANDMARK_COUNT } from '../core/landmarks';
import { wholePixels } from './candidates';
import { type LandmarkParams, buildLandmarkNetwork } from './landmark-network';
import { sampleSquare, toSquare } from './sampling';

/** face-api's network for expressions, which learned from photographs. */
export interface ExpressionNetwork {
  /** How many weights it has. */
  readonly parameters: number;
  /**
   * Classifies faces of one image by the whole face, not by blocks.
   * @param faces landmarks of each, [68, 2] in pixels of the image
   * @returns probabilities in the order of {@link EMOTIONS}, [n, 7]
   */
  classify(image: RgbImage, faces: readonly Float32Array[]): Promise<Float32Array>;
  /**
   * Classifies images that are faces as a whole, as the package's own API does with what it is handed.
   * @returns probabilities in the order of {@link EMOTIONS}, [n, 7]
   */
  classifyWhole(images: readonly RgbImage[]): Promise<Float32Array>;
  /** Frees the weights. */
  dispose(): void;
}

/** face-api's outputs in its order, under our names. Source: face-api's FaceExpressions.ts. */
const OUTPUTS: readonly Emotion[] = ['neutral', 'joy', 'sadness', 'anger', 'fear', 'disgust', 'surprise'];

const INPUT_SIZE = 112;

/** How much larger than the landmarks' box a face is cut. Source: face-api's `FaceLandmarks.align`, 0.2 in all. */
const PADDING = 0.2;

/**
 * Loads face-api's expression network from its package. Its trunk has the landmark network's form, which
 * `buildLandmarkNetwork` computes faster than face-api does.
 * @returns the caller disposes it
 */
export async function loadExpressionNetwork(): Promise<ExpressionNetwork> {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const net = new faceApi.FaceExpressionNet();
  await net.loadFromDisk(folder);
  const params = { features: net.faceFeatureExtractor.params, fc: net.params!.fc };
  const network = buildLandmarkNetwork(params as unknown as LandmarkParams);
  const run = async (images: readonly RgbImage[], parts: readonly (Box | undefined)[]) => {
    if (images.length === 0) return new Float32Array(0);
    const batch = sampleParts(images, parts);
    const output = tf.tidy(() =>
      tf.softmax(network.forward(tf.tensor4d(batch, [images.length, INPUT_SIZE, INPUT_SIZE, 3]))),
    );
    const values = (await output.data()) as Float32Array;
    output.dispose();
    return toOurOrder(values);
  };
  return {
    parameters: [net.faceFeatureExtractor, net]
      .flatMap((part) => part.getParamList())
      .reduce((sum, { tensor }) => sum + tensor.size, 0),
    classify: (image, faces) => {
      const parts = faces.map((landmarks) => alignedPart(image, landmarks));
      return run(
        faces.map(() => image),
        parts,
      );
    },
    classifyWhole: (images) => {
      const parts = images.map(({ width, height }) => ({ x: 0, y: 0, width, height }));
      return run(images, parts);
    },
    dispose: () => [network, net].forEach((one) => one.dispose()),
  };
}

/** Samples a part of each image; an image without one stays black. @returns [n, 112, 112, 3], 0 to 255 */
function sampleParts(images: readonly RgbImage[], parts: readonly (Box | undefined)[]): Float32Array {
  const batch = new Float32Array(images.length * INPUT_SIZE * INPUT_SIZE * 3);
  parts.forEach((part, index) => {
    if (!part) return;
    const square = toSquare(part.width, part.height, true);
    sampleSquare(images[index], part, square, { target: batch, size: INPUT_SIZE, index });
  });
  return batch;
}

/** Frames a face as face-api aligns it; undefined outside of the image. */
function alignedPart(image: RgbImage, landmarks: Float32Array): Box | undefined {
  const points = Array.from({ length: LANDMARK_COUNT }, (_, i) => ({
    x: landmarks[2 * i],
    y: landmarks[2 * i + 1],
  }));
  const { x, y, width, height } = boundingBox(points);
  const [moreX, moreY] = [PADDING * width, PADDING * height];
  return wholePixels(
    { x: x - moreX / 2, y: y - moreY / 2, width: width + moreX, height: height + moreY },
    image,
  );
}

function toOurOrder(values: Float32Array): Float32Array {
  const ordered = new Float32Array(values.length);
  const classes = EMOTIONS.length;
  for (let start = 0; start < values.length; start += classes)
    EMOTIONS.forEach((emotion, id) => {
      ordered[start + id] = values[start + OUTPUTS.indexOf(emotion)];
    });
  return ordered;
}
