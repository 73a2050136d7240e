import {
  FACE_SIZE,
  type FaceSet,
  expectLandmarks,
  LANDMARK_COORDINATES,
  landmarkRange,
  landmarksOf,
} from './blocks';
import { boxAt, type Point } from './geometry';

/** Landmarks of the face's right eye and left eye, in iBUG's order. */
const EYES = [landmarkRange(36, 41), landmarkRange(42, 47)] as const;

/**
 * The landmark that each landmark becomes when the face is mirrored, in iBUG's order: jaw, brows, bridge and wings of
 * the nose, eyes, lips.
 */
const MIRRORED_LANDMARKS: readonly number[] = [
  ...landmarkRange(0, 16).reverse(),
  ...landmarkRange(17, 26).reverse(),
  ...landmarkRange(27, 30),
  ...landmarkRange(31, 35).reverse(),
  ...[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
  ...landmarkRange(48, 54).reverse(),
  ...landmarkRange(55, 59).reverse(),
  ...landmarkRange(60, 64).reverse(),
  ...landmarkRange(65, 67).reverse(),
];

/**
 * Removes position, scale and rotation (roll) of the head from landmarks: the midpoint between the eyes becomes the
 * origin, and the line between the eyes becomes horizontal with length 1.
 * @param landmarks [68, 2] as x and y in pixels
 * @returns [68, 2] in units of the distance between the eyes; all 0 when both eyes are at the same place
 * @throws RangeError when there are not 136 coordinates
 */
export function normalizeLandmarks(landmarks: Float32Array): Float32Array {
  expectLandmarks(landmarks);
  const [right, left] = EYES.map((eye) => middleOf(landmarks, eye));
  const [dx, dy] = [left.x - right.x, left.y - right.y];
  const square = dx * dx + dy * dy;
  const result = new Float32Array(LANDMARK_COORDINATES);
  if (square === 0) return result;
  for (let i = 0; i < LANDMARK_COORDINATES; i += 2) {
    const x = landmarks[i] - (right.x + left.x) / 2;
    const y = landmarks[i + 1] - (right.y + left.y) / 2;
    result[i] = (x * dx + y * dy) / square;
    result[i + 1] = (y * dx - x * dy) / square;
  }
  return result;
}

function middleOf(landmarks: Float32Array, chosen: readonly number[]): Point {
  const mean = (axis: number) =>
    chosen.reduce((sum, index) => sum + landmarks[2 * index + axis], 0) / chosen.length;
  return { x: mean(0), y: mean(1) };
}

/**
 * Mirrors normalised landmarks horizontally.
 * @param features [68, 2], as {@link normalizeLandmarks} returns them
 * @returns a new array
 */
export function mirrorFeatures(features: Float32Array): Float32Array {
  const result = new Float32Array(features.length);
  MIRRORED_LANDMARKS.forEach((other, own) => {
    result[2 * own] = -features[2 * other];
    result[2 * own + 1] = features[2 * other + 1];
  });
  return result;
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

/** Standard deviations beyond which a Gaussian is set to 0; it is below 0.0004 there. */
const REACH = 4;

/**
 * Draws a Gaussian around each point: 1 at the point, 0 beyond four standard deviations along an axis. Where Gaussians
 * overlap, the map has their maximum.
 * @param points [m, 2] as x and y in pixels; pixel centres lie at .5
 * @param options.sizePx side of the map in pixels
 * @param options.sigmaPx standard deviation in pixels, above 0
 * @returns [size, size] row by row, 0 to 1; all 0 without points
 */
export function drawHeatMap(
  points: Float32Array,
  { sizePx, sigmaPx }: { readonly sizePx: number; readonly sigmaPx: number },
): Float32Array {
  const map = new Float32Array(sizePx * sizePx);
  const [across, down] = [new Float32Array(sizePx), new Float32Array(sizePx)];
  for (let point = 0; point < points.length; point += 2) {
    const [left, right] = drawBell(across, points[point], sigmaPx);
    const [top, bottom] = drawBell(down, points[point + 1], sigmaPx);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const height = down[row] * across[column];
        if (height > map[row * sizePx + column]) map[row * sizePx + column] = height;
      }
    }
  }
  return map;
}

/** Writes a one-dimensional Gaussian around `at`; returns the first pixel written and the one after the last. */
function drawBell(target: Float32Array, at: number, sigmaPx: number): [number, number] {
  const first = Math.max(0, Math.floor(at - REACH * sigmaPx));
  const end = Math.min(target.length, Math.ceil(at + REACH * sigmaPx));
  for (let pixel = first; pixel < end; pixel++)
    target[pixel] = Math.exp(-((pixel + 0.5 - at) ** 2) / (2 * sigmaPx ** 2));
  return [first, end];
}
