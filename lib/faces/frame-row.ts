import type { MissedFrame } from '../core/blocks';
import type { Box } from '../core/geometry';
import type { CutBlocks, CutFace } from '../core/landmarks';
import type { FrameRecord } from '../core/record';

/** A frame with a face: what was found, and what was cut. */
export interface FaceRow<R = FrameRecord> extends Omit<CutBlocks, 'kind'> {
  readonly record: R;
  readonly detector: string;
  /** Confidence of that detector, 0 to 1. */
  readonly score: number;
  /** What the detector framed, in pixels. */
  readonly faceBox: Box;
  /** Size of the image in pixels, after its EXIF rotation. */
  readonly imageSize: { readonly width: number; readonly height: number };
  /** [68, 2] as x and y in pixels. */
  readonly landmarks: Float32Array;
  /** The whole face, where it was asked for. */
  readonly wholeFace?: CutFace;
}

/** What preprocessing gives for one frame: blocks, or the reason why there are none. */
export type FrameRow<R = FrameRecord> = FaceRow<R> | MissedFrame<R>;

/** Tells whether a frame has blocks. */
export function isFaceRow<R>(row: FrameRow<R>): row is FaceRow<R> {
  return 'eyes' in row;
}
