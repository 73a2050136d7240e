import type { RgbImage } from '../../core/image';
import {
  type CutBlocks,
  cutBlocks,
  type CutFace,
  cutFace,
  type CutFailure,
  scaleMargin,
} from '../../core/landmarks';
import { type FaceDetector, loadAllFacesDetector, loadFaceDetector } from './detect';
import { type DetectedFace, type Follower, placeInOriginal } from './detected-face';
import { loadNetworks } from './face-api';
import { findCroppedLandmarks } from './find-landmarks';
import { enlarge, fitForDetection } from './resize';

/** Settings for cutting faces out of images. */
export interface CutSettings {
  /** Pixels by which the boxes of eyes and mouth grow on each side, at a face of 117 pixels. */
  readonly marginPx: number;
  /** Whether the margin is the same for faces of all sizes, as in the original; default false. */
  readonly fixedMargin?: boolean;
  /** Whether the images are cropped faces, in which no face has to be detected; default false. */
  readonly cropped?: boolean;
  /** Whether the whole face is cut out too; default false. */
  readonly wholeFace?: boolean;
}

/** Finds the faces of each image, the largest first, in pixels of the image. */
export type FindFaces = (images: readonly RgbImage[]) => Promise<(readonly DetectedFace[])[]>;

/** Settings for finding and cutting faces. */
export interface FindAndCutSettings extends CutSettings {
  readonly find: FindFaces;
  /** Size of a face in pixels that `marginPx` refers to; default 117. */
  readonly faceSizePx?: number;
}

/** A face with its blocks. */
export interface FaceWithBlocks extends DetectedFace, Omit<CutBlocks, 'kind'> {
  /** Defined when the settings ask for it. */
  readonly wholeFace?: CutFace;
}

/**
 * Finds faces in images and cuts out their blocks; preprocessing and prediction share this function.
 * @returns for each image its faces in the order of `find`, in pixels of the image; a reason instead of a face whose eyes or mouth
 *   are outside the image
 */
export async function findAndCutFaces(
  images: readonly RgbImage[],
  { find, ...settings }: FindAndCutSettings,
): Promise<(FaceWithBlocks | CutFailure)[][]> {
  const found = await find(images);
  return images.map((image, index) => cutFaces(image, found[index], settings));
}

/**
 * Cuts the blocks of faces out of an image.
 * @param faces in pixels of the image
 * @returns one element per face
 */
export function cutFaces<F extends DetectedFace>(
  image: RgbImage,
  faces: readonly F[],
  { marginPx, faceSizePx, fixedMargin, wholeFace }: Omit<FindAndCutSettings, 'find'>,
): ((F & FaceWithBlocks) | CutFailure)[] {
  return faces.map((face) => {
    const { landmarks } = face;
    const margin = fixedMargin ? marginPx : scaleMargin(marginPx, landmarks, faceSizePx);
    const cut = cutBlocks(image, landmarks, { marginPx: margin });
    if (cut.kind !== 'blocks') return cut;
    const { eyes, mouth, eyesBox, mouthBox } = cut;
    const whole = wholeFace ? cutFace(image, landmarks) : undefined;
    return { ...face, eyes, mouth, eyesBox, mouthBox, wholeFace: whole };
  });
}

/** Checks whether a face has blocks. */
export function hasBlocks<F extends FaceWithBlocks>(face: F | CutFailure): face is F {
  return 'eyes' in face;
}

/** Which faces of an image are found. */
export type WantedFaces = 'all' | 'largest';

/** Finds faces; the faces of an image do not depend on the other images. */
interface FaceFinder {
  readonly find: FindFaces;
  /** Starts a video, in which all faces are tracked from frame to frame. */
  readonly follow?: () => Follower;
  /** Disposes the networks' weights. */
  dispose(): void;
}

/** Minimum longer side of cropped faces before detection, in pixels; smaller ones are enlarged. FER2013's have 48 pixels. */
export const CROPPED_SIDE = 192;

/** Batch size for cropped faces, smaller than in preprocessing because a batch is padded even for a single one. */
const CROPPED_PREDICTION_BATCH = 16;

/**
 * Loads the networks that find faces.
 * @param wanted `cropped`: each whole image is a face
 * @returns the caller disposes it
 */
export async function loadFaceFinder(wanted: WantedFaces | 'cropped'): Promise<FaceFinder> {
  if (wanted === 'largest') {
    const detector = await loadFaceDetector();
    return { find: findLargest(detector), dispose: detector.dispose };
  }
  if (wanted === 'all') {
    const { detectAll, follow, dispose } = await loadAllFacesDetector();
    return { find: detectAll, follow, dispose };
  }
  const { landmarks, dispose } = await loadNetworks();
  const find = (copies: readonly RgbImage[]) =>
    findCroppedLandmarks(landmarks, copies, CROPPED_PREDICTION_BATCH);
  return { find: (images) => findInCopies(images, CROPPED_SIDE, find), dispose };
}

/** Makes a function that finds the largest face of each image, as preprocessing does. */
export function findLargest(detector: FaceDetector, options?: { readonly cropped?: boolean }): FindFaces {
  return (images) =>
    findInCopies(images, options?.cropped ? CROPPED_SIDE : 0, (copies) => detector.detect(copies, options));
}

/**
 * Finds one face per image in a copy of the size for detection, and maps it to the image.
 * @param leastSide minimum longer side in pixels; smaller images are enlarged
 */
async function findInCopies(
  images: readonly RgbImage[],
  leastSide: number,
  find: (copies: readonly RgbImage[]) => Promise<readonly (DetectedFace | undefined)[]>,
): Promise<DetectedFace[][]> {
  const copies = await Promise.all(
    images.map(async (image) => fitForDetection(await enlarge(image, leastSide))),
  );
  const found = await find(copies);
  return images.map((image, index) => {
    const face = found[index];
    return face ? [placeInOriginal(face, image, copies[index])] : [];
  });
}
