import { type Box, isCentredIn, longerSide, wholeOf } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Networks, WEIGHTS_VERSION, loadNetworks } from './face-api';
import { type Candidate, DETECTORS, type DetectedFace, type WantedFaces } from './detected-face';
import { MIN_SCORE, SSD_SIZE, clipToImage, rankFaces } from './find-boxes';
import { type FoundBox, LANDMARK_BIAS, addLandmarks, findCropped } from './find-landmarks';
import { type Follower, createFollower } from './follow';
import {
  MAX_SAMPLING_RATIO,
  MIN_TINY_SHARE,
  PROPOSAL_SCORE,
  detectInCuts,
  enlarge,
  findWithSsd,
  findWithTiny,
  fitForDetection,
  placeFace,
} from './run-detectors';

/** Number of images that are detected at a time. */
export const DETECTION_BATCH = 16;

/** All settings that change a detector's results, except the backend; part of the cache key. */
export const DETECTOR_SETTINGS: Readonly<Record<string, string | number>> = {
  detectors: DETECTORS.join(),
  faceApi: WEIGHTS_VERSION,
  minScore: MIN_SCORE,
  minTinyShare: MIN_TINY_SHARE,
  proposalScore: PROPOSAL_SCORE,
  maxSamplingRatio: MAX_SAMPLING_RATIO,
  // Batch sizes change no result; both stay, so that stored shards stay valid.
  detectionBatch: DETECTION_BATCH,
  secondLookBatch: 1,
  landmarkBias: LANDMARK_BIAS,
};

/** Minimum longer side of cropped faces before detection, in pixels; smaller ones are enlarged. FER2013's have 48 pixels. */
export const CROPPED_SIDE = 192;

/** Finds faces with their landmarks. The faces of an image do not depend on the other images. */
export interface FaceDetector {
  /**
   * Finds the faces of images. A face whose mouth is not below its eyes is rejected.
   * @param images any number, of any sizes
   * @returns for each image its faces, the largest first, in its pixels
   */
  find(images: readonly RgbImage[], wanted: WantedFaces): Promise<DetectedFace[][]>;
  /** Finds the largest face of each image. @returns undefined for an image without a face */
  detect(images: readonly RgbImage[]): Promise<(DetectedFace | undefined)[]>;
  /** Starts a video: all faces are detected once and then tracked from frame to frame. */
  follow(): Follower;
  /** Disposes the networks' weights. */
  dispose(): void;
}

/**
 * Loads face-api's networks.
 * @returns the caller disposes it
 */
export async function loadFaceDetector(): Promise<FaceDetector> {
  const networks = await loadNetworks();
  const find = async (images: readonly RgbImage[], wanted: WantedFaces) => {
    const leastSide = wanted === 'cropped' ? CROPPED_SIDE : 0;
    const copies = await Promise.all(
      images.map(async (image) => fitForDetection(await enlarge(image, leastSide))),
    );
    if (wanted === 'all') return findAll(networks, images, copies);
    const found =
      wanted === 'largest'
        ? await findLargest(networks, copies)
        : await findCropped(networks.landmarks, copies);
    return images.map((image, index) => {
      const face = found[index];
      return face ? [placeInOriginal(face, image, copies[index])] : [];
    });
  };
  return {
    find,
    detect: async (images) => (await find(images, 'largest')).map(([face]) => face),
    follow: () => createFollower(networks, async (image) => (await find([image], 'all'))[0]),
    dispose: networks.dispose,
  };
}

/** Maps a face from a resized copy of an image to the image. */
function placeInOriginal(face: DetectedFace, image: RgbImage, copy: RgbImage): DetectedFace {
  const isSame = copy.width === image.width && copy.height === image.height;
  return isSame ? face : placeFace(face, wholeOf(image), copy);
}

type Find<Found> = (images: readonly RgbImage[]) => Promise<Found[][]>;

/** Runs one detector after the other, each on the images in which nothing was found yet. */
async function findInTurn<Found>(
  images: readonly RgbImage[],
  detectors: readonly Find<Found>[],
): Promise<Found[][]> {
  const found: Found[][] = images.map(() => []);
  for (const find of detectors) {
    const rest = [...images.keys()].filter((index) => found[index].length === 0);
    if (rest.length === 0) break;
    const some = await find(rest.map((index) => images[index]));
    rest.forEach((index, place) => (found[index] = some[place]));
  }
  return found;
}

function tinyDetector(networks: Networks, size: 160 | 320): Find<FoundBox> {
  return async (images) => {
    const found = await findWithTiny(networks, images, { size });
    return images.map((image, index) => toFound(`tiny-${size}`, found[index], image));
  };
}

/** SSD computes one image after the other; the next ones are resized at the same time. */
function ssdDetector(networks: Networks): Find<FoundBox> {
  return (images) =>
    Promise.all(images.map(async (image) => toFound('ssd-512', await findWithSsd(networks, image), image)));
}

function toFound(
  detector: DetectedFace['detector'],
  candidates: readonly Candidate[],
  image: RgbImage,
): FoundBox[] {
  return clipToImage(candidates, image).map((candidate) => ({ detector, ...candidate }));
}

async function findLargest(
  networks: Networks,
  images: readonly RgbImage[],
): Promise<(DetectedFace | undefined)[]> {
  const detectors = [tinyDetector(networks, 160), tinyDetector(networks, 320), ssdDetector(networks)];
  const boxes = (await findInTurn(images, detectors)).map((found, index) =>
    rankFaces(found, images[index]).slice(0, 1),
  );
  const faces = await addEach(networks, boxes);
  return Promise.all(
    images.map(async (image, index) => {
      if (boxes[index].length > 0) return faces[index][0];
      const small = await findSmallFaces(networks, { image, copy: image, known: [] });
      const best = rankFaces(small, image).at(0);
      return small.find(({ box }) => box === best?.box);
    }),
  );
}

/** Finds the landmarks of the boxes of all images, in common batches. */
async function addEach(
  networks: Networks,
  boxes: readonly (readonly FoundBox[])[],
): Promise<DetectedFace[][]> {
  const faces = (await addLandmarks(networks.landmarks, boxes.flat())).values();
  return boxes.map((own) => own.flatMap(() => faces.next().value ?? []));
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
    const [[face]] = await addEach(networks, [toFound('ssd-256', [candidate], cut)]);
    const placed = face && placeFace(face, part, cut);
    if (placed && !faces.some(({ box }) => isCentredIn(placed.box, box))) faces.push(placed);
  }
  return faces;
}

/**
 * Minimum share of the image's longer side of a face that rules out small faces. SSD also finds faces of half this size, so
 * still smaller ones are unlikely.
 */
const NEAR_SHARE = 0.12;

/** @param copies the images in the size for detection */
async function findAll(
  networks: Networks,
  images: readonly RgbImage[],
  copies: readonly RgbImage[],
): Promise<DetectedFace[][]> {
  const detectors = [
    portraitDetector(networks),
    ssdDetector(networks),
    tinyDetector(networks, 320),
    tinyDetector(networks, 160),
  ];
  const found = await findInTurn(
    copies,
    detectors.map((find) => async (some: readonly RgbImage[]) => addEach(networks, await find(some))),
  );
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

/** Longer side in pixels above which an image may contain faces that the tiny detector misses with an input of 160 pixels. */
const PORTRAIT_SIDE = 320;

/**
 * Detects the face of each portrait, an image in which the tiny detector finds one large face and proposes no other. Images that
 * SSD must check have none.
 */
function portraitDetector(networks: Networks): Find<FoundBox> {
  const isAlone = (face: Candidate, candidates: readonly Candidate[]) =>
    candidates.every(({ box }) => isCentredIn(box, face.box));
  const propose = (images: readonly RgbImage[], size: number) =>
    findWithTiny(networks, images, { size, minScore: PROPOSAL_SCORE, minShare: 0 });
  return async (images) => {
    const proposals = await propose(images, 160);
    const portraits = images.map((image, index) =>
      toFound('tiny-160', proposals[index].slice(0, 1), image).filter(
        (face) =>
          face.score >= MIN_SCORE &&
          longerSide(face.box) >= MIN_TINY_SHARE * longerSide(image) &&
          isAlone(face, proposals[index]),
      ),
    );
    const large = portraits.flat().filter(({ image }) => longerSide(image) > PORTRAIT_SIDE);
    if (large.length === 0) return portraits;
    const closer = await propose(
      large.map(({ image }) => image),
      320,
    );
    const rejected = large.filter((face, place) => !isAlone(face, closer[place]));
    return portraits.map((own) => own.filter((face) => !rejected.includes(face)));
  };
}
