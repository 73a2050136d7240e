import { LANDMARK_COORDINATES } from './landmarks';

/** Landmarks of the face's right eye and left eye, in iBUG's order. */
const EYES = [range(36, 41), range(42, 47)] as const;

/**
 * The landmark that each landmark becomes when the face is mirrored, in iBUG's order: jaw, brows, bridge and wings of
 * the nose, eyes, lips.
 */
export const MIRRORED_LANDMARKS: readonly number[] = [
  ...range(0, 16).reverse(),
  ...range(17, 26).reverse(),
  ...range(27, 30),
  ...range(31, 35).reverse(),
  ...[45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40],
  ...range(48, 54).reverse(),
  ...range(55, 59).reverse(),
  ...range(60, 64).reverse(),
  ...range(65, 67).reverse(),
];

/**
 * Removes position, scale and rotation (roll) of the head from landmarks: the midpoint between the eyes becomes the
 * origin, and the line between the eyes becomes horizontal with length 1.
 * @param landmarks [68, 2] as x and y in pixels
 * @returns [68, 2] in units of the distance between the eyes; all 0 when both eyes are at the same place
 * @throws RangeError when there are not 136 coordinates
 */
export function normalizeLandmarks(landmarks: Float32Array): Float32Array {
  if (landmarks.length !== LANDMARK_COORDINATES)
    throw new RangeError(
      `Expected ${LANDMARK_COORDINATES} values for landmarks but received ${landmarks.length}`,
    );
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

function middleOf(landmarks: Float32Array, chosen: readonly number[]): { x: number; y: number } {
  const mean = (offset: number) =>
    chosen.reduce((sum, index) => sum + landmarks[2 * index + offset], 0) / chosen.length;
  return { x: mean(0), y: mean(1) };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}
