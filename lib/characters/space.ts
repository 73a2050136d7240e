import type { Point } from '../core/geometry';

/** A point of the head: x to the image's right, y down, z towards the viewer, in head units. */
export interface HeadPoint extends Point {
  readonly z: number;
}

/** Position and rotation of the head. */
export interface Pose {
  /** Rotation to the image's right, degrees. */
  readonly yaw: number;
  /** Rotation upwards, degrees. */
  readonly pitch: number;
  /** Rotation clockwise, degrees. */
  readonly roll: number;
  /** Pixels per head unit. */
  readonly scale: number;
  /** Head's centre in the image, pixels. */
  readonly x: number;
  readonly y: number;
}

/** Distance of the camera from the head's centre in head units; it makes near parts slightly larger. */
const VIEW_DISTANCE = 900;

/**
 * Builds the projection of a pose.
 * @returns a function from head units to pixels of the image
 */
export function buildCamera(pose: Pose): (point: HeadPoint) => Point {
  const [yaw, pitch, roll] = [pose.yaw, pose.pitch, pose.roll].map((degrees) => (degrees * Math.PI) / 180);
  const [sinYaw, cosYaw, sinPitch, cosPitch] = [
    Math.sin(yaw),
    Math.cos(yaw),
    Math.sin(pitch),
    Math.cos(pitch),
  ];
  const [sinRoll, cosRoll] = [Math.sin(roll), Math.cos(roll)];
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

/** Half width of a face of ratio 1, head units. */
export const HALF_WIDTH = 60;

/**
 * Computes the depth of the face's surface, an ellipsoid, at a point in the plane of the face.
 * @param x head units from the middle line
 * @param y head units from the head's centre, downwards
 * @param width ratio of the face's width
 * @returns head units, about 2.7 to 46
 */
export function surfaceDepth(x: number, y: number, width: number): number {
  const across = x / (HALF_WIDTH * width * 1.1);
  const along = (y - 8) / 125;
  return 46 * Math.sqrt(Math.max(0.035, 1 - across * across) * Math.max(0.1, 1 - along * along));
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
 * @param steps number of points per segment, default 6
 * @returns the control points, with `steps` - 1 points between neighbours
 */
export function sampleCurve(points: readonly HeadPoint[], steps = 6): HeadPoint[] {
  const at = (index: number) => points[Math.min(points.length - 1, Math.max(0, index))];
  const result: HeadPoint[] = [];
  for (let index = 0; index < points.length - 1; index++) {
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      const weights = [
        ((2 - t) * t - 1) * t * 0.5,
        ((3 * t - 5) * t * t + 2) * 0.5,
        ((4 - 3 * t) * t + 1) * t * 0.5,
        (t - 1) * t * t * 0.5,
      ];
      result.push(blend([at(index - 1), at(index), at(index + 1), at(index + 2)], weights));
    }
  }
  return [...result, points[points.length - 1]];
}

function blend(points: readonly HeadPoint[], weights: readonly number[]): HeadPoint {
  const sum = (axis: 'x' | 'y' | 'z') =>
    points.reduce((total, point, index) => total + point[axis] * weights[index], 0);
  return { x: sum('x'), y: sum('y'), z: sum('z') };
}
