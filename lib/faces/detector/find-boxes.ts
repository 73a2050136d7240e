import { type Box, clampBox, intersectionOverUnion, longerSide, wholeOf } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import type { Candidate } from './detected-face';
import type { buildSsdNetwork, PixelNetwork } from './face-api-networks';
import { type ImagePart, type InputOptions, runOnParts } from './sampling';

type Size = Pick<Box, 'width' | 'height'>;

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

/** Both sides of SSD's input are multiples of this, in pixels. */
const SSD_MULTIPLE = 128;

/** Minimum ratio of the sides of SSD's input: cuts of an image then have one shape, and one graph. */
const SSD_LEAST = 0.75;

/** Input of the tiny detector, and the lowest score of a candidate, default {@link MIN_SCORE}. */
export interface TinyOptions extends InputOptions {
  readonly minScore?: number;
}

/**
 * Runs the tiny detector on a batch of images. An image fills the longer side of the input.
 * @returns for each its candidates in its pixels, the highest score first
 */
export async function runTiny(
  network: Pick<PixelNetwork, 'forward'>,
  images: readonly RgbImage[],
  { minScore = MIN_SCORE, ...input }: TinyOptions,
): Promise<Candidate[][]> {
  const parts = images.map((image) => ({ image, part: wholeOf(image) }));
  const output = await runOnParts(network, parts, input);
  const each = output.length / images.length;
  const { size, width = size, height = size } = input;
  return images.map((image, index) => {
    const own = output.subarray(index * each, (index + 1) * each);
    return decodeTiny(own, image, { input: { width, height }, minScore });
  });
}

/** Runs the tiny detector on an image in its own size. @returns as {@link runTiny} */
export async function runTinyInOwnSize(
  network: Pick<PixelNetwork, 'forward'>,
  image: RgbImage,
  minScore: number,
): Promise<Candidate[]> {
  const size = Math.max(TINY_STRIDE, longerSide(image) - (longerSide(image) % TINY_STRIDE));
  return (await runTiny(network, [image], { ...fitInput(image, size, TINY_STRIDE), minScore }))[0];
}

/**
 * Runs the SSD detector on one image.
 * @param side length of the image's longer side in the input, in pixels: a multiple of 128, at most 512
 * @returns candidates in pixels of the image, the highest score first
 */
export async function runSsd(
  network: Pick<ReturnType<typeof buildSsdNetwork>, 'forward' | 'anchors'>,
  image: RgbImage,
  side: number,
): Promise<Candidate[]> {
  const input = fitInput(image, side, SSD_MULTIPLE, SSD_LEAST * side);
  const output = await runOnParts(network, [{ image, part: wholeOf(image) }], input);
  return decodeSsd(output, network.anchors, image, input);
}

/**
 * Chooses the input of an image whose longer side has `size` pixels; black fills it up to multiples of a number of pixels.
 * @param least minimum of each side in pixels
 */
function fitInput(
  image: Size,
  size: number,
  multiple: number,
  least = 0,
): Required<Omit<InputOptions, 'isCentred'>> {
  const [width, height] = [image.width, image.height].map(
    (side) => multiple * Math.ceil(Math.max((side * size) / longerSide(image), least) / multiple),
  );
  return { size, width, height };
}

/**
 * Decodes the tiny detector's output for one image.
 * @param output [rows, columns, 5 anchors, 5] as x, y, log width, log height, and the score's logit
 * @returns candidates after non-maximum suppression at 0.4
 * Source: face-api's `TinyYolov2Base.extractBoxes` and `detect`.
 */
function decodeTiny(
  output: Float32Array,
  image: Size,
  { input, minScore }: { readonly input: Size; readonly minScore: number },
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
 * @param anchors those of an input of 512x512, [anchors, 4] as top, left, bottom, right in 0..1
 * @returns candidates above {@link MIN_SCORE}, clipped to the input, after non-maximum suppression at 0.5
 * Source: face-api's `SsdMobilenetv1.locateFaces` and ssdMobilenetv1/outputLayer.ts.
 */
function decodeSsd(
  output: Float32Array,
  anchors: Float32Array,
  image: Size,
  input: Size & { readonly size: number },
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
  const scale = paddedScale(image, { width: SSD_SIZE, height: SSD_SIZE }, input.size);
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

/** @returns the candidates that overlap the image; `part`: the overlap in whole pixels */
export function clipToImage<C extends Candidate>(
  candidates: readonly C[],
  image: RgbImage,
): (C & ImagePart)[] {
  return candidates.flatMap((candidate) => {
    const part = wholePixels(candidate.box, image);
    return part ? [{ ...candidate, image, part }] : [];
  });
}

/**
 * Ranks candidates by score times square root of the area: the larger of two with similar scores comes first. The original takes
 * dlib's first.
 * @returns those that overlap the image, as {@link clipToImage} returns them
 */
export function rankFaces<C extends Candidate>(candidates: readonly C[], image: RgbImage): (C & ImagePart)[] {
  const worth = ({ score, part }: C & ImagePart) => score * Math.sqrt(part.width * part.height);
  return clipToImage(candidates, image).sort((first, second) => worth(second) - worth(first));
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
