import type { FaceRow, FrameRow } from '../../lib/faces/store/frame-rows';

const LENGTHS = { landmarks: 136, block: 32 * 32 };

/** Makes a row whose values tell which it is. */
export function faceRow(index: number): FaceRow {
  return {
    record: { path: `ä/${index}.png`, character: 'aia', emotion: 'joy', clip: `clip-${index}`, frame: index },
    detector: 'tiny-160',
    score: 0.75,
    box: { x: index, y: 2.5, width: 30, height: 40 },
    imageSize: { width: 256, height: 200 + index },
    landmarks: new Float32Array(LENGTHS.landmarks).fill(index + 0.5),
    eyes: new Uint8Array(LENGTHS.block).fill(index),
    mouth: new Uint8Array(LENGTHS.block).fill(255 - index),
    eyesBox: { x: index, y: 1, width: 20, height: 10 },
    mouthBox: { x: index, y: 30, width: 21, height: 11 },
  };
}

/** Makes a row of a frame without blocks. */
export function missedRow(index: number): FrameRow {
  return {
    record: { path: `missed/${index}.png`, character: 'ray', emotion: 'fear' },
    kind: 'no-face',
    reason: 'Expected "a face", found\nnone',
  };
}
