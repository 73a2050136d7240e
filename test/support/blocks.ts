import path from 'node:path';
import {
  BLOCK_SIZE,
  type BlockSet,
  type SkippedFrame,
  FACE_SIZE,
  type FaceSet,
  LANDMARK_COUNT,
} from '../../lib/core/blocks';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import type { FrameRecord } from '../../lib/core/record';
import { type FaceRow, type FrameRow, toBatch } from '../../lib/faces/store/rows';
import { writeStore } from '../../lib/faces/store/store';

const BLOCK_AREA = BLOCK_SIZE ** 2;

/** Makes frames of one character, `0.png`, `1.png` and so on, that show the expressions in turn. */
export function makeRecords(count: number): FrameRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `${index}.png`,
    character: 'aia',
    emotion: EMOTIONS[index % EMOTIONS.length],
  }));
}

/** Makes the blocks of some frames. What is not given is 0: black blocks, landmarks and boxes in the corner. */
export function makeBlockSet<Parts extends Partial<FaceSet>>(
  records: readonly FrameRecord[],
  parts: Parts = {} as Parts,
): BlockSet & Parts {
  const zeros = (each: number) => new Float32Array(each * records.length);
  return {
    records,
    eyes: new Uint8Array(BLOCK_AREA * records.length),
    mouth: new Uint8Array(BLOCK_AREA * records.length),
    landmarks: zeros(2 * LANDMARK_COUNT),
    eyesBoxes: zeros(4),
    mouthBoxes: zeros(4),
    imageSizes: zeros(2),
    scores: zeros(1),
    skipped: [],
    ...parts,
  };
}

/** Draws grey levels, 0 to 255, of as many blocks. */
export function drawPixels(blocks: number, seed: string): Uint8Array {
  const random = createRandom(1, seed);
  return Uint8Array.from({ length: BLOCK_AREA * blocks }, () => random.integer(256));
}

/** Fills as many blocks with one grey level each. */
export function fillBlocks(blocks: number, levelOf: (block: number) => number): Uint8Array {
  return Uint8Array.from({ length: BLOCK_AREA * blocks }, (_, at) => levelOf(Math.floor(at / BLOCK_AREA)));
}

/** Makes random faces, all of whose landmarks are at one place: the middle of the picture's upper left quarter. */
export function buildFaceSet(size: number): FaceSet {
  const random = createRandom(1, 'faces');
  const pixels = (each: number) => Uint8Array.from({ length: size * each }, () => 1 + random.integer(255));
  const boxes = Float32Array.from({ length: 4 * size }, (_, i) => [10, 20, 96, 192][i % 4]);
  return makeBlockSet(makeRecords(size), {
    eyes: pixels(BLOCK_AREA),
    mouth: pixels(BLOCK_AREA),
    faces: pixels(FACE_SIZE * FACE_SIZE),
    landmarks: Float32Array.from({ length: 2 * LANDMARK_COUNT * size }, (_, i) =>
      i % 2 === 0 ? 10 + 24 : 20 + 48,
    ),
    eyesBoxes: boxes,
    mouthBoxes: boxes,
    faceBoxes: boxes,
  });
}

/** Makes a row of a store whose values tell which it is. */
export function faceRow(index: number): FaceRow {
  return {
    record: { path: `ä/${index}.png`, character: 'aia', emotion: 'joy', clip: `clip-${index}`, frame: index },
    kind: 'blocks',
    detector: 'tiny-160',
    score: 0.75,
    box: { x: index, y: 2.5, width: 30, height: 40 },
    imageSize: { width: 256, height: 200 + index },
    landmarks: new Float32Array(2 * LANDMARK_COUNT).fill(index + 0.5),
    eyes: new Uint8Array(BLOCK_AREA).fill(index),
    mouth: new Uint8Array(BLOCK_AREA).fill(255 - index),
    eyesBox: { x: index, y: 1, width: 20, height: 10 },
    mouthBox: { x: index, y: 30, width: 21, height: 11 },
  };
}

/** Makes a row of a frame without blocks. */
export function missedRow(index: number): SkippedFrame {
  return {
    record: { path: `missed/${index}.png`, character: 'ray', emotion: 'fear' },
    kind: 'no-face',
    reason: 'Expected "a face", found\nnone',
  };
}

/** Writes a shard of some rows. @returns its path */
export async function writeShard(folder: string, name: string, rows: readonly FrameRow[]): Promise<string> {
  const file = path.join(folder, `${name}.arrow`);
  await writeStore(file, [toBatch(rows)], { key: name });
  return file;
}
