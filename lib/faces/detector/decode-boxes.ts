import { type Box, clampBox, intersectionOverUnion, longerSide } from '../../core/geometry';

/** A detection: a box that may be a face. */
export interface Candidate {
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** In pixels; it may extend beyond the image. */
  readonly box: Box;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

// Width and height in cells of the detector's grid. Source: face-api's tinyFaceDetector/const.ts.
const TINY_ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];

/** Minimum score of a detection. Source: the default of both of face-api's detectors. */
export const MIN_SCORE = 0.5;

/** Size of a grid cell in pixels of the tiny detector's input. */
const TINY_STRIDE = 32;

/** Largest input of the SSD detector, in pixels; its anchors are shares of this side. */
export const SSD_SIZE = 512;

/**
 * Decodes the tiny detector's output for one image.
 * @param output [rows, columns, 5 anchors, 5] as x, y, log width, log height, and the score's logit
 * @param input size of the network's input in pixels; the image fills its longer side
 * @param minScore default {@link MIN_SCORE}
 * @returns candidates above that score in pixels of the image, the highest score first, after non-maximum suppression at 0.4
 * Source: face-api's `TinyYolov2Base.extractBoxes` and `detect`.
 */
export function decodeTinyOutput(
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
  return suppressNonMaxima(candidates, 0.4);
}

/** Rows and columns of SSD's first feature map for an input of 512x512; each further map has half as many. */
const SSD_MAP_SIDE = 32;

/**
 * Decodes the SSD detector's output for one image.
 * @param output [anchors, 5]: the encoded box and the logit of a face
 * @param anchors of an input of 512x512, [anchors, 4] as top, left, bottom, right in 0..1
 * @param options.side length of the image's longer side in the input, in pixels
 * @param options.input size of the network's input in pixels
 * @returns candidates above {@link MIN_SCORE} in pixels of the image, the highest score first, after non-maximum suppression
 *   at 0.5
 * Source: face-api's `SsdMobilenetv1.locateFaces` and ssdMobilenetv1/outputLayer.ts.
 */
export function decodeSsdOutput(
  output: Float32Array,
  anchors: Float32Array,
  image: Size,
  { side, input }: { readonly side: number; readonly input: Size },
): Candidate[] {
  const candidates: Candidate[] = [];
  let [at, firstAnchor] = [0, 0];
  for (let mapSide = SSD_MAP_SIDE; mapSide >= 1; mapSide /= 2) {
    const boxes = mapSide === SSD_MAP_SIDE ? 3 : 6;
    const [columns, rows] = [input.width, input.height].map((size) => Math.ceil((size * mapSide) / SSD_SIZE));
    // The anchors of a smaller input are the first rows and columns of each feature map of 512x512.
    for (let row = 0; row < rows; row++)
      for (let place = 0; place < columns * boxes; place++, at += 5) {
        const score = sigmoid(output[at + 4]);
        const anchor = 4 * (firstAnchor + row * mapSide * boxes + place);
        if (score > MIN_SCORE) candidates.push({ score, box: decodeBox(output, at, anchors, anchor) });
      }
    firstAnchor += mapSide * mapSide * boxes;
  }
  const scale = paddedScale(image, { width: SSD_SIZE, height: SSD_SIZE }, side);
  return suppressNonMaxima(candidates, 0.5).map(({ score, box }) => {
    const [left, right] = [Math.max(0, box.x), Math.min(1, box.x + box.width)];
    const [top, bottom] = [Math.max(0, box.y), Math.min(1, box.y + box.height)];
    const [width, height] = [(right - left) * scale.width, (bottom - top) * scale.height];
    return { score, box: { x: left * scale.width, y: top * scale.height, width, height } };
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

/** @returns width and height of the whole input in pixels of the image, whose longer side has `side` pixels of the input */
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

function suppressNonMaxima(candidates: readonly Candidate[], limit: number): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of [...candidates].sort((first, second) => second.score - first.score))
    if (kept.every(({ box }) => intersectionOverUnion(box, candidate.box) <= limit)) kept.push(candidate);
  return kept;
}

/**
 * Ranks candidates by score times square root of the area: the larger of two with similar scores comes first.
 * @returns candidates that overlap the image; `part`: the overlap in whole pixels
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

/** @returns the first of {@link rankFaces}; undefined when no candidate overlaps the image. The original takes dlib's first. */
export function chooseFace(
  candidates: readonly Candidate[],
  image: Size,
): ReturnType<typeof rankFaces>[0] | undefined {
  return rankFaces(candidates, image)[0];
}

/**
 * Clips a box to the image and rounds down, as face-api's `clipAtImageBorders` does before the landmark network.
 * @returns undefined when the box does not overlap the image
 */
export function wholePixels(box: Box, image: Size): Box | undefined {
  const [x, y] = [Math.max(box.x, 0), Math.max(box.y, 0)];
  const width = Math.floor(Math.min(box.x + box.width - x, image.width - x));
  const height = Math.floor(Math.min(box.y + box.height - y, image.height - y));
  if (!(width > 0 && height > 0)) return undefined;
  return clampBox({ x: Math.floor(x), y: Math.floor(y), width, height }, image.width, image.height);
}
