import type { RgbImage } from '../../core/image';
import {
  type CutBlocks,
  cutBlocks,
  type CutFace,
  cutFace,
  type CutFailure,
  scaleMargin,
} from '../../core/landmarks';
import type { Face } from './detect';

/** What is cut of each face, and how. */
export interface CutSettings {
  /** Pixels by which the boxes grow on each side, at a face of 117 pixels. */
  readonly marginPx: number;
  /** Whether the margin has as many pixels at a face of any size, as the original's; default false. */
  readonly fixedMargin?: boolean;
  /** Whether the images are cropped faces, which no detector has to find; default false. */
  readonly cropped?: boolean;
  /** Whether the whole face is cut too; default false. */
  readonly wholeFace?: boolean;
}

/** Finds the faces of each image, the largest first, in the image's pixels. */
export type FindFaces = (images: readonly RgbImage[]) => Promise<(readonly Face[])[]>;

/** How faces are found and cut. */
export interface LookSettings extends CutSettings {
  readonly find: FindFaces;
  /** The face's size in pixels that the margin was chosen for; default 117. */
  readonly faceSizePx?: number;
}

/** A face and what was cut of it. */
export interface SeenFace extends Face, Omit<CutBlocks, 'kind'> {
  /** Where it was asked for. */
  readonly wholeFace?: CutFace;
}

/**
 * Goes from pictures to cut faces: the one way that preprocessing and prediction share.
 * @returns for each image its faces in the finder's order, in the image's own pixels; a reason in place of one whose eyes
 *   or mouth lie outside of the image
 */
export async function lookAtImages(
  images: readonly RgbImage[],
  { find, ...settings }: LookSettings,
): Promise<(SeenFace | CutFailure)[][]> {
  const found = await find(images);
  return images.map((image, index) => cutFaces(image, found[index], settings));
}

/**
 * Cuts faces out of the image that they were found in.
 * @param faces in pixels of the image
 * @returns an element a face
 */
export function cutFaces<F extends Face>(
  image: RgbImage,
  faces: readonly F[],
  { marginPx, faceSizePx, fixedMargin, wholeFace }: Omit<LookSettings, 'find'>,
): ((F & SeenFace) | CutFailure)[] {
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

/** Tells whether a face could be cut. */
export function isSeen<F extends SeenFace>(face: F | CutFailure): face is F {
  return 'eyes' in face;
}
