import assert from 'node:assert/strict';
import type { GrayImage } from '../../lib/core/image';
import {
  type CutOptions,
  DEFAULT_MARGIN_PX,
  EYES_LANDMARKS,
  expectFaces,
  LANDMARK_COUNT,
  MOUTH_LANDMARKS,
  cutBlocks,
  landmarkBox,
  measureFace,
  toSkippedCsv,
} from '../../lib/core/blocks';
import { buildFaceSet } from '../support/blocks';

const EYES_LEVEL = 200;
const MOUTH_LEVEL = 90;

/** 100x100 pixels: 200 in the upper half, 90 in the lower. */
function halves(): GrayImage {
  const data = new Uint8Array(100 * 100).fill(MOUTH_LEVEL);
  return { width: 100, height: 100, data: data.fill(EYES_LEVEL, 0, 50 * 100) };
}

/** Landmarks whose eyes fill 30..70 x 25..35 and whose mouth fills 40..60 x 70..80, moved by (dx, dy). */
function face(dx = 0, dy = 0): Float32Array {
  const landmarks = new Float32Array(2 * LANDMARK_COUNT).fill(50);
  const corners = (first: number, second: number, [left, top, right, bottom]: number[]) => {
    landmarks.set([left + dx, top + dy], 2 * first);
    landmarks.set([right + dx, bottom + dy], 2 * second);
  };
  for (const index of EYES_LANDMARKS) landmarks.set([50 + dx, 30 + dy], 2 * index);
  for (const index of MOUTH_LANDMARKS) landmarks.set([50 + dx, 75 + dy], 2 * index);
  corners(17, 45, [30, 25, 70, 35]);
  corners(48, 54, [40, 70, 60, 80]);
  return landmarks;
}

function cut(...args: Parameters<typeof cutBlocks>) {
  const blocks = cutBlocks(...args);
  assert.equal(blocks.kind, 'blocks');
  return blocks as Extract<typeof blocks, { kind: 'blocks' }>;
}

describe('the landmarks of a block', () => {
  it('are eyebrows and eyes for the eyes block, the lips for the mouth block', () => {
    assert.equal(EYES_LANDMARKS.length, 22);
    assert.deepEqual([EYES_LANDMARKS[0], EYES_LANDMARKS[9], EYES_LANDMARKS[10]], [17, 26, 36]);
    assert.deepEqual([EYES_LANDMARKS.at(-1), MOUTH_LANDMARKS[0], MOUTH_LANDMARKS.at(-1)], [47, 48, 67]);
  });

  it('are bounded by a box without a margin', () => {
    assert.deepEqual(landmarkBox(face(), EYES_LANDMARKS), { x: 30, y: 25, width: 40, height: 10 });
    assert.deepEqual(landmarkBox(face(), MOUTH_LANDMARKS), { x: 40, y: 70, width: 20, height: 10 });
  });
});

describe('cutBlocks', () => {
  it('defect 2: the eyes block shows the eyes and the mouth block shows the mouth', () => {
    const { eyes, mouth } = cut(halves(), face());
    assert.deepEqual(new Set(eyes), new Set([EYES_LEVEL]));
    assert.deepEqual(new Set(mouth), new Set([MOUTH_LEVEL]));
  });

  it('defect 1: cuts from the image that it is given, whatever was cut before', () => {
    const dark = { ...halves(), data: new Uint8Array(100 * 100).fill(7) };
    const before = cut(halves(), face());
    const other = cut(dark, face());
    assert.deepEqual(new Set(other.eyes), new Set([7]));
    assert.deepEqual(cut(halves(), face()), before);
  });

  it('defect 6: a box that leaves the image is clamped to it, neither wrapped nor empty', () => {
    const { eyes, eyesBox, mouthBox } = cut(halves(), face(-35, -30));
    assert.deepEqual(eyesBox, { x: 0, y: 0, width: 45, height: 15 });
    assert.deepEqual(mouthBox, { x: 0, y: 30, width: 35, height: 30 });
    assert.deepEqual(new Set(eyes), new Set([EYES_LEVEL]));
  });

  it('defect 7: the margin is one setting, 10 px by default and 30 on request', () => {
    assert.equal(DEFAULT_MARGIN_PX, 10);
    assert.deepEqual(cut(halves(), face()), cut(halves(), face(), { marginPx: 10 }));
    assert.deepEqual(cut(halves(), face()).eyesBox, { x: 20, y: 15, width: 60, height: 30 });
    const { eyesBox } = cut(halves(), face(), { marginPx: 0 });
    assert.deepEqual(eyesBox, { x: 30, y: 25, width: 40, height: 10 });
    assert.deepEqual(cut(halves(), face(), { marginPx: 30 }).mouthBox, {
      x: 10,
      y: 40,
      width: 80,
      height: 60,
    });
  });

  it('gives blocks of 32x32 pixels', () => {
    const { eyes, mouth } = cut(halves(), face());
    assert.deepEqual([eyes.length, mouth.length], [32 * 32, 32 * 32]);
  });

  it('gives a reason when a box lies wholly outside of the image', () => {
    assert.deepEqual(cutBlocks(halves(), face(0, 40)), {
      kind: 'box-outside-image',
      reason: 'Expected a box inside of 100x100 for the mouth block but received one wholly outside',
    });
    const failure = cutBlocks(halves(), face(NaN, 0));
    assert.match('reason' in failure ? failure.reason : '', /the eyes block/);
  });

  it('scales a margin to the size of the face where the size is given', () => {
    // The landmarks of this face fill 30..70 x 25..80: its longer side has 55 pixels.
    assert.equal(measureFace(face()), 55);
    const cutWith = (options: CutOptions) => cutBlocks(halves(), face(), options);
    assert.deepEqual(cutWith({ marginPx: 10, faceSizePx: 55 }), cutWith({ marginPx: 10 }));
    assert.deepEqual(cutWith({ marginPx: 10, faceSizePx: 110 }), cutWith({ marginPx: 5 }));
  });

  it('cuts the whole face, a square of 1.2 times the longer side around the middle of all landmarks', () => {
    const { box, pixels } = cut(halves(), face(), { wholeFace: true }).wholeFace!;
    assert.deepEqual(box, { x: 17, y: 20, width: 66, height: 66 });
    // The nearest whole pixel to 17.6.
    assert.equal(cut(halves(), face(0.6), { wholeFace: true }).wholeFace!.box.x, 18);
    assert.deepEqual([pixels[0], pixels[48 * 48 - 1]], [EYES_LEVEL, MOUTH_LEVEL]);
  });

  it('repeats the outermost pixels where the square leaves the image', () => {
    const { box, pixels } = cut(halves(), face(-40, -30), { wholeFace: true }).wholeFace!;
    assert.ok(box.x < 0 && box.y < 0);
    assert.equal(pixels.length, 48 * 48);
    assert.equal(pixels[0], EYES_LEVEL);
  });

  it('refuses another number of landmarks, and margins that are negative or NaN', () => {
    assert.throws(() => cutBlocks(halves(), new Float32Array(10)), /Expected 136 values for landmarks/);
    assert.throws(() => cutBlocks(halves(), face(), { marginPx: -1 }), /for marginPx but received -1/);
    assert.throws(() => cutBlocks(halves(), face(), { marginPx: NaN }), /for marginPx but received NaN/);
  });
});

describe('expectFaces', () => {
  it('refuses a set without whole faces', () => {
    const set = buildFaceSet(1);
    const { faces, faceBoxes, ...blocks } = set;
    assert.equal(expectFaces(set), set);
    assert.ok(faces.length > 0 && faceBoxes.length > 0);
    assert.throws(() => expectFaces(blocks), /Expected whole faces for blocks but received blocks alone/);
  });
});

describe('toSkippedCsv', () => {
  const skipped = (name: string, reason: string) => ({
    record: { path: name, character: 'aia', emotion: 'joy' as const },
    kind: 'no-face',
    reason,
  });

  it('is only the header when no frame was skipped', () => {
    assert.equal(toSkippedCsv([]), 'path,kind,reason\r\n');
  });

  it('quotes commas, quotes and line breaks, in any script', () => {
    const csv = toSkippedCsv([skipped('a/顔.png', 'plain'), skipped('b, "c".png', 'two\nlines')]);
    assert.equal(
      csv,
      'path,kind,reason\r\na/顔.png,no-face,plain\r\n"b, ""c"".png",no-face,"two\nlines"\r\n',
    );
  });
});
