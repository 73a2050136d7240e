import type { RgbImage } from '../../core/image';

/** Stands in a detector's place where a cropped face has usual landmarks, because its own were not upright. */
export const ASSUMED = 'assumed';

/**
 * Mean landmarks of cropped faces, x and y in sides of the image: of the 28,219 training images of FER+ in which the
 * landmark network's own are upright.
 */
// prettier-ignore
const MEAN_LANDMARKS: readonly number[] = [
  0.103, 0.3821, 0.1123, 0.4868, 0.1337, 0.587, 0.1577, 0.6733, 0.1947, 0.7665, 0.2497, 0.8392, 0.3133, 0.8943, 0.3953, 0.9483,
  0.5155, 0.977, 0.6302, 0.942, 0.7038, 0.8901, 0.763, 0.8402, 0.8151, 0.7606, 0.8539, 0.6677, 0.8758, 0.5793, 0.8922, 0.4852,
  0.8964, 0.3813, 0.1852, 0.2948, 0.2332, 0.2606, 0.2945, 0.252, 0.3519, 0.2584, 0.4032, 0.277, 0.6014, 0.2751, 0.651, 0.2564,
  0.7069, 0.2459, 0.7709, 0.2527, 0.8157, 0.2851, 0.5029, 0.3938, 0.5039, 0.4664, 0.504, 0.534, 0.5032, 0.5961, 0.4405, 0.6334,
  0.4699, 0.6451, 0.5059, 0.6514, 0.543, 0.6411, 0.5723, 0.6331, 0.2634, 0.3773, 0.3002, 0.3642, 0.3511, 0.3636, 0.3964, 0.3879,
  0.3574, 0.4049, 0.3031, 0.4006, 0.6077, 0.3863, 0.6539, 0.359, 0.7062, 0.3589, 0.7407, 0.3779, 0.7046, 0.3994, 0.6515, 0.3965,
  0.3716, 0.763, 0.4182, 0.7377, 0.4755, 0.721, 0.5079, 0.7265, 0.5377, 0.7179, 0.6006, 0.7393, 0.6504, 0.7615, 0.6018, 0.8076,
  0.5574, 0.8329, 0.509, 0.8412, 0.4653, 0.8345, 0.4185, 0.8125, 0.3806, 0.7644, 0.4642, 0.7528, 0.5083, 0.753, 0.5504, 0.7549,
  0.6373, 0.7608, 0.5523, 0.7879, 0.51, 0.7931, 0.4679, 0.7903,
];

/**
 * Gives the landmarks that a cropped face usually has.
 * @returns [68, 2] as x and y in pixels of the image
 */
export function usualLandmarks({ width, height }: Pick<RgbImage, 'width' | 'height'>): Float32Array {
  return Float32Array.from(MEAN_LANDMARKS, (value, index) => value * (index % 2 === 0 ? width : height));
}

/**
 * Counts the faces whose landmarks are assumed.
 * @param detectors of each face
 */
export function countAssumed(detectors: readonly string[]): number {
  return detectors.filter((detector) => detector === ASSUMED).length;
}

/**
 * Says how many faces have assumed landmarks.
 * @param faces how many there are in all
 * @returns one sentence; undefined when none has
 */
export function describeAssumed(assumed: number, faces: number): string | undefined {
  if (assumed === 0) return undefined;
  return `Usual landmarks are assumed for ${assumed} of ${faces} cropped faces: those that were found are not upright.`;
}
