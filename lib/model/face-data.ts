import * as tf from '@tensorflow/tfjs';
import type { BlockSet } from '../core/blocks';
import { expectFaces, FACE_SIZE, landmarksInFace } from '../core/face-set';
import { drawHeatMap } from '../core/heat-map';
import { toModelInput } from '../core/image';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../core/landmarks';
import { blockSource, type TensorSource } from './data';

/** Standard deviation of the Gaussians around landmarks, as a share of the face's side. */
const SIGMA = 1 / 16;

const AREA = FACE_SIZE * FACE_SIZE;

/**
 * Makes a source of whole faces, [n, 48, 48, 1], 0 to 2.
 * @param blocks with whole faces
 * @param indices which of the set's faces
 * @throws RangeError when the set has no whole faces
 */
export function faceSource(blocks: BlockSet, indices: readonly number[]): TensorSource {
  const gather = faceGatherer(blocks, indices);
  return { ...blockSource(blocks, indices), batch: (positions) => [toTensor(gather(positions))] };
}

/**
 * Makes a source of whole faces seen through soft attention: each pixel times a Gaussian heat map around the landmarks,
 * once of brows and eyes and once of the mouth, each [n, 48, 48, 1], 0 to 2.
 * @param blocks with whole faces
 * @param indices which of the set's faces
 * @throws RangeError when the set has no whole faces
 */
export function softSource(blocks: BlockSet, indices: readonly number[]): TensorSource {
  const set = expectFaces(blocks);
  const gather = faceGatherer(blocks, indices);
  const heat = { sizePx: FACE_SIZE, sigmaPx: SIGMA * FACE_SIZE };
  const weigh = (pixels: Float32Array, positions: ArrayLike<number>, chosen: readonly number[]) => {
    const weighed = pixels.slice();
    for (let row = 0; row < positions.length; row++) {
      const map = drawHeatMap(landmarksInFace(set, indices[positions[row]], chosen), heat);
      map.forEach((weight, at) => (weighed[row * AREA + at] *= weight));
    }
    return toTensor(weighed);
  };
  const batch = (positions: ArrayLike<number>) => {
    const pixels = gather(positions);
    return [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) => weigh(pixels, positions, chosen));
  };
  return { ...blockSource(blocks, indices), batch };
}

/**
 * Makes a source of both blocks and the whole face: eyes and mouth, each [n, 32, 32, 1], and [n, 48, 48, 1], 0 to 2.
 * @param blocks with whole faces
 * @param indices which of the set's faces
 * @throws RangeError when the set has no whole faces
 */
export function blocksAndFaceSource(blocks: BlockSet, indices: readonly number[]): TensorSource {
  const [pairs, whole] = [blockSource(blocks, indices), faceSource(blocks, indices)];
  return { ...pairs, batch: (positions) => [...pairs.batch(positions), ...whole.batch(positions)] };
}

/** Gathers the whole faces' pixels as networks take them, [n, 48, 48], 0 to 2. */
function faceGatherer(blocks: BlockSet, indices: readonly number[]) {
  const { faces } = expectFaces(blocks);
  return (positions: ArrayLike<number>): Float32Array => {
    const levels = new Uint8Array(positions.length * AREA);
    for (let row = 0; row < positions.length; row++) {
      const start = indices[positions[row]] * AREA;
      levels.set(faces.subarray(start, start + AREA), row * AREA);
    }
    return toModelInput(levels);
  };
}

function toTensor(pixels: Float32Array): tf.Tensor4D {
  return tf.tensor4d(pixels, [pixels.length / AREA, FACE_SIZE, FACE_SIZE, 1]);
}
