import { type Box, isCentredIn, longerSide, scaleBox } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, MIN_SCORE, SSD_SIZE, chooseFace } from './candidates';
import { LANDMARK_BIAS, findLandmarks, frameLandmarks, isUpright } from './find-landmarks';
import {
  MAX_SAMPLING_RATIO,
  MIN_TINY_SHARE,
  PROPOSAL_SCORE,
  findWithSsd,
  findWithTiny,
  lookCloser,
} from './looks';
import type { LandmarkNetwork } from './landmark-network';
import { type Networks, WEIGHTS_VERSION, loadNetworks } from './detect-networks';
import { ASSUMED, usualLandmarks } from './usual-landmarks';

/**
 * The detectors in the order that they are asked, each named with the side of its input in pixels; `followed` from the
 * picture before of a video. For cropped faces
 * none is asked: `whole-image` has landmarks of its own, `assumed` the usual ones, since its own were no face's.
 */
export const DETECTORS = [
  'tiny-160',
  'tiny-320',
  'ssd-512',
  'ssd-256',
  'followed',
  'whole-image',
  ASSUMED,
] as const;

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
   * that fill the image; those without a face through the same at 320, then through SSD, then through a closer look at
   * what may be small faces. Small faces are left to SSD, as the tiny detector takes gaps between heads for faces. A
   * face whose mouth is not below its eyes is none.
   * @param images any number, of any sizes; large ones gain nothing over what `fitForDetection` makes of them
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

/** Images that go through the tiny detector and the landmark network at a time; a smaller rest is filled up. */
export const DETECTION_BATCH = 16;

/** Cropped faces whose landmarks are looked for at a time; a smaller rest is filled up. */
export const CROPPED_BATCH = 32;

/** Faces are few that are looked at twice, and a padded batch of them would cost as much as a full one. */
const SECOND_LOOK_BATCH = 1;

/** Everything that a detector's results depend on but the backend; part of a cache's key. */
export const DETECTOR_SETTINGS: Readonly<Record<string, string | number>> = {
  detectors: DETECTORS.join(),
  faceApi: WEIGHTS_VERSION,
  minScore: MIN_SCORE,
  minTinyShare: MIN_TINY_SHARE,
  proposalScore: PROPOSAL_SCORE,
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
    const found = await addLandmarks(networks, images, faces, { batchSize });
    for (const [index, image] of images.entries())
      if (!faces[index]) found[index] = await findSmallFace(networks, image);
    return found;
  };
  return {
    detect: async (images, { cropped = false } = {}) => {
      if (cropped) return placeLandmarks(networks, images, CROPPED_BATCH);
      return inBatches(images, batchSize, detectBatch);
    },
    dispose: networks.dispose,
  };
}

async function inBatches<T>(
  images: readonly RgbImage[],
  size: number,
  detect: (some: readonly RgbImage[]) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (let start = 0; start < images.length; start += size)
    found.push(...(await detect(images.slice(start, start + size))));
  return found;
}

/** One at a time: there are few, and a padded batch of them would cost as much as a full one. */
async function findSlowly(networks: Networks, image: RgbImage): Promise<Chosen | undefined> {
  const [candidates] = await findWithTiny(networks, [image], { inputSize: 320, batchSize: 1 });
  return (
    chosenOf('tiny-320', candidates, image) ?? chosenOf('ssd-512', await findWithSsd(networks, image), image)
  );
}

async function findSmallFace(networks: Networks, image: RgbImage): Promise<Face | undefined> {
  const faces = await findSmallFaces(networks, { image, copy: image, known: [] });
  const choice = chooseFace(faces, image);
  return faces.find(({ box }) => box === choice?.box);
}

/**
 * Finds faces that SSD does not see in the whole image, in images of which it sees no more than a shrunk copy.
 * @param copy of the image, as `fitForDetection` gives it
 * @param known boxes in the copy's pixels that are not looked at again
 * @returns in the image's pixels, each once
 */
export async function findSmallFaces(
  networks: Networks,
  where: { readonly image: RgbImage; readonly copy: RgbImage; readonly known: readonly Box[] },
): Promise<Face[]> {
  if (longerSide(where.copy) <= SSD_SIZE) return [];
  const faces: Face[] = [];
  for (const { cut, part, candidate } of await lookCloser(networks, where)) {
    const chosen = chosenOf('ssd-256', [candidate], cut);
    const [face] = await addLandmarks(networks, [cut], [chosen], { batchSize: 1 });
    const moved = face && placeFace(face, part, cut);
    if (moved && !faces.some(({ box }) => isCentredIn(moved.box, box))) faces.push(moved);
  }
  return faces;
}

/**
 * Takes a face that was found in a resized part of an image to the pixels of the image.
 * @param part in pixels of the image
 * @param cut what it was resized to
 */
export function placeFace(face: Face, part: Box, cut: Pick<RgbImage, 'width' | 'height'>): Face {
  const [across, down] = [part.width / cut.width, part.height / cut.height];
  const scaled = scaleBox(face.box, across, down);
  const box = { ...scaled, x: part.x + scaled.x, y: part.y + scaled.y };
  const landmarks = face.landmarks.map((value, index) =>
    index % 2 === 0 ? part.x + value * across : part.y + value * down,
  );
  return { ...face, box, landmarks };
}

/** A candidate that was chosen, with its part of the image in whole pixels. */
export type Chosen = Omit<Face, 'landmarks'> & { readonly part: Box };

/**
 * Finds the landmarks of cropped faces: a look at the whole image, and a closer one framed by what that found.
 * @param images any number
 * @param batchSize images at a time; a smaller rest is filled up, since other sizes round otherwise
 */
export function placeLandmarks(
  { landmarks }: Pick<Networks, 'landmarks'>,
  images: readonly RgbImage[],
  batchSize: number,
): Promise<Face[]> {
  return inBatches(images, batchSize, (some) => placeBatch(landmarks, some, batchSize));
}

async function placeBatch(
  network: LandmarkNetwork,
  images: readonly RgbImage[],
  batchSize: number,
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

/**
 * Finds the landmarks of faces: twice for faces of the slow detectors, whose frames suit the landmark network less. The
 * second look is framed by the landmarks of the first.
 * @param options.batchSize faces at a time; missing ones are filled up with black
 * @param options.secondBatchSize faces at a time of the second look; default {@link SECOND_LOOK_BATCH}
 * @returns for each its face; undefined where none was chosen, or where the landmarks are not upright
 */
export async function addLandmarks(
  { landmarks: network }: Networks,
  images: readonly RgbImage[],
  chosen: readonly (Chosen | undefined)[],
  options: { readonly batchSize: number; readonly secondBatchSize?: number },
): Promise<(Face | undefined)[]> {
  const { batchSize, secondBatchSize: size = SECOND_LOOK_BATCH } = options;
  const parts = chosen.map((face) => face?.part);
  const first = await findLandmarks(network, images, parts, batchSize);
  const frames = chosen.map((face, index) =>
    face && face.detector !== 'tiny-160' ? frameLandmarks(first[index]!, images[index]) : undefined,
  );
  const second: (Float32Array | undefined)[] = [];
  for (let start = 0; start < frames.length; start += size) {
    const end = start + size;
    second.push(...(await findLandmarks(network, images.slice(start, end), frames.slice(start, end), size)));
  }
  return chosen.map((face, index) => {
    const landmarks = second[index] ?? first[index];
    if (!face || !landmarks || !isUpright(landmarks)) return undefined;
    const { detector, score, box } = face;
    return { detector, score, box, landmarks };
  });
}
