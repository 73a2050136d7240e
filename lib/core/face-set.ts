import type { BlockSet } from './blocks';
import { boxAt } from './geometry';
import { landmarksOf } from './landmarks';

/**
 * Side of a whole-face picture in pixels. It is the multiple of 8 whose area, 2,304 pixels, is closest to the 2,048
 * pixels of both blocks.
 */
export const FACE_SIZE = 48;

/** A block set with the whole face of each record. */
export interface FaceSet extends BlockSet {
  /** Grey levels of the whole faces, [n, 48, 48], 0 to 255. */
  readonly faces: Uint8Array;
  /** The boxes of the whole faces, [n, 4] as x, y, width, height in pixels of the image. */
  readonly faceBoxes: Float32Array;
}

/**
 * Checks that a block set has whole faces.
 * @returns the same set
 * @throws RangeError when it has none
 */
export function expectFaces(blocks: BlockSet): FaceSet {
  const { faces, faceBoxes } = blocks as Partial<FaceSet>;
  if (faces && faceBoxes) return blocks as FaceSet;
  throw new RangeError('Expected whole faces for blocks but received blocks alone');
}

/**
 * Converts landmarks of a face to pixels of its whole-face picture; pixel centres lie at .5.
 * @param face position in the set
 * @param chosen indices of landmarks, m of them
 * @returns [m, 2] as x and y, 0 to 48 inside the picture
 */
export function landmarksInFace(set: FaceSet, face: number, chosen: readonly number[]): Float32Array {
  const landmarks = landmarksOf(set, face);
  const { x: left, y: top, width, height } = boxAt(set.faceBoxes, face);
  return Float32Array.from(
    chosen.flatMap((index) => [
      ((landmarks[2 * index] - left) * FACE_SIZE) / width,
      ((landmarks[2 * index + 1] - top) * FACE_SIZE) / height,
    ]),
  );
}
