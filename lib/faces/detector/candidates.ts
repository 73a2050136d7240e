import { type Box, clampBox, intersectionOverUnion, longerSide } from '../../core/geometry';

/** A face that a detector proposes. */
export interface Candidate {
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** In pixels; it may leave the image. */
  readonly box: Box;
}

/** Width and height in pixels. */
export interface Size {
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

/** Pixels of the tiny detector's input between two cells of its grid. */
const TINY_STRIDE = 32;

/** Side of the input, in pixels, that the SSD detector's boxes are shares of. */
export const SSD_SIZE = 512;

/**
 * Reads the tiny detector's output of one image.
 * @param output [rows, columns, 5 anchors, 5] as x, y, log width, log height, and the score before the sigmoid
 * @param input the network's input in pixels; the image fills its longer side
 * @param minScore default {@link MIN_SCORE}
 * @returns what is above that score, the surest first, overlaps over 0.4 removed
 * Source: face-api's `TinyYolov2Base.extractBoxes` and `detect`.
 */
export function readTinyOutput(
  output: Float32Array,
  image: Size,
  input: Size,
  minScore = MIN_SCORE,
): Candidate[] {
  const [rows, columns] = [input.height / TINY_STRIDE, input.width / TINY_STRIDE];
  const scale = paddedScale(image, input, longerSide(input));
  const candidates: Candidate[] = [];
  for (let at = 0, place = 0; at < output.length; at += 5, place++) {
    const score = sigmoid(output[at + 4]);
    if (!(score > minScore)) continue;
    const [anchorWidth, anchorHeight] = TINY_ANCHORS[place % 5];
    const [column, row] = [Math.floor(place / 5) % columns, Math.floor(place / 5 / columns)];
    const width = ((Math.exp(output[at + 2]) * anchorWidth) / columns) * scale.width;
    const height = ((Math.exp(output[at + 3]) * anchorHeight) / rows) * scale.height;
    const x = ((column + sigmoid(output[at])) / columns) * scale.width - width / 2;
    const y = ((row + sigmoid(output[at + 1])) / rows) * scale.height - height / 2;
    candidates.push({ score, box: { x, y, width, height } });
  }
  return suppressOverlaps(candidates, 0.4);
}

/** Rows and columns of SSD's first feature map for an input of 512x512; each further map has half of them. */
const SSD_MAP_SIDE = 32;

/**
 * Reads the SSD detector's output of one image.
 * @param output [anchors, 5]: the encoded box and the face's logit
 * @param anchors of an input of 512x512, [anchors, 4] as top, left, bottom, right in 0..1
 * @param side pixels of the input that the image's longer side was sampled to
 * @param input the network's input in pixels
 * @returns what is above {@link MIN_SCORE}, the surest first, overlaps over 0.5 removed
 * Source: face-api's `SsdMobilenetv1.locateFaces` and ssdMobilenetv1/outputLayer.ts.
 */
export function readSsdOutput(
  output: Float32Array,
  anchors: Float32Array,
  image: Size,
  {
    side = SSD_SIZE,
    input = { width: SSD_SIZE, height: SSD_SIZE },
  }: { readonly side?: number; readonly input?: Size } = {},
): Candidate[] {
  const candidates: Candidate[] = [];
  let [at, firstAnchor] = [0, 0];
  for (let mapSide = SSD_MAP_SIDE; mapSide >= 1; mapSide /= 2) {
    const boxes = mapSide === SSD_MAP_SIDE ? 3 : 6;
    const [columns, rows] = [input.width, input.height].map((size) => Math.ceil((size * mapSide) / SSD_SIZE));
    // On each feature map the anchors of a smaller input are the first rows and columns of those of 512x512.
    for (let row = 0; row < rows; row++)
      for (let place = 0; place < columns * boxes; place++, at += 5) {
        const score = sigmoid(output[at + 4]);
        const anchor = 4 * (firstAnchor + row * mapSide * boxes + place);
        if (score > MIN_SCORE) candidates.push({ score, box: decodeBox(output, at, anchors, anchor) });
      }
    firstAnchor += mapSide * mapSide * boxes;
  }
  const scale = paddedScale(image, { width: SSD_SIZE, height: SSD_SIZE }, side);
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

function decodeBox(encoded: Float32Array, at: number, anchors: Float32Array, anchor: number): Box {
  const [top, left, bottom, right] = anchors.subarray(anchor, anchor + 4);
  const height = Math.exp(encoded[at + 2] / 5) * (bottom - top);
  const width = Math.exp(encoded[at + 3] / 5) * (right - left);
  const y = (encoded[at] / 10) * (bottom - top) + (top + bottom) / 2 - height / 2;
  const x = (encoded[at + 1] / 10) * (right - left) + (left + right) / 2 - width / 2;
  return { x, y, width, height };
}

/** Pixels of the image for the whole width and height of an input in which its longer side takes `side` pixels. */
function paddedScale({ width, height }: Size, input: Size, side: number): Size {
  const shrink = side / Math.max(width, height);
  return {
    width: (input.width / Math.round(width * shrink)) * width,
    height: (input.height / Math.round(height * shrink)) * height,
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
