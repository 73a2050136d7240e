import type { BlockSet } from '../core/blocks';
import { expectFaces, FACE_SIZE, landmarksInFace, type FaceSet } from '../core/face-set';
import { drawHeatMap } from '../core/heat-map';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../core/landmarks';
import { blockSource, gatherPictures, inputSource, type TensorSource } from './data';

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
  return inputSource(blocks, indices, ['face']);
}

/**
 * Makes a source of whole faces seen through soft attention: each pixel times a Gaussian heat map around the landmarks,
 * once of brows and eyes and once of the mouth, each [n, 48, 48, 1], 0 to 2. The pictures are made at once, 8 bits a
 * pixel.
 * @param blocks with whole faces
 * @param indices which of the set's faces
 * @throws RangeError when the set has no whole faces
 */
export function softSource(blocks: BlockSet, indices: readonly number[]): TensorSource {
  const set = expectFaces(blocks);
  const pictures = [EYES_LANDMARKS, MOUTH_LANDMARKS].map((chosen) => {
    const dimmed = new Uint8Array(indices.length * AREA);
    for (const [row, face] of indices.entries()) dimmed.set(dimFace(set, face, chosen), row * AREA);
    return dimmed;
  });
  const batch = (positions: ArrayLike<number>) =>
    pictures.map((dimmed) => gatherPictures(dimmed, FACE_SIZE, positions));
  return { ...blockSource(blocks, indices), batch };
}

/** Dims a face away from some of its landmarks. @returns grey levels, [48, 48] */
function dimFace(set: FaceSet, face: number, chosen: readonly number[]): Uint8Array {
  const points = landmarksInFace(set, face, chosen);
  const map = drawHeatMap(points, { sizePx: FACE_SIZE, sigmaPx: SIGMA * FACE_SIZE });
  const pixels = set.faces.subarray(face * AREA, (face + 1) * AREA);
  return pixels.map((level, at) => Math.round(level * map[at]));
}

/**
 * Makes a source of both blocks and the whole face: eyes and mouth, each [n, 32, 32, 1], and [n, 48, 48, 1], 0 to 2.
 * @param blocks with whole faces
 * @param indices which of the set's faces
 * @throws RangeError when the set has no whole faces
 */
export function blocksAndFaceSource(blocks: BlockSet, indices: readonly number[]): TensorSource {
  return inputSource(blocks, indices, ['eyes', 'mouth', 'face']);
}
