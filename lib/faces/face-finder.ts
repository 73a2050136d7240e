import type { RgbImage } from '../core/image';
import type { FindFaces } from './cut-faces';
import { type Face, type FaceDetector, loadFaceDetector, loadNetworks, placeLandmarks } from './detect';
import { loadAllFacesDetector } from './detect-all';

/** Which faces of a picture are looked for. */
export type WantedFaces = 'all' | 'largest';

/** Finds faces, the same ones whichever images it is asked about at a time. */
export interface FaceFinder {
  readonly find: FindFaces;
  /** Frees the networks' weights. */
  dispose(): void;
}

/** Cropped faces whose landmarks are looked for at a time; a smaller rest is filled up, since other sizes round otherwise. */
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
    const detector = await loadAllFacesDetector();
    return { find: (images) => oneByOne(images, detector.detectAll), dispose: detector.dispose };
  }
  // Operation by operation, always: a graph rounds otherwise, and takes longer to be made than one image takes.
  const networks = await loadNetworks({ plainRuns: Infinity });
  return { find: (images) => placeInCrops(networks, images), dispose: networks.dispose };
}

/** Finds the largest face of each image, as preprocessing does. */
export function findLargest(detector: FaceDetector, options?: { readonly cropped?: boolean }): FindFaces {
  return async (images) => (await detector.detect(images, options)).map((face) => (face ? [face] : []));
}

async function oneByOne(
  images: readonly RgbImage[],
  detectAll: (image: RgbImage) => Promise<Face[]>,
): Promise<Face[][]> {
  const found: Face[][] = [];
  for (const image of images) found.push(await detectAll(image));
  return found;
}

async function placeInCrops(
  networks: Parameters<typeof placeLandmarks>[0],
  images: readonly RgbImage[],
): Promise<Face[][]> {
  const found: Face[] = [];
  for (let start = 0; start < images.length; start += CROPS_AT_A_TIME) {
    const some = images.slice(start, start + CROPS_AT_A_TIME);
    found.push(...(await placeLandmarks(networks, some, CROPS_AT_A_TIME)));
  }
  return found.map((face) => [face]);
}
