import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import type { Box } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { LANDMARK_COUNT } from '../core/landmarks';
import { type Candidate, MIN_SCORE, chooseFace, readSsdOutput, readTinyOutput } from './candidates';
import { fitWithin } from './fit';
import { sampleSquare, toSquare } from './sampling';
import { type SsdParams, buildSsdNetwork } from './ssd-network';
import { type TinyParams, buildTinyNetwork } from './tiny-network';

/** A face with its landmarks, in pixels of the image that it was found in. */
export interface Face {
  readonly detector: 'tiny' | 'ssd';
  /** Confidence of that detector, 0 to 1; the two detectors' scales are not comparable. */
  readonly score: number;
  /** What the detector framed; it may leave the image. */
  readonly box: Box;
  /** [68, 2] as x and y. */
  readonly landmarks: Float32Array;
}

/** Finds one face an image. */
export interface FaceDetector {
  /**
   * Finds a face in each image: the tiny detector in all, SSD in those where it finds none, then the landmarks.
   * @param images any number, of any sizes; large ones cost time and gain nothing over 1024 pixels
   * @returns for each image its face, or undefined; nothing is left to dispose
   */
  detect(images: readonly RgbImage[]): Promise<(Face | undefined)[]>;
  /** Frees the networks' weights. */
  dispose(): void;
}

const TINY_SIZE = 320;
const SSD_SIZE = 512;
const LANDMARK_SIZE = 112;

/** Images that go through the tiny detector and the landmark network at a time; a smaller rest is filled up. */
export const DETECTION_BATCH = 16;

/** Everything that a detector's results depend on but the backend; part of a cache's key. */
export const DETECTOR_SETTINGS: Readonly<Record<string, string | number>> = {
  detector: `tiny-${TINY_SIZE}, ssd-${SSD_SIZE}, landmarks-68`,
  faceApi: faceApi.version,
  minScore: MIN_SCORE,
  detectionBatch: DETECTION_BATCH,
};

/**
 * Loads face-api's networks from its package and runs them in batches on the backend in use.
 * @param options.batchSize images at a time; default {@link DETECTION_BATCH}
 * @returns the caller disposes it
 */
export async function loadFaceDetector({
  batchSize = DETECTION_BATCH,
}: { readonly batchSize?: number } = {}): Promise<FaceDetector> {
  const networks = await loadNetworks();
  const detectBatch = async (images: readonly RgbImage[]) => {
    const candidates = await findWithTiny(networks, images, batchSize);
    const faces = await Promise.all(images.map((image, index) => chosenOf('tiny', candidates[index], image)));
    for (const [index, image] of images.entries())
      faces[index] ??= chosenOf('ssd', await findWithSsd(networks, image), image);
    return addLandmarks(networks, images, faces, batchSize);
  };
  return {
    detect: async (images) => {
      const faces: (Face | undefined)[] = [];
      for (let start = 0; start < images.length; start += batchSize)
        faces.push(...(await detectBatch(images.slice(start, start + batchSize))));
      return faces;
    },
    dispose: networks.dispose,
  };
}

/** face-api's inner methods that are used: they want only this of their input. Its version is pinned for them. */
interface BatchInput {
  toBatchTensor(): tf.Tensor4D;
}

interface LandmarkNet {
  readonly faceFeatureExtractor: { forwardInput(input: BatchInput): tf.Tensor4D };
  runNet(features: tf.Tensor4D): tf.Tensor2D;
}

async function loadNetworks() {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const nets = [
    new faceApi.TinyFaceDetector(),
    new faceApi.SsdMobilenetv1(),
    new faceApi.FaceLandmark68Net(),
  ];
  const [tinyNet, ssdNet, landmarkNet] = nets;
  for (const net of nets) await net.loadFromDisk(folder);
  const tiny = buildTinyNetwork(tinyNet.params as unknown as TinyParams);
  const ssd = buildSsdNetwork(ssdNet.params as unknown as SsdParams);
  const dispose = () => [tiny, ssd, ...nets].forEach((net) => net.dispose());
  return { tiny, ssd, landmarks: landmarkNet as unknown as LandmarkNet, dispose };
}

type Networks = Awaited<ReturnType<typeof loadNetworks>>;

async function findWithTiny({ tiny }: Networks, images: readonly RgbImage[], batchSize: number) {
  const shrunk = await Promise.all(images.map((image) => fitWithin(image, TINY_SIZE)));
  const batch = new Float32Array(batchSize * TINY_SIZE * TINY_SIZE * 3);
  shrunk.forEach((image, index) => {
    const { width, height } = image;
    const square = toSquare(width, height, false);
    sampleSquare(image, { x: 0, y: 0, width, height }, square, { target: batch, size: TINY_SIZE, index });
  });
  const output = await read(() => tiny.forward(tf.tensor4d(batch, [batchSize, TINY_SIZE, TINY_SIZE, 3])));
  const each = output.length / batchSize;
  return shrunk.map((image, index) => {
    const candidates = readTinyOutput(output.subarray(index * each, (index + 1) * each), image, TINY_SIZE);
    return candidates.map((candidate) => enlarge(candidate, image, images[index]));
  });
}

async function findWithSsd({ ssd }: Networks, image: RgbImage): Promise<Candidate[]> {
  const shrunk = await fitWithin(image, SSD_SIZE);
  const { width, height } = shrunk;
  const target = new Float32Array(SSD_SIZE * SSD_SIZE * 3);
  const square = toSquare(width, height, false);
  sampleSquare(shrunk, { x: 0, y: 0, width, height }, square, { target, size: SSD_SIZE, index: 0 });
  const { boxes, scores } = tf.tidy(() => ssd.forward(tf.tensor4d(target, [1, SSD_SIZE, SSD_SIZE, 3])));
  const [boxValues, scoreValues] = (await Promise.all([boxes.data(), scores.data()])) as Float32Array[];
  tf.dispose([boxes, scores]);
  const candidates = readSsdOutput(boxValues, scoreValues, shrunk);
  return candidates.map((candidate) => enlarge(candidate, shrunk, image));
}

function enlarge({ score, box }: Candidate, from: RgbImage, to: RgbImage): Candidate {
  const [across, down] = [to.width / from.width, to.height / from.height];
  const { x, y, width, height } = box;
  return { score, box: { x: x * across, y: y * down, width: width * across, height: height * down } };
}

type Chosen = Omit<Face, 'landmarks'> & { readonly part: Box };

function chosenOf(
  detector: Face['detector'],
  candidates: readonly Candidate[],
  image: RgbImage,
): Chosen | undefined {
  const chosen = chooseFace(candidates, image);
  return chosen && { detector, ...chosen };
}

async function addLandmarks(
  { landmarks }: Networks,
  images: readonly RgbImage[],
  chosen: readonly (Chosen | undefined)[],
  batchSize: number,
): Promise<(Face | undefined)[]> {
  if (!chosen.some(Boolean)) return images.map(() => undefined);
  const batch = new Float32Array(batchSize * LANDMARK_SIZE * LANDMARK_SIZE * 3);
  chosen.forEach((face, index) => {
    if (!face) return;
    const square = toSquare(face.part.width, face.part.height, true);
    sampleSquare(images[index], face.part, square, { target: batch, size: LANDMARK_SIZE, index });
  });
  const output = await read(() => {
    const colours = tf.tensor4d(batch, [batchSize, LANDMARK_SIZE, LANDMARK_SIZE, 3]);
    return landmarks.runNet(landmarks.faceFeatureExtractor.forwardInput({ toBatchTensor: () => colours }));
  });
  return chosen.map((face, index) => {
    if (!face) return undefined;
    const { part, ...rest } = face;
    const size = 2 * LANDMARK_COUNT;
    return { ...rest, landmarks: toPixels(output.subarray(index * size, (index + 1) * size), part) };
  });
}

/**
 * Takes landmarks from 0..1 of the square that the face's part was padded to into pixels of the image. face-api
 * adds the detector's box instead of the part that it cut: that moves the landmarks of a face at the image's edge.
 */
function toPixels(relative: Float32Array, { x, y, width, height }: Box): Float32Array {
  const side = Math.max(width, height);
  const [left, top] = [x - (side - width) / 2, y - (side - height) / 2];
  return relative.map((value, index) => value * side + (index % 2 === 0 ? left : top));
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const output = tf.tidy(compute);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}
