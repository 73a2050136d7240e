import type { Box } from '../../core/geometry';
import { ASSUMED } from '../../core/blocks';

/**
 * Which faces of an image are found.
 *
 * `largest`: one, as preprocessing does. The tiny detector with an input of 160 pixels is fast, and the most accurate for faces
 * that fill the image. Images without a face go through the tiny detector at 320 pixels, then SSD, then SSD on cuts around
 * proposals of small faces.
 *
 * `all`: the tiny detector finds a single face that fills an image; other images go through SSD, and cuts around proposals of small
 * faces too. A face needs 30 pixels and a fortieth of the image's longer side.
 *
 * `cropped`: each whole image is a face, of which only landmarks are predicted; mean landmarks are assumed where these are not
 * upright.
 */
export type WantedFaces = 'all' | 'largest' | 'cropped';

/**
 * Names of detectors, in the order in which they run, with the side of the network's input in pixels. `followed`: tracked from
 * the previous frame of a video. For cropped faces no detector runs: `whole-image` has predicted landmarks, `assumed` mean ones.
 */
export const DETECTORS = [
  'tiny-160',
  'tiny-320',
  'ssd-512',
  'ssd-256',
  'followed',
  'whole-image',
  ASSUMED,
] as const;

/** A face with its landmarks, in pixels of the image. `score`: not comparable between detectors. */
export interface DetectedFace extends Candidate {
  readonly detector: (typeof DETECTORS)[number];
  /** [68, 2] as x and y. */
  readonly landmarks: Float32Array;
}

/** A face that face-api detected and classified, with uncorrected landmarks. */
export interface RecognizedFace extends DetectedFace {
  /** In the order of the label ids, [7]. */
  readonly probabilities: Float32Array;
}

/** A detection: a box that may be a face. */
export interface Candidate {
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** In pixels; it may extend beyond the image. */
  readonly box: Box;
}
