import { type Box, isCentredIn, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, MIN_SCORE, SSD_SIZE, chooseFace, wholePixels } from './decode-boxes';
import { DETECTORS, type DetectedFace, type Follower, placeFace, placeInOriginal } from './detected-face';
import { type Networks, WEIGHTS_VERSION, loadNetworks } from './face-api';
import {
  type ChosenFace,
  LANDMARK_BIAS,
  SECOND_LANDMARK_BATCH,
  addLandmarks,
  findCroppedLandmarks,
} from './find-landmarks';
import { createFollower } from './follow';
import { fitForDetection } from './resize';
import {
  MAX_SAMPLING_RATIO,
  MIN_TINY_SHARE,
  PROPOSAL_SCORE,
  detectInCuts,
  findWithSsd,
  findWithTiny,
} from './run-detectors';

/** Batch size of the tiny detector and the landmark network; smaller batches are padded. */
export const DETECTION_BATCH = 16;

/** Batch size of the landmark network for cropped faces; smaller batches are padded. */
export const CROPPED_BATCH = 32;

/** All settings that change a detector's results, except the backend; part of the cache key. */
export const DETECTOR_SETTINGS: Readonly<Record<string, string | number>> = {
  detectors: DETECTORS.join(),
  faceApi: WEIGHTS_VERSION,
  minScore: MIN_SCORE,
  minTinyShare: MIN_TINY_SHARE,
  proposalScore: PROPOSAL_SCORE,
  maxSamplingRatio: MAX_SAMPLING_RATIO,
  detectionBatch: DETECTION_BATCH,
  secondLookBatch: SECOND_LANDMARK_BATCH,
  landmarkBias: LANDMARK_BIAS,
};

/** Finds one face per image. */
export interface FaceDetector {
  /**
   * Finds a face in each image. The tiny detector with an input of 160 pixels is fast, and the most accurate for faces that fill
   * the image. Images without a face go through the tiny detector at 320 pixels, then SSD, then SSD on cuts around proposals of
   * small faces. A face whose mouth is not below its eyes is rejected.
   * @param images any number, of any sizes; sizes above that of `fitForDetection` do not improve the results
   * @param options.cropped whether each whole image is a face: then only landmarks are predicted, and mean landmarks are
   *   assumed where these are not upright; default false
   * @returns for each image its face, or undefined
   */
  detect(
    images: readonly RgbImage[],
    options?: { readonly cropped?: boolean },
  ): Promise<(DetectedFace | undefined)[]>;
  /** Disposes the networks' weights. */
  dispose(): void;
}

/**
 * Loads face-api's networks for images with one face.
 * @param options.batchSize default {@link DETECTION_BATCH}
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
    const found = await addLandmarks(networks.landmarks, images, faces, { batchSize });
    for (const [index, image] of images.entries())
      if (!faces[index]) found[index] = await findSmallFace(networks, image);
    return found;
  };
  return {
    detect: async (images, { cropped = false } = {}) => {
      if (cropped) return findCroppedLandmarks(networks.landmarks, images, CROPPED_BATCH);
      const found: (DetectedFace | undefined)[] = [];
      for (let start = 0; start < images.length; start += batchSize)
        found.push(...(await detectBatch(images.slice(start, start + batchSize))));
      return found;
    },
    dispose: networks.dispose,
  };
}

/** Runs the slower detectors on one image; such images are few, and a padded batch would cost as much as a full one. */
async function findSlowly(networks: Networks, image: RgbImage): Promise<ChosenFace | undefined> {
  const [candidates] = await findWithTiny(networks, [image], { inputSize: 320, batchSize: 1 });
  return (
    chosenOf('tiny-320', candidates, image) ?? chosenOf('ssd-512', await findWithSsd(networks, image), image)
  );
}

async function findSmallFace(networks: Networks, image: RgbImage): Promise<DetectedFace | undefined> {
  const faces = await findSmallFaces(networks, { image, copy: image, known: [] });
  const choice = chooseFace(faces, image);
  return faces.find(({ box }) => box === choice?.box);
}

/**
 * Finds small faces with landmarks, as {@link detectInCuts} does.
 * @returns faces in pixels of the image, without duplicates
 */
async function findSmallFaces(
  networks: Networks,
  images: { readonly image: RgbImage; readonly copy: RgbImage; readonly known: readonly Box[] },
): Promise<DetectedFace[]> {
  if (longerSide(images.copy) <= SSD_SIZE) return [];
  const faces: DetectedFace[] = [];
  for (const { cut, part, candidate } of await detectInCuts(networks, images)) {
    const chosen = chosenOf('ssd-256', [candidate], cut);
    const [face] = await addLandmarks(networks.landmarks, [cut], [chosen], { batchSize: 1 });
    const placed = face && placeFace(face, part, cut);
    if (placed && !faces.some(({ box }) => isCentredIn(placed.box, box))) faces.push(placed);
  }
  return faces;
}

function chosenOf(
  detector: DetectedFace['detector'],
  candidates: readonly Candidate[],
  image: RgbImage,
): ChosenFace | undefined {
  const chosen = chooseFace(candidates, image);
  return chosen && { detector, ...chosen };
}

/** Finds all faces of images. */
export interface AllFacesDetector {
  /**
   * Finds all faces of each image. The tiny detector finds a single face that fills an image; other images go through SSD, and
   * cuts around proposals of small faces too. The faces of an image do not depend on the other images.
   * @param images any number, of any size; a face needs 30 pixels and a fortieth of the image's longer side
   * @returns for each image its faces with landmarks, the largest first; a face whose mouth is not below its eyes is rejected
   */
  detectAll(images: readonly RgbImage[]): Promise<DetectedFace[][]>;
  /** Starts a video: faces are detected once and then tracked from frame to frame. */
  follow(): Follower;
  /** Disposes the networks' weights. */
  dispose(): void;
}

/**
 * Loads face-api's networks for images with any number of faces.
 * @returns the caller disposes it
 */
export async function loadAllFacesDetector(): Promise<AllFacesDetector> {
  const networks = await loadNetworks();
  return {
    detectAll: (images) => detectAll(networks, images),
    follow: () => createFollower(networks, async (image) => (await detectAll(networks, [image]))[0]),
    dispose: networks.dispose,
  };
}

/**
 * Minimum share of the image's longer side of a face that rules out small faces. SSD also finds faces of half this size, so
 * still smaller ones are unlikely.
 */
const NEAR_SHARE = 0.12;

async function detectAll(networks: Networks, images: readonly RgbImage[]): Promise<DetectedFace[][]> {
  const copies = await Promise.all(images.map(fitForDetection));
  const found = await findLargeFaces(networks, copies);
  return Promise.all(
    images.map(async (image, index) => {
      const copy = copies[index];
      const faces = found[index].map((face) => placeInOriginal(face, image, copy));
      const known = found[index].map(({ box }) => box);
      if (!known.some((box) => longerSide(box) >= NEAR_SHARE * longerSide(copy))) {
        const small = await findSmallFaces(networks, { image, copy, known });
        faces.push(...small.filter((face) => !faces.some(({ box }) => isCentredIn(face.box, box))));
      }
      const area = ({ box }: DetectedFace) => box.width * box.height;
      return faces.sort((first, second) => area(second) - area(first));
    }),
  );
}

/** Runs one detector after the other, each on the images in which no face was found yet. */
async function findLargeFaces(networks: Networks, images: readonly RgbImage[]): Promise<DetectedFace[][]> {
  const found: DetectedFace[][] = images.map(() => []);
  for (const find of [findPortraits, findWithSsdInEach, findWithTinyAt(320), findWithTinyAt(160)]) {
    const rest = images.flatMap((image, index) => (found[index].length === 0 ? [{ image, index }] : []));
    const some = rest.map(({ image }) => image);
    const chosen = rest.length > 0 ? await find(networks, some) : [];
    const faces = await addEach(networks, some, chosen);
    rest.forEach(({ index }, place) => (found[index] = faces[place]));
  }
  return found;
}

type FindEach = (networks: Networks, images: readonly RgbImage[]) => Promise<ChosenFace[][]>;

/** SSD computes one image after the other; the next ones are resized at the same time. */
const findWithSsdInEach: FindEach = (networks, images) =>
  Promise.all(images.map(async (image) => toChosen('ssd-512', await findWithSsd(networks, image), image)));

function findWithTinyAt(inputSize: 160 | 320): FindEach {
  return async (networks, images) => {
    const found = await findWithTiny(networks, images, { inputSize, batchSize: images.length });
    return images.map((image, index) => toChosen(`tiny-${inputSize}`, found[index], image));
  };
}

/** Longer side in pixels above which an image may contain faces that the tiny detector misses with an input of 160 pixels. */
const PORTRAIT_SIDE = 320;

/**
 * Finds the face of each portrait, an image in which the tiny detector finds one large face and proposes no other.
 * @returns one face, or none for images that SSD must check
 */
async function findPortraits(networks: Networks, images: readonly RgbImage[]): Promise<ChosenFace[][]> {
  const propose = (some: readonly RgbImage[], inputSize: number) =>
    findWithTiny(networks, some, {
      inputSize,
      batchSize: some.length,
      minScore: PROPOSAL_SCORE,
      minShare: 0,
    });
  const isAlone = (face: Candidate, candidates: readonly Candidate[]) =>
    candidates.every(({ box }) => isCentredIn(box, face.box));
  const proposals = await propose(images, 160);
  const portraits = images.map((image, index) => {
    const [face] = toChosen('tiny-160', proposals[index].slice(0, 1), image);
    const isPortrait =
      face?.score >= MIN_SCORE &&
      longerSide(face.box) >= MIN_TINY_SHARE * longerSide(image) &&
      isAlone(face, proposals[index]);
    return isPortrait ? [face] : [];
  });
  const large = [...images.keys()].filter(
    (index) => portraits[index].length > 0 && longerSide(images[index]) > PORTRAIT_SIDE,
  );
  if (large.length === 0) return portraits;
  const closer = await propose(
    large.map((index) => images[index]),
    320,
  );
  large.forEach((index, place) => {
    if (!isAlone(portraits[index][0], closer[place])) portraits[index] = [];
  });
  return portraits;
}

/** Finds the landmarks of the faces of all images, in common batches. */
async function addEach(
  networks: Networks,
  images: readonly RgbImage[],
  chosen: readonly (readonly ChosenFace[])[],
): Promise<DetectedFace[][]> {
  const found: DetectedFace[][] = images.map(() => []);
  const all = chosen.flatMap((faces, index) => faces.map((face) => ({ face, index })));
  for (let start = 0; start < all.length; start += DETECTION_BATCH) {
    const some = all.slice(start, start + DETECTION_BATCH);
    const faces = await addLandmarks(
      networks.landmarks,
      some.map(({ index }) => images[index]),
      some.map(({ face }) => face),
      { batchSize: some.length, secondBatchSize: some.length },
    );
    for (const [place, face] of faces.entries()) if (face) found[some[place].index].push(face);
  }
  return found;
}

function toChosen(
  detector: DetectedFace['detector'],
  candidates: readonly Candidate[],
  image: RgbImage,
): ChosenFace[] {
  return candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ detector, ...candidate, part }] : [];
  });
}
