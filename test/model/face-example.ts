import { EMOTIONS } from '../../lib/core/emotions';
import { FACE_SIZE, type FaceSet } from '../../lib/core/face-set';
import { createRandom } from '../../lib/core/random';

/** Random faces, all of whose landmarks are at one place: the middle of the picture's upper left quarter. */
export function buildFaceSet(size: number): FaceSet {
  const random = createRandom(1, 'faces');
  const pixels = (each: number) => Uint8Array.from({ length: size * each }, () => 1 + random.integer(255));
  const boxes = Float32Array.from({ length: 4 * size }, (_, i) => [10, 20, 96, 192][i % 4]);
  return {
    records: Array.from({ length: size }, (_, i) => ({
      path: `${i}.png`,
      character: 'aia',
      emotion: EMOTIONS[i % 7],
    })),
    eyes: pixels(1024),
    mouth: pixels(1024),
    faces: pixels(FACE_SIZE * FACE_SIZE),
    landmarks: Float32Array.from({ length: 136 * size }, (_, i) => (i % 2 === 0 ? 10 + 24 : 20 + 48)),
    eyesBoxes: boxes,
    mouthBoxes: boxes,
    faceBoxes: boxes,
    imageSizes: new Float32Array(2 * size),
    scores: new Float32Array(size),
    skipped: [],
  };
}
