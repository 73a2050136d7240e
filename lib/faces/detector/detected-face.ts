import { type Box, scaleBox } from '../../core/geometry';
import type { RgbImage } from '../../core/image';

/** Detector name of cropped faces with mean landmarks, because the predicted ones were not upright. */
export const ASSUMED = 'assumed';

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

/** A face with its landmarks, in pixels of the image. */
export interface DetectedFace {
  readonly detector: (typeof DETECTORS)[number];
  /** Confidence of the detector, 0 to 1; not comparable between detectors. */
  readonly score: number;
  /** The detector's box; it may extend beyond the image. */
  readonly box: Box;
  /** [68, 2] as x and y. */
  readonly landmarks: Float32Array;
}

/**
 * Maps a face from a resized part of an image to the image.
 * @param part the part, in pixels of the image
 * @param cut size of the resized part
 */
export function placeFace(face: DetectedFace, part: Box, cut: Pick<Box, 'width' | 'height'>): DetectedFace {
  const [across, down] = [part.width / cut.width, part.height / cut.height];
  const scaled = scaleBox(face.box, across, down);
  const box = { ...scaled, x: part.x + scaled.x, y: part.y + scaled.y };
  const landmarks = face.landmarks.map((value, index) =>
    index % 2 === 0 ? part.x + value * across : part.y + value * down,
  );
  return { ...face, box, landmarks };
}

/** Counts the faces with assumed landmarks. @param detectors of each face */
export function countAssumed(detectors: readonly string[]): number {
  return detectors.filter((detector) => detector === ASSUMED).length;
}

/**
 * Describes in one sentence how many faces have assumed landmarks.
 * @param faces number of all faces
 * @returns undefined when none has
 */
export function describeAssumed(assumed: number, faces: number): string | undefined {
  if (assumed === 0) return undefined;
  return `Mean landmarks are assumed for ${assumed} of ${faces} cropped faces, because the predicted ones are not upright.`;
}

/** Converts a face that was detected in a resized copy of an image to the pixels of the image. */
export function placeInOriginal(
  face: DetectedFace,
  { width, height }: RgbImage,
  copy: Pick<RgbImage, 'width' | 'height'>,
): DetectedFace {
  if (copy.width === width && copy.height === height) return face;
  return placeFace(face, { x: 0, y: 0, width, height }, copy);
}

/** A face that face-api detected and classified, with uncorrected landmarks. */
export interface RecognizedFace extends DetectedFace {
  /** In the order of `EMOTIONS`, [7]. */
  readonly probabilities: Float32Array;
}

/** Takes the frames of a video in order, with their times in seconds, and returns their faces, the largest first. */
export type Follower = (image: RgbImage, seconds: number) => Promise<DetectedFace[]>;
