import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { EMOTIONS, type Emotion } from '../../core/emotions';
import type { RgbImage } from '../../core/image';
import { compile, type InputShape } from '../../tensor/graph/compile';
import type { DetectedFace, RecognizedFace } from './detected-face';
import {
  LANDMARK_INPUT,
  type LandmarkParams,
  type PixelNetwork,
  type SsdParams,
  type TinyParams,
  buildLandmarkNetwork,
  buildSsdNetwork,
  buildTinyNetwork,
} from './face-api-networks';

const WEIGHTS = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');

/** Version of the package, and so of its weights. */
export const WEIGHTS_VERSION = faceApi.version;

/** Any number of images of any size; the example has the smallest size that all detectors take. */
const ANY_IMAGE: InputShape = { example: [1, 128, 128, 3], freeAxes: [0, 1, 2] };

const ANY_NUMBER_OF_FACES: InputShape = { example: [1, LANDMARK_INPUT, LANDMARK_INPUT, 3], freeAxes: [0] };

/** The tiny detector, the landmark network and the SSD detector, as {@link loadNetworks} returns them. */
export type Networks = Awaited<ReturnType<typeof loadNetworks>>;

/**
 * Loads the weights of face-api's detectors and landmark network. The names of the weights are internal to the package, so its
 * version is pinned. With native TensorFlow each network is one graph for inputs of all sizes.
 * @returns the caller disposes them; the first call of `loadSsd` loads SSD's weights, which portraits do not need
 */
export async function loadNetworks() {
  const tinyNet = new faceApi.TinyFaceDetector();
  const landmarkNet = new faceApi.FaceLandmark68Net();
  for (const net of [tinyNet, landmarkNet]) await net.loadFromDisk(WEIGHTS);
  const landmarkParams = { features: landmarkNet.faceFeatureExtractor.params, fc: landmarkNet.params!.fc };
  const tiny = toGraph(buildTinyNetwork(tinyNet.params as unknown as TinyParams), ANY_IMAGE);
  const landmarks = toGraph(
    buildLandmarkNetwork(landmarkParams as unknown as LandmarkParams),
    ANY_NUMBER_OF_FACES,
  );
  const loaded: { dispose(): void }[] = [tiny, landmarks, tinyNet, landmarkNet];
  const loadSsd = async () => {
    const net = new faceApi.SsdMobilenetv1();
    await net.loadFromDisk(WEIGHTS);
    const ssd = toGraph(buildSsdNetwork(net.params as unknown as SsdParams), ANY_IMAGE);
    loaded.push(ssd, net);
    return ssd;
  };
  let started: ReturnType<typeof loadSsd> | undefined;
  return {
    tiny,
    landmarks,
    loadSsd: () => (started ??= loadSsd()),
    dispose: () => loaded.forEach((net) => net.dispose()),
  };
}

/** Compiles a network to a graph where the backend supports graphs. */
function toGraph<Y extends tf.Tensor, Network extends PixelNetwork<Y>>(
  network: Network & PixelNetwork<Y>,
  shape: InputShape,
): Network {
  const compiled = compile(network.forward, shape);
  const dispose = () => [compiled, network].forEach((part) => part.dispose());
  return { ...network, forward: compiled.run, dispose };
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

/** face-api's tensors are tfjs' tensors with types of their own. */
type FaceApiTensor = Awaited<ReturnType<typeof faceApi.extractFaceTensors>>[number];

/**
 * Loads face-api's expression network, which was trained on photographs, with the detector and the landmark network of its API.
 * The package computes everything, on instances of our own: several can be loaded and disposed.
 * @returns the caller disposes it
 */
export async function loadExpressionNetwork() {
  const nets = {
    detector: new faceApi.SsdMobilenetv1(),
    landmarks: new faceApi.FaceLandmark68Net(),
    expressions: new faceApi.FaceExpressionNet(),
  };
  for (const net of Object.values(nets)) await net.loadFromDisk(WEIGHTS);
  return {
    /** Number of weights. */
    parameters: [nets.expressions.faceFeatureExtractor, nets.expressions]
      .flatMap((part) => part.getParamList())
      .reduce((sum, { tensor }) => sum + tensor.size, 0),
    /**
     * Detects and classifies all faces of an image as the package's API does: SSD with its default options, landmarks without our
     * correction, the aligned face.
     * @param image at its full size
     * @returns the largest first; none where SSD finds no face
     */
    recognize: (image: RgbImage) => withTensor(image, (tensor) => recognize(nets, tensor)),
    /**
     * Classifies whole images as faces, as the package's API does.
     * @returns probabilities in the order of {@link EMOTIONS}, [n, 7]
     */
    async classifyWhole(images: readonly RgbImage[]): Promise<Float32Array> {
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

/** Does what `detectAllFaces(image).withFaceLandmarks().withFaceExpressions()` does. Source: face-api's globalApi. */
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
  const area = ({ box }: DetectedFace) => box.width * box.height;
  return faces.sort((first, second) => area(second) - area(first));
}

async function classify(net: faceApi.FaceExpressionNet, face: FaceApiTensor): Promise<Float32Array> {
  const found = (await net.predictExpressions(face)) as faceApi.FaceExpressions;
  return Float32Array.from(EMOTIONS, (emotion) => found[NAMES[emotion]]);
}

/** Cuts out a part of an image and disposes it afterwards. @returns undefined when the part is outside the image */
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

/** Makes a tensor of an image, [height, width, 3], and disposes it afterwards. */
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
