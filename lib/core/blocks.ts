import type { FrameRecord } from './record';

/** Side of a block in pixels. Source: the original resizes both crops to 32x32. */
export const BLOCK_SIZE = 32;

/** Why a frame has no blocks. It is data, not an exception: it is counted and reported. */
export interface MissedFrame<R = FrameRecord> {
  readonly record: R;
  /** Kind of the miss, fit for counting: `no-face`, `missing-file`, `not-an-image`, ... */
  readonly kind: string;
  /** One sentence that tells what was expected and what was found. */
  readonly reason: string;
}

/** What preprocessing gives: n faces, each with an eyes block and a mouth block, and the frames it found none in. */
export interface BlockSet {
  /** The n frames with a face, in the data set's order. */
  readonly records: readonly FrameRecord[];
  /** Grey levels of the eyes blocks, [n, 32, 32], 0 to 255. */
  readonly eyes: Uint8Array;
  /** Grey levels of the mouth blocks, [n, 32, 32], 0 to 255. */
  readonly mouth: Uint8Array;
  /** The 68 landmarks, [n, 68, 2] as x and y in pixels of the image. */
  readonly landmarks: Float32Array;
  /** The boxes that were cut, grown by the margin and clamped, [n, 4] as x, y, width, height in pixels. */
  readonly eyesBoxes: Float32Array;
  /** As eyesBoxes, for the mouth. */
  readonly mouthBoxes: Float32Array;
  /** Size of each image after its EXIF rotation, [n, 2] as width and height in pixels. */
  readonly imageSizes: Float32Array;
  /** Confidence of the face detector, [n], 0 to 1. */
  readonly scores: Float32Array;
  /** Name of the detector that found each face, [n], where the set tells. */
  readonly detectors?: readonly string[];
  /** The frames without blocks. */
  readonly missed: readonly MissedFrame[];
}
