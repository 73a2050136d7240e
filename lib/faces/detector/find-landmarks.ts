import * as tf from '@tensorflow/tfjs';
import { type Box, centerOf } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { EYES_LANDMARKS, MOUTH_LANDMARKS, landmarkBox, landmarksOf } from '../../core/landmarks';
import { wholePixels } from './candidates';
import { LANDMARK_INPUT, type LandmarkNetwork } from './landmark-network';
import { emptyBatch, sampleSquare, toSquare } from './sampling';

/**
 * How far the network places landmarks too far left and up, as a share of its input's side. In x it is known without
 * any truth: a mirrored face's landmarks come out mirrored but for twice this share, 0.9 % each way on photographs and
 * 0.6 % on drawn faces. In y the same is assumed: on drawn faces eyes and mouth come out too high by as much, but the
 * brows too low. The value was chosen with the sample's true landmarks in sight, so its IoU is no blind measurement.
 */
export const LANDMARK_BIAS = 0.008;

/**
 * Runs the landmark network on a part of each image.
 * @param parts whole pixels inside of the images; undefined where there is nothing to look at
 * @param batchSize how many fit; the rest of the batch stays black
 * @returns for each part [68, 2] as x and y in pixels of its image
 */
export async function findLandmarks(
  network: LandmarkNetwork,
  images: readonly RgbImage[],
  parts: readonly (Box | undefined)[],
  batchSize: number,
): Promise<(Float32Array | undefined)[]> {
  if (!parts.some(Boolean)) return parts.map(() => undefined);
  const filled = parts.every(Boolean) ? parts.length / batchSize : 0;
  const batch = emptyBatch(batchSize * LANDMARK_INPUT * LANDMARK_INPUT * 3, filled);
  parts.forEach((part, index) => {
    if (!part) return;
    const square = toSquare(part.width, part.height, true);
    sampleSquare(images[index], part, square, { target: batch, size: LANDMARK_INPUT, index });
  });
  const output = tf.tidy(() =>
    network.forward(tf.tensor4d(batch, [batchSize, LANDMARK_INPUT, LANDMARK_INPUT, 3])),
  );
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return parts.map((part, index) => part && toPixels(landmarksOf({ landmarks: values }, index), part));
}

/**
 * Takes landmarks from 0..1 of the square that the part was padded to into pixels of the image. face-api adds the
 * detector's box instead of the part that was cut: that moves the landmarks of a face at the image's edge.
 */
function toPixels(relative: Float32Array, { x, y, width, height }: Box): Float32Array {
  const side = Math.max(width, height);
  const [left, top] = [x - (side - width) / 2, y - (side - height) / 2];
  return relative.map((value, index) => (value + LANDMARK_BIAS) * side + (index % 2 === 0 ? left : top));
}

/**
 * Frames a face by its landmarks, for a second and closer look.
 * @returns their bounding box, grown by an eighth of its size on each side; undefined outside of the image
 */
export function frameLandmarks(landmarks: Float32Array, image: RgbImage): Box | undefined {
  const { x, y, width, height } = landmarkBox(landmarks);
  const frame = { x: x - width / 8, y: y - height / 8, width: width * 1.25, height: height * 1.25 };
  return wholePixels(frame, image);
}

/**
 * Tells whether the mouth lies below the eyes, by up to 60 degrees of tilt. What the network makes of something that is
 * no face often fails it.
 */
export function isUpright(landmarks: Float32Array): boolean {
  const [eyes, mouth] = [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) =>
    centerOf(landmarkBox(landmarks, chosen)),
  );
  return mouth.y - eyes.y > Math.abs(mouth.x - eyes.x) * Math.tan(Math.PI / 6);
}
