import type { RgbImage } from '../../core/image';
import type { FindFaces } from './cut-faces';
import { type Face, type FaceDetector, loadFaceDetector, placeFace, placeLandmarks } from './detect';
import { loadAllFacesDetector } from './detect-all';
import { loadNetworks } from './detect-networks';
import { enlarge, fitForDetection } from './fit';
import type { Follower } from './follow';

/** Which faces of a picture are looked for. */
export type WantedFaces = 'all' | 'largest';

/** Finds faces, the same ones whichever images it is asked about at a time. */
export interface FaceFinder {
  readonly find: FindFaces;
  /** Begins with a video, where all faces are looked for: faces are followed from picture to picture. */
  readonly follow?: () => Follower;
  /** Frees the networks' weights. */
  dispose(): void;
}

/** Longer side that cropped faces are enlarged to before detection: FER2013's have 48 pixels. */
export const CROPPED_SIDE = 192;

/** Cropped faces whose landmarks are looked for at a time: fewer than in preprocessing, as a single one fills a batch too. */
const CROPS_AT_A_TIME = 16;

/**
 * Loads what finds faces.
 * @param wanted `cropped` takes each whole image for a face
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
  const networks = await loadNetworks();
  const place = (copies: readonly RgbImage[]) => placeLandmarks(networks, copies, CROPS_AT_A_TIME);
  return { find: (images) => findInCopies(images, CROPPED_SIDE, place), dispose: networks.dispose };
}

/** Finds the largest face of each image, as preprocessing does. */
export function findLargest(detector: FaceDetector, options?: { readonly cropped?: boolean }): FindFaces {
  return (images) =>
    findInCopies(images, options?.cropped ? CROPPED_SIDE : 0, (copies) => detector.detect(copies, options));
}

/**
 * Finds a face in a copy of each image that is no larger than a detector sees.
 * @param leastSide in pixels; smaller images are enlarged until their longer side has as many
 */
async function findInCopies(
  images: readonly RgbImage[],
  leastSide: number,
  find: (copies: readonly RgbImage[]) => Promise<readonly (Face | undefined)[]>,
): Promise<Face[][]> {
  const copies = await Promise.all(
    images.map(async (image) => fitForDetection(await enlarge(image, leastSide))),
  );
  const found = await find(copies);
  return images.map(({ width, height }, index) => {
    const face = found[index];
    const copy = copies[index];
    if (!face) return [];
    const isSameSize = copy.width === width && copy.height === height;
    return [isSameSize ? face : placeFace(face, { x: 0, y: 0, width, height }, copy)];
  });
}
