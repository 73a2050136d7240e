import type { Point } from '../core/geometry';

/** A point of the head: x to the image's right, y down, z towards the viewer, in head units. */
export interface HeadPoint extends Point {
  readonly z: number;
}

/** -1 for the image's left, 1 for its right. */
export type Side = -1 | 1;

/** Position and rotation of the head. */
export interface Pose {
  /** Rotations in degrees: to the image's right, upwards, clockwise. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
  /** Pixels per head unit. */
  readonly scale: number;
  /** Head's centre in the image, pixels. */
  readonly x: number;
  readonly y: number;
}

/** Distance of the camera from the head's centre in head units; it makes near parts slightly larger. */
const VIEW_DISTANCE = 900;

/** Builds the projection of a pose. @returns a function from head units to pixels of the image */
export function buildCamera(pose: Pose): (point: HeadPoint) => Point {
  const angles = [pose.yaw, pose.pitch, pose.roll].map((degrees) => (degrees * Math.PI) / 180);
  const [sinYaw, sinPitch, sinRoll] = angles.map(Math.sin);
  const [cosYaw, cosPitch, cosRoll] = angles.map(Math.cos);
  return ({ x, y, z }) => {
    const turnedX = x * cosYaw + z * sinYaw;
    const turnedZ = z * cosYaw - x * sinYaw;
    const noddedY = y * cosPitch - turnedZ * sinPitch;
    const depth = turnedZ * cosPitch + y * sinPitch;
    const scale = (pose.scale * VIEW_DISTANCE) / (VIEW_DISTANCE - depth);
    return {
      x: pose.x + scale * (turnedX * cosRoll - noddedY * sinRoll),
      y: pose.y + scale * (turnedX * sinRoll + noddedY * cosRoll),
    };
  };
}

/** Makes the left and the right one of a pair. */
export const makePair = <T>(make: (side: Side, index: 0 | 1) => T): [T, T] => [make(-1, 0), make(1, 1)];

/** Draws the left and the right one of a pair. */
export const drawPair = (draw: (side: Side, index: 0 | 1) => string): string => makePair(draw).join('');

/** Moves a point to the image's right and down. */
export function shift({ x, y, z }: HeadPoint, right: number, down: number): HeadPoint {
  return { x: x + right, y: y + down, z };
}

/** Computes points around a centre, clockwise from its right. @param toRadii half width and half height at a point */
export function toRing(
  count: number,
  { x, y, z }: HeadPoint,
  toRadii: (index: number) => readonly [number, number],
): HeadPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const [wide, high] = toRadii(index);
    return { x: x + wide * Math.cos(angle), y: y + high * Math.sin(angle), z };
  });
}

/** Mirrors a line at the middle of the face and reverses it, to continue an outline on the other side. */
export function mirrorLine(line: readonly HeadPoint[]): HeadPoint[] {
  return line.map((point) => ({ ...point, x: -point.x })).reverse();
}

/**
 * Resamples a polyline at equal distances.
 * @param line two or more points
 * @param count number of points, 2 or more
 * @returns `count` points, the line's ends included
 */
export function resample(line: readonly HeadPoint[], count: number): HeadPoint[] {
  const lengths = [0];
  for (let index = 1; index < line.length; index++) {
    const [from, to] = [line[index - 1], line[index]];
    lengths.push(lengths[index - 1] + Math.hypot(to.x - from.x, to.y - from.y));
  }
  return Array.from({ length: count }, (_, step) => {
    const wanted = (lengths[line.length - 1] * step) / (count - 1);
    let index = 1;
    while (index < line.length - 1 && lengths[index] < wanted) index++;
    const share = (wanted - lengths[index - 1]) / (lengths[index] - lengths[index - 1] || 1);
    return blend([line[index - 1], line[index]], [1 - share, share]);
  });
}

/**
 * Samples a smooth curve through control points (Catmull-Rom).
 * @param points two or more control points
 * @returns the control points, with 3 points between neighbours
 */
export function sampleCurve(points: readonly HeadPoint[]): HeadPoint[] {
  const at = (index: number) => points[Math.min(points.length - 1, Math.max(0, index))];
  const sampled = points.slice(1).flatMap((next, index) =>
    [0, 0.25, 0.5, 0.75].map((t) => {
      const weights = [
        ((2 - t) * t - 1) * t * 0.5,
        ((3 * t - 5) * t * t + 2) * 0.5,
        ((4 - 3 * t) * t + 1) * t * 0.5,
        (t - 1) * t * t * 0.5,
      ];
      return blend([at(index - 1), points[index], next, at(index + 2)], weights);
    }),
  );
  return [...sampled, points[points.length - 1]];
}

function blend(points: readonly HeadPoint[], weights: readonly number[]): HeadPoint {
  const sum = (axis: 'x' | 'y' | 'z') =>
    points.reduce((total, point, index) => total + point[axis] * weights[index], 0);
  return { x: sum('x'), y: sum('y'), z: sum('z') };
}
