import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import type { Box } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { compile } from '../engine/graph';
import { type Candidate, MIN_SCORE, chooseFace, readSsdOutput, readTinyOutput } from './candidates';
import { LANDMARK_BIAS, findLandmarks, frameLandmarks, isUpright } from './find-landmarks';
import { ASSUMED, usualLandmarks } from './usual-landmarks';
import { fitWithin } from './fit';
import { type LandmarkNetwork, type LandmarkParams, buildLandmarkNetwork } from './landmark-network';
import { emptyBatch, sampleSquare, toSquare } from './sampling';
import { type SsdParams, buildSsdNetwork } from './ssd-network';
import { type TinyParams, buildTinyNetwork } from './tiny-network';

/**
 * The detectors in the order that they are asked, each named with the side of its input in pixels. For cropped faces
 * none is asked: `whole-image` has landmarks of its own, `assumed` the usual ones, since its own were no face's.
 */
export const DETECTORS = ['tiny-160', 'tiny-320', 'ssd-512', 'whole-image', ASSUMED] as const;

/** One of {@link DETECTORS}. */
export type DetectorName = (typeof DETECTORS)[number];

/** A face with its landmarks, in pixels of the image that it was found in. */
export interface Face {
  readonly detector: DetectorName;
  /** Confidence of that detector, 0 to 1; the detectors' scales are not comparable. */
  readonly score: number;
  /** What the detector framed; it may leave the image. */
  readonly box: Box;
  /** [68, 2] as x and y. */
  readonly landmarks: Float32Array;
}

/** Finds one face an image. */
export interface FaceDetector {
  /**
   * Finds a face in each image. All go through the tiny detector at 160 pixels, where it is quick and best at faces
   * that fill the image; those without a face through the same at 320, then through SSD. Small faces are left to SSD,
   * as the tiny detector takes gaps between heads for faces. A face whose mouth is not below its eyes is none.
   * @param images any number, of any sizes; large ones cost time and gain nothing over 1024 pixels
   * @param options.cropped whether each whole image is a face: then only landmarks are looked for, and where these are no
   *   face's the usual ones of cropped faces are assumed; default false
   * @returns for each image its face, or undefined; nothing is left to dispose
   */
  detect(
    images: readonly RgbImage[],
    options?: { readonly cropped?: boolean },
  ): Promise<(Face | undefined)[]>;
  /** Frees the networks' weights. */
  dispose(): void;
}

const SSD_SIZE = 512;

/** Side of the smallest face that the tiny detector is trusted with, as a share of the image's longer side. */
const MIN_TINY_SHARE = 0.3;

/**
 * By how much an image is shrunk by sampling alone: what is larger is shrunk with antialiasing first, which costs as
 * much as the tiny detector itself.
 */
const MAX_SAMPLING_RATIO = 2;

/** Images that go through the tiny detector and the landmark network at a time; a smaller rest is filled up. */
export const DETECTION_BATCH = 16;

/** Cropped faces whose landmarks are looked for at a time; a smaller rest is filled up. */
export const CROPPED_BATCH = 32;

/** Faces are few that are looked at twice, and a padded batch of them would cost as much as a full one. */
const SECOND_LOOK_BATCH = 1;

/** Everything that a detector's results depend on but the backend; part of a cache's key. */
export const DETECTOR_SETTINGS: Readonly<Record<string, string | number>> = {
  detectors: DETECTORS.join(),
  faceApi: faceApi.version,
  minScore: MIN_SCORE,
  minTinyShare: MIN_TINY_SHARE,
  maxSamplingRatio: MAX_SAMPLING_RATIO,
  detectionBatch: DETECTION_BATCH,
  secondLookBatch: SECOND_LOOK_BATCH,
  landmarkBias: LANDMARK_BIAS,
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
    const quick = await findWithTiny(networks, images, { inputSize: 160, batchSize });
    const faces = images.map((image, index) => chosenOf('tiny-160', quick[index], image));
    for (const [index, image] of images.entries()) faces[index] ??= await findSlowly(networks, image);
    return addLandmarks(networks, images, faces, batchSize);
  };
  return {
    detect: async (images, { cropped = false } = {}) => {
      const faces: (Face | undefined)[] = [];
      const size = cropped ? CROPPED_BATCH : batchSize;
      for (let start = 0; start < images.length; start += size) {
        const some = images.slice(start, start + size);
        faces.push(...(cropped ? await placeLandmarks(networks, some) : await detectBatch(some)));
      }
      return faces;
    },
    dispose: networks.dispose,
  };
}

/**
 * Takes the weights out of face-api's networks; their names are inner ones, for which its version is pinned.
 * @param options.plainRuns batches of each size before the tiny detector and the landmark network run as graphs; default
 *   0, so that what a store holds does not depend on which batch a frame came in. SSD looks at few images, of many sizes
 */
export async function loadNetworks({ plainRuns = 0 }: { readonly plainRuns?: number } = {}) {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const tinyNet = new faceApi.TinyFaceDetector();
  const ssdNet = new faceApi.SsdMobilenetv1();
  const landmarkNet = new faceApi.FaceLandmark68Net();
  for (const net of [tinyNet, ssdNet, landmarkNet]) await net.loadFromDisk(folder);
  const features = landmarkNet.faceFeatureExtractor.params;
  const landmarkParams = { features, fc: landmarkNet.params!.fc };
  const tiny = toGraph(buildTinyNetwork(tinyNet.params as unknown as TinyParams), plainRuns);
  const ssd = buildSsdNetwork(ssdNet.params as unknown as SsdParams);
  const landmarks = toGraph(buildLandmarkNetwork(landmarkParams as unknown as LandmarkParams), plainRuns);
  const dispose = () => [tiny, ssd, landmarks, tinyNet, ssdNet, landmarkNet].forEach((net) => net.dispose());
  return { tiny, ssd, landmarks, dispose };
}

/** Has a network run as a graph where it can. */
function toGraph<Y extends tf.Tensor>(
  network: { forward(colours: tf.Tensor4D): Y; dispose(): void },
  plainRuns: number,
): typeof network {
  const compiled = compile(network.forward, { plainRuns });
  const dispose = () => {
    compiled.dispose();
    network.dispose();
  };
  return { forward: compiled.run, dispose };
}

/** The detectors and the landmark network. */
export type Networks = Awaited<ReturnType<typeof loadNetworks>>;

/** One at a time: there are few, and a padded batch of them would cost as much as a full one. */
async function findSlowly(networks: Networks, image: RgbImage): Promise<Chosen | undefined> {
  const [candidates] = await findWithTiny(networks, [image], { inputSize: 320, batchSize: 1 });
  return (
    chosenOf('tiny-320', candidates, image) ?? chosenOf('ssd-512', await findWithSsd(networks, image), image)
  );
}

/** Asks the tiny detector about a batch of images; candidates are in their pixels, small ones are left out. */
export async function findWithTiny(
  { tiny }: Networks,
  images: readonly RgbImage[],
  { inputSize, batchSize }: { readonly inputSize: number; readonly batchSize: number },
): Promise<Candidate[][]> {
  const shrunk = await Promise.all(
    images.map((image) =>
      longerSide(image) > MAX_SAMPLING_RATIO * inputSize ? fitWithin(image, inputSize) : image,
    ),
  );
  const batch = emptyBatch(batchSize * inputSize * inputSize * 3, shrunk.length / batchSize);
  shrunk.forEach((image, index) => {
    const { width, height } = image;
    const square = toSquare(width, height, false);
    sampleSquare(image, { x: 0, y: 0, width, height }, square, { target: batch, size: inputSize, index });
  });
  const output = await read(() => tiny.forward(tf.tensor4d(batch, [batchSize, inputSize, inputSize, 3])));
  const each = output.length / batchSize;
  return shrunk.map((image, index) => {
    const candidates = readTinyOutput(output.subarray(index * each, (index + 1) * each), image, inputSize);
    const least = MIN_TINY_SHARE * longerSide(image);
    const large = candidates.filter(({ box }) => Math.max(box.width, box.height) >= least);
    return large.map((candidate) => enlarge(candidate, image, images[index]));
  });
}

function longerSide({ width, height }: RgbImage): number {
  return Math.max(width, height);
}

/** Asks the SSD detector about one image; candidates are in its pixels. */
export async function findWithSsd({ ssd }: Networks, image: RgbImage): Promise<Candidate[]> {
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

/** A candidate that was chosen, with its part of the image in whole pixels. */
export type Chosen = Omit<Face, 'landmarks'> & { readonly part: Box };

/**
 * Finds the landmarks of cropped faces: a look at the whole image, and a closer one framed by what that found.
 * @param images as many as a batch has at most; a smaller rest is filled up
 */
export async function placeLandmarks(
  { landmarks: network }: Pick<Networks, 'landmarks'>,
  images: readonly RgbImage[],
  batchSize = CROPPED_BATCH,
): Promise<Face[]> {
  const wholes = images.map(({ width, height }) => ({ x: 0, y: 0, width, height }));
  const first = await findLandmarks(network, images, wholes, batchSize);
  const frames = first.map((landmarks, index) => frameLandmarks(landmarks!, images[index]));
  const second = await findLandmarks(network, images, frames, batchSize);
  return images.map((image, index) => {
    const landmarks = second[index] ?? first[index]!;
    const face = { score: 0, box: wholes[index] };
    if (isUpright(landmarks)) return { ...face, detector: 'whole-image', landmarks };
    return { ...face, detector: ASSUMED, landmarks: usualLandmarks(image) };
  });
}

function chosenOf(
  detector: Face['detector'],
  candidates: readonly Candidate[],
  image: RgbImage,
): Chosen | undefined {
  const chosen = chooseFace(candidates, image);
  return chosen && { detector, ...chosen };
}

/** Looks a second time, closer, at faces of the slow detectors: their frames suit the landmark network less. */
export async function addLandmarks(
  { landmarks: network }: Networks,
  images: readonly RgbImage[],
  chosen: readonly (Chosen | undefined)[],
  batchSize: number,
): Promise<(Face | undefined)[]> {
  const parts = chosen.map((face) => face?.part);
  const first = await findLandmarks(network, images, parts, batchSize);
  const frames = chosen.map((face, index) =>
    face && face.detector !== 'tiny-160' ? frameLandmarks(first[index]!, images[index]) : undefined,
  );
  const found = await lookAgain(network, images, frames);
  return chosen.map((face, index) => {
    const landmarks = found[index] ?? first[index];
    if (!face || !landmarks || !isUpright(landmarks)) return undefined;
    const { detector, score, box } = face;
    return { detector, score, box, landmarks };
  });
}

async function lookAgain(
  network: LandmarkNetwork,
  images: readonly RgbImage[],
  frames: readonly (Box | undefined)[],
): Promise<(Float32Array | undefined)[]> {
  const found: (Float32Array | undefined)[] = [];
  for (const [index, frame] of frames.entries()) {
    found.push(frame && (await findLandmarks(network, [images[index]], [frame], SECOND_LOOK_BATCH))[0]);
  }
  return found;
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const output = tf.tidy(compute);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}
