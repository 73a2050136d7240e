import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { EMOTIONS, type Emotion } from '../../core/emotions';
import type { RgbImage } from '../../core/image';
import type { Face } from './detect';

/** A face that face-api found by itself, with its own landmarks. */
export interface RecognizedFace extends Face {
  /** In the order of {@link EMOTIONS}, [7]. */
  readonly probabilities: Float32Array;
}

/** face-api's network for expressions, which learned from photographs. */
export interface ExpressionNetwork {
  /** How many weights it has. */
  readonly parameters: number;
  /**
   * Finds and classifies all faces of an image as the package's own API does: SSD with its default options, landmarks
   * without our correction, the aligned face. An image where SSD finds no face has none.
   * @param image at its full size
   * @returns the largest first
   */
  recognize(image: RgbImage): Promise<RecognizedFace[]>;
  /**
   * Classifies images that are faces as a whole, as the package's own API does with what it is handed.
   * @returns probabilities in the order of {@link EMOTIONS}, [n, 7]
   */
  classifyWhole(images: readonly RgbImage[]): Promise<Float32Array>;
  /** Frees the weights. */
  dispose(): void;
}

/** face-api's names of the expressions. */
const NAMES = {
  anger: 'angry',
  disgust: 'disgusted',
  fear: 'fearful',
  joy: 'happy',
  neutral: 'neutral',
  sadness: 'sad',
  surprise: 'surprised',
} as const satisfies Record<Emotion, keyof faceApi.FaceExpressions>;

/** face-api's tensors are tfjs' own; only their types are written twice. */
type FaceApiTensor = Awaited<ReturnType<typeof faceApi.extractFaceTensors>>[number];

/**
 * Loads face-api's expression network from its package, with the detector and the landmark network that its API puts
 * before it. All computing is the package's; the networks are our own instances, not its global ones, so that several can
 * be loaded and disposed.
 * @returns the caller disposes it
 */
export async function loadExpressionNetwork(): Promise<ExpressionNetwork> {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const nets = {
    detector: new faceApi.SsdMobilenetv1(),
    landmarks: new faceApi.FaceLandmark68Net(),
    expressions: new faceApi.FaceExpressionNet(),
  };
  for (const net of Object.values(nets)) await net.loadFromDisk(folder);
  return {
    parameters: [nets.expressions.faceFeatureExtractor, nets.expressions]
      .flatMap((part) => part.getParamList())
      .reduce((sum, { tensor }) => sum + tensor.size, 0),
    recognize: (image) => withTensor(image, (tensor) => recognize(nets, tensor)),
    classifyWhole: async (images) => {
      const rows: number[] = [];
      for (const image of images)
        rows.push(...(await withTensor(image, (tensor) => classify(nets.expressions, tensor))));
      return Float32Array.from(rows);
    },
    dispose: () => Object.values(nets).forEach((net) => net.dispose()),
  };
}

interface Nets {
  readonly detector: faceApi.SsdMobilenetv1;
  readonly landmarks: faceApi.FaceLandmark68Net;
  readonly expressions: faceApi.FaceExpressionNet;
}

/** What `detectAllFaces(image).withFaceLandmarks().withFaceExpressions()` does. Source: face-api's globalApi. */
async function recognize(nets: Nets, image: FaceApiTensor): Promise<RecognizedFace[]> {
  const faces: RecognizedFace[] = [];
  for (const detection of await nets.detector.locateFaces(image)) {
    const unshifted = await withPart(image, detection, (part) => nets.landmarks.detectLandmarks(part));
    if (!unshifted) continue;
    const face = faceApi.extendWithFaceLandmarks({ detection }, unshifted as faceApi.FaceLandmarks68);
    const probabilities = await withPart(image, face.alignedRect, (part) => classify(nets.expressions, part));
    if (!probabilities) continue;
    const { x, y, width, height } = detection.box;
    faces.push({
      detector: 'ssd-512',
      score: detection.score,
      box: { x, y, width, height },
      landmarks: Float32Array.from(face.landmarks.positions.flatMap((point) => [point.x, point.y])),
      probabilities,
    });
  }
  const area = ({ box }: Face) => box.width * box.height;
  return faces.sort((first, second) => area(second) - area(first));
}

async function classify(net: faceApi.FaceExpressionNet, face: FaceApiTensor): Promise<Float32Array> {
  const found = (await net.predictExpressions(face)) as faceApi.FaceExpressions;
  return Float32Array.from(EMOTIONS, (emotion) => found[NAMES[emotion]]);
}

/** Lends a part of an image; where none of it lies inside, nothing is computed and undefined given. */
async function withPart<T>(
  image: FaceApiTensor,
  rectangle: faceApi.FaceDetection,
  compute: (part: FaceApiTensor) => Promise<T>,
): Promise<T | undefined> {
  const parts = await faceApi.extractFaceTensors(image, [rectangle]);
  try {
    return parts.length > 0 ? await compute(parts[0]) : undefined;
  } finally {
    parts.forEach((part) => part.dispose());
  }
}

/** Lends an image as a tensor, [height, width, 3]. */
async function withTensor<T>(
  { width, height, data }: RgbImage,
  compute: (image: FaceApiTensor) => Promise<T>,
): Promise<T> {
  const tensor = tf.tensor3d(data, [height, width, 3], 'int32');
  try {
    return await compute(tensor as unknown as FaceApiTensor);
  } finally {
    tensor.dispose();
  }
}
