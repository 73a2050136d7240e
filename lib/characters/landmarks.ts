import type { Point } from '../core/geometry';
import type { Brow } from './brows';
import type { Eye } from './eyes';
import type { Face } from './face';
import type { HeadPoint } from './space';

/**
 * Computes a face's true landmarks.
 * @param face in head units
 * @param project from head units to pixels of the image
 * @returns 68 points in pixels: 0-16 jaw, 17-21 and 22-26 brows, 27-35 nose, 36-41 and 42-47 eyes, 48-59 outer and
 *   60-67 inner lips, each from the image's left
 */
export function toLandmarks(face: Face, project: (point: HeadPoint) => Point): Point[] {
  const { head, brows, eyes, nose, mouth } = face;
  const at = (line: readonly HeadPoint[], ...indices: number[]) => indices.map((index) => line[index]);
  const points = [
    ...head.jaw,
    ...browPoints(brows[0]).reverse(),
    ...browPoints(brows[1]),
    ...nose.bridge,
    ...nose.base,
    ...leftEyePoints(eyes[0]),
    ...rightEyePoints(eyes[1]),
    mouth.corners[0],
    ...at(mouth.upperOuter, 4, 9, 12, 15, 20),
    mouth.corners[1],
    ...at(mouth.lowerOuter, 20, 16, 12, 8, 4),
    ...at(mouth.upperInner, 1, 8, 12, 16, 23),
    ...at(mouth.lowerInner, 16, 12, 8),
  ];
  return points.map(project);
}

function browPoints({ line }: Brow): HeadPoint[] {
  return [0, 4, 8, 12, 16].map((index) => line[index]);
}

function leftEyePoints({ upper, lower }: Eye): HeadPoint[] {
  return [upper[12], upper[8], upper[4], upper[0], lower[4], lower[8]];
}

function rightEyePoints({ upper, lower }: Eye): HeadPoint[] {
  return [upper[0], upper[4], upper[8], upper[12], lower[8], lower[4]];
}
