import { type Box, clampBox, intersectionOverUnion } from '../core/geometry';

/** A face that a detector proposes. */
export interface Candidate {
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** In pixels; it may leave the image. */
  readonly box: Box;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

// Source: face-api's tinyFaceDetector/const.ts, in cells of the detector's grid.
const TINY_ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];

/** Confidence above which a proposal counts. Source: the default of both of face-api's detectors. */
export const MIN_SCORE = 0.5;

/**
 * Reads the tiny detector's output of one image.
 * @param output [cells, cells, 5 anchors, 5] as x, y, log width, log height, and the score before the sigmoid
 * @param inputSize side of the network's input in pixels
 * @returns what is above {@link MIN_SCORE}, the surest first, overlaps over 0.4 removed
 * Source: face-api's `TinyYolov2Base.extractBoxes` and `detect`.
 */
export function readTinyOutput(output: Float32Array, image: Size, inputSize: number): Candidate[] {
  const cells = Math.sqrt(output.length / 25);
  const scale = paddedScale(image, inputSize);
  const candidates: Candidate[] = [];
  for (let at = 0, place = 0; at < output.length; at += 5, place++) {
    const score = sigmoid(output[at + 4]);
    if (!(score > MIN_SCORE)) continue;
    const [anchorWidth, anchorHeight] = TINY_ANCHORS[place % 5];
    const [column, row] = [Math.floor(place / 5) % cells, Math.floor(place / 5 / cells)];
    const width = ((Math.exp(output[at + 2]) * anchorWidth) / cells) * scale.width;
    const height = ((Math.exp(output[at + 3]) * anchorHeight) / cells) * scale.height;
    const x = ((column + sigmoid(output[at])) / cells) * scale.width - width / 2;
    const y = ((row + sigmoid(output[at + 1])) / cells) * scale.height - height / 2;
    candidates.push({ score, box: { x, y, width, height } });
  }
  return suppressOverlaps(candidates, 0.4);
}

/**
 * Reads the SSD detector's output of one image.
 * @param boxes [anchors, 4] as top, left, bottom, right, in 0..1 of the padded square
 * @param scores [anchors], 0 to 1
 * @returns what is above {@link MIN_SCORE}, the surest first, overlaps over 0.5 removed
 * Source: face-api's `SsdMobilenetv1.locateFaces`.
 */
export function readSsdOutput(boxes: Float32Array, scores: Float32Array, image: Size): Candidate[] {
  const scale = paddedScale(image, 512);
  const candidates: Candidate[] = [];
  scores.forEach((score, index) => {
    if (!(score > MIN_SCORE)) return;
    const [top, left, bottom, right] = boxes.subarray(4 * index, 4 * index + 4);
    candidates.push({ score, box: { x: left, y: top, width: right - left, height: bottom - top } });
  });
  return suppressOverlaps(candidates, 0.5).map(({ score, box }) => {
    const [left, right] = [Math.max(0, box.x), Math.min(1, box.x + box.width)];
    const [top, bottom] = [Math.max(0, box.y), Math.min(1, box.y + box.height)];
    const x = left * scale.width;
    const y = top * scale.height;
    return {
      score,
      box: { x, y, width: (right - left) * scale.width, height: (bottom - top) * scale.height },
    };
  });
}

/** Pixels of the image for the whole width and height of the square that it was padded to and shrunk into. */
function paddedScale({ width, height }: Size, inputSize: number): Size {
  const shrink = inputSize / Math.max(width, height);
  return {
    width: (inputSize / Math.round(width * shrink)) * width,
    height: (inputSize / Math.round(height * shrink)) * height,
  };
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function suppressOverlaps(candidates: readonly Candidate[], limit: number): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...candidates].sort((first, second) => second.score - first.score))
    if (kept.every(({ box }) => intersectionOverUnion(box, candidate.box) <= limit)) kept.push(candidate);
  return kept;
}

/**
 * Ranks an image's faces: by the score times the square root of the area, so that of two sure faces the larger one comes
 * first and a faint large one after a sure one.
 * @returns those that touch the image, with their parts of it in whole pixels
 */
export function rankFaces(
  candidates: readonly Candidate[],
  image: Size,
): (Candidate & { readonly part: Box })[] {
  const inside = candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ ...candidate, part }] : [];
  });
  const worth = ({ score, part }: (typeof inside)[number]) => score * Math.sqrt(part.width * part.height);
  return inside.sort((first, second) => worth(second) - worth(first));
}

/** Chooses the first of {@link rankFaces}; undefined when no candidate touches the image. The original takes dlib's first. */
export function chooseFace(
  candidates: readonly Candidate[],
  image: Size,
): ReturnType<typeof rankFaces>[0] | undefined {
  return rankFaces(candidates, image)[0];
}

/**
 * Cuts off what leaves the image and rounds down, as face-api's `clipAtImageBorders` does before the landmark network.
 * @returns undefined when nothing is left
 */
export function wholePixels(box: Box, image: Size): Box | undefined {
  const [x, y] = [Math.max(box.x, 0), Math.max(box.y, 0)];
  const width = Math.floor(Math.min(box.x + box.width - x, image.width - x));
  const height = Math.floor(Math.min(box.y + box.height - y, image.height - y));
  if (!(width > 0 && height > 0)) return undefined;
  return clampBox({ x: Math.floor(x), y: Math.floor(y), width, height }, image.width, image.height);
}
