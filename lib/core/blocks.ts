import { toCsv } from './csv';
import type { FrameRecord } from './record';

/** Side of a block in pixels. Source: the original resizes both crops to 32x32. */
export const BLOCK_SIZE = 32;

/**
 * Side of a whole-face picture in pixels. It is the multiple of 8 whose area, 2,304 pixels, is closest to the 2,048
 * pixels of both blocks.
 */
export const FACE_SIZE = 48;

/** A frame without blocks, and why. It is data, not an exception: skipped frames are counted and reported. */
export interface SkippedFrame<R = FrameRecord> {
  readonly record: R;
  /** Kind of the reason: `no-face`, `missing-file`, `not-an-image` and others. Skipped frames are counted by kind. */
  readonly kind: string;
  /** One sentence that says what was expected and what was found. */
  readonly reason: string;
}

/** Formats skipped frames as a CSV table with the columns path, kind and reason. */
export function toSkippedCsv(skipped: readonly SkippedFrame[]): string {
  return toCsv([['path', 'kind', 'reason']]) + toSkippedRows(skipped);
}

/** Formats skipped frames as rows of that table. */
export function toSkippedRows(skipped: readonly SkippedFrame[]): string {
  return toCsv(skipped.map(({ record, kind, reason }) => [record.path, kind, reason]));
}

/** The result of preprocessing: n faces, each with an eyes block and a mouth block, and the frames without a face. */
export interface BlockSet {
  /** The n frames with a face, in the data set's order. */
  readonly records: readonly FrameRecord[];
  /** Grey levels of the eyes blocks, [n, 32, 32], 0 to 255. */
  readonly eyes: Uint8Array;
  /** Grey levels of the mouth blocks, [n, 32, 32], 0 to 255. */
  readonly mouth: Uint8Array;
  /** The 68 landmarks, [n, 68, 2], as x and y in pixels of the image. */
  readonly landmarks: Float32Array;
  /** The boxes of the eyes blocks, margin included, clamped to the image: [n, 4] as x, y, width, height in pixels. */
  readonly eyesBoxes: Float32Array;
  /** The boxes of the mouth blocks, as `eyesBoxes`. */
  readonly mouthBoxes: Float32Array;
  /** Size of each image after its EXIF rotation, [n, 2] as width and height in pixels. */
  readonly imageSizes: Float32Array;
  /** Confidence of the face detector, [n], 0 to 1. */
  readonly scores: Float32Array;
  /** Name of the detector that found each face, [n]; undefined when the set does not record it. */
  readonly detectors?: readonly string[];
  /** The frames without blocks. */
  readonly skipped: readonly SkippedFrame[];
}

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
