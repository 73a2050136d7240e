import { type Box, centerOf, wholeOf } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { ASSUMED, EYES_LANDMARKS, MOUTH_LANDMARKS, landmarkBox, landmarksOf } from '../../core/blocks';
import { LANDMARK_INPUT, type LandmarkNetwork } from './face-api-networks';
import type { Candidate, DetectedFace } from './detected-face';
import { wholePixels } from './find-boxes';
import { type ImagePart, runOnParts } from './sampling';

/** A detection without landmarks: the detector's box, and the same as a part of the image. */
export interface FoundBox extends Candidate, ImagePart {
  readonly detector: DetectedFace['detector'];
}

/**
 * Bias of the network's landmarks to the left and up, as a share of the input's side. The bias in x was measured without true
 * landmarks: those of a mirrored face differ from the mirrored ones by twice the bias, which is 0.9 % on photographs and 0.6 % on
 * drawn faces. The same bias is assumed in y: on drawn faces eyes and mouth are too high by as much, but brows are too low. The
 * true landmarks of the sample were known when the value was chosen, so the sample's IoU is not an independent measurement.
 */
export const LANDMARK_BIAS = 0.008;

/** Maximum number of faces in a batch. */
const BATCH_SIZE = 32;

/**
 * Runs the landmark network on parts of images.
 * @returns for each part [68, 2] as x and y in pixels of its image
 */
export async function findLandmarks(
  network: LandmarkNetwork,
  parts: readonly ImagePart[],
): Promise<Float32Array[]> {
  const found: Float32Array[] = [];
  for (let start = 0; start < parts.length; start += BATCH_SIZE) {
    const batch = parts.slice(start, start + BATCH_SIZE);
    const landmarks = await runOnParts(network, batch, { size: LANDMARK_INPUT, isCentred: true });
    found.push(...batch.map(({ part }, index) => toPixels(landmarksOf({ landmarks }, index), part)));
  }
  return found;
}

/**
 * Maps landmarks from 0..1 of the padded square to pixels of the image. face-api uses the origin of the detector's box instead of
 * the clipped part, which shifts the landmarks of a face at the image's edge.
 */
function toPixels(relative: Float32Array, { x, y, width, height }: Box): Float32Array {
  const side = Math.max(width, height);
  const [left, top] = [x - (side - width) / 2, y - (side - height) / 2];
  return relative.map((value, index) => (value + LANDMARK_BIAS) * side + (index % 2 === 0 ? left : top));
}

/** @returns the bounding box of landmarks, grown by an eighth of its size on each side; undefined outside the image */
export function frameLandmarks(landmarks: Float32Array, image: RgbImage): Box | undefined {
  const { x, y, width, height } = landmarkBox(landmarks);
  const frame = { x: x - width / 8, y: y - height / 8, width: width * 1.25, height: height * 1.25 };
  return wholePixels(frame, image);
}

/** Checks that the mouth is below the eyes, tilted by 60 degrees at most. Landmarks of something other than a face often are not. */
export function isUpright(landmarks: Float32Array): boolean {
  const [eyes, mouth] = [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) =>
    centerOf(landmarkBox(landmarks, chosen)),
  );
  return mouth.y - eyes.y > Math.abs(mouth.x - eyes.x) * Math.tan(Math.PI / 6);
}

/**
 * Finds the landmarks of detected boxes: twice for all detectors but `tiny-160`, whose boxes suit the landmark network less. The
 * second part is the frame of the first landmarks.
 * @returns a face for each box; undefined where the landmarks are not upright
 */
export async function addLandmarks(
  network: LandmarkNetwork,
  boxes: readonly FoundBox[],
): Promise<(DetectedFace | undefined)[]> {
  const found = await findLandmarks(network, boxes);
  const frames = boxes.flatMap(({ detector, image }, index) => {
    const part = detector === 'tiny-160' ? undefined : frameLandmarks(found[index], image);
    return part ? [{ index, image, part }] : [];
  });
  const second = await findLandmarks(network, frames);
  frames.forEach(({ index }, place) => (found[index] = second[place]));
  return boxes.map(({ detector, score, box }, index) =>
    isUpright(found[index]) ? { detector, score, box, landmarks: found[index] } : undefined,
  );
}

/** Finds the landmarks of cropped faces, which fill their images; mean landmarks are assumed where these are not upright. */
export async function findCropped(
  network: LandmarkNetwork,
  images: readonly RgbImage[],
): Promise<DetectedFace[]> {
  const boxes = images.map((image) => {
    const box = wholeOf(image);
    return { image, part: box, box, score: 0, detector: 'whole-image' as const };
  });
  const found = await addLandmarks(network, boxes);
  return boxes.map(
    ({ score, box }, index) =>
      found[index] ?? { detector: ASSUMED, score, box, landmarks: meanLandmarks(box) },
  );
}

/**
 * Mean landmarks of cropped faces, x and y in 0..1 of the image: over the 28,219 training images of FER+ with upright
 * predicted landmarks.
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

/** @returns mean landmarks of a cropped face, [68, 2] as x and y in pixels of the image */
function meanLandmarks({ width, height }: Box): Float32Array {
  return Float32Array.from(MEAN_LANDMARKS, (value, index) => value * (index % 2 === 0 ? width : height));
}
