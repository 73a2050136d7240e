import type { BlockSet } from './blocks';
import { LANDMARK_COUNT } from './landmarks';

/**
 * Side of a whole face's picture in pixels, a multiple of 8: its 2,304 pixels are the nearest that there is to the 2,048
 * of both blocks.
 */
export const FACE_SIZE = 48;

/** Blocks, and the whole face that they were cut from. */
export interface FaceSet extends BlockSet {
  /** Grey levels of the whole faces, [n, 48, 48], 0 to 255. */
  readonly faces: Uint8Array;
  /** The boxes that they were cut from, clamped to the image, [n, 4] as x, y, width, height in pixels. */
  readonly faceBoxes: Float32Array;
}

/**
 * Tells a set with whole faces from one without.
 * @throws RangeError when there are none
 */
export function expectFaces(blocks: BlockSet): FaceSet {
  const { faces, faceBoxes } = blocks as Partial<FaceSet>;
  if (faces && faceBoxes) return blocks as FaceSet;
  throw new RangeError('Expected whole faces for blocks but received blocks alone');
}

/**
 * Gives some landmarks of a face in pixels of its whole picture, where pixel centres lie at .5.
 * @param face position in the set
 * @param chosen indices of landmarks
 * @returns [m, 2] as x and y, 0 to 48 inside of the picture
 */
export function landmarksInFace(set: FaceSet, face: number, chosen: readonly number[]): Float32Array {
  const first = 2 * LANDMARK_COUNT * face;
  const [left, top, width, height] = set.faceBoxes.subarray(4 * face, 4 * face + 4);
  return Float32Array.from(
    chosen.flatMap((index) => [
      ((set.landmarks[first + 2 * index] - left) * FACE_SIZE) / width,
      ((set.landmarks[first + 2 * index + 1] - top) * FACE_SIZE) / height,
    ]),
  );
}
