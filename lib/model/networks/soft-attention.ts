import { type BlockSet, expectFaces, FACE_SIZE, type FaceSet } from '../../core/blocks';
import { landmarksInFace, drawHeatMap } from '../../core/landmark-features';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../../core/landmarks';

/** Standard deviation of the Gaussians around landmarks, as a share of the face's side. */
const SIGMA = 1 / 16;

const AREA = FACE_SIZE * FACE_SIZE;

/** The landmarks of each input's heat map. */
const HEAT_MAP_LANDMARKS = { softEyes: EYES_LANDMARKS, softMouth: MOUTH_LANDMARKS } as const;

/** A whole face times a Gaussian heat map around the landmarks of brows and eyes, or of the mouth. */
export type SoftInput = keyof typeof HEAT_MAP_LANDMARKS;

/** Returns whether an input is a whole face under soft attention. */
export function isSoftInput(input: string): input is SoftInput {
  return Object.hasOwn(HEAT_MAP_LANDMARKS, input);
}

/**
 * Multiplies whole faces by the heat maps of soft attention.
 * @param blocks a set with whole faces
 * @param indices positions of the faces in the set
 * @returns grey levels, [indices, 48, 48], 0 to 255
 * @throws RangeError when the set has no whole faces
 */
export function applyHeatMaps(blocks: BlockSet, indices: ArrayLike<number>, input: SoftInput): Uint8Array {
  const set = expectFaces(blocks);
  const weighted = new Uint8Array(indices.length * AREA);
  for (let row = 0; row < indices.length; row++)
    weighted.set(applyHeatMap(set, indices[row], HEAT_MAP_LANDMARKS[input]), row * AREA);
  return weighted;
}

/** Multiplies a face by the heat map around some of its landmarks; returns grey levels, [48, 48]. */
function applyHeatMap(set: FaceSet, face: number, chosen: readonly number[]): Uint8Array {
  const points = landmarksInFace(set, face, chosen);
  const map = drawHeatMap(points, { sizePx: FACE_SIZE, sigmaPx: SIGMA * FACE_SIZE });
  const pixels = set.faces.subarray(face * AREA, (face + 1) * AREA);
  return pixels.map((level, at) => Math.round(level * map[at]));
}
