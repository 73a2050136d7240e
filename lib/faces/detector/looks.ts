import * as tf from '@tensorflow/tfjs';
import { type Box, growBox, isCentredIn, longerSide, scaleBox } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, SSD_SIZE, readSsdOutput, readTinyOutput, wholePixels } from './candidates';
import { cutAndFit, fitWithin } from './fit';
import type { Networks } from './detect-networks';
import { emptyBatch, sampleSquare, toSquare } from './sampling';

/** Side of the smallest face that the tiny detector is trusted with, as a share of the image's longer side. */
export const MIN_TINY_SHARE = 0.3;

/**
 * By how much an image is shrunk by sampling alone: what is larger is shrunk with antialiasing first, which costs as
 * much as the tiny detector itself.
 */
export const MAX_SAMPLING_RATIO = 2;

/** Score of the tiny detector above which a part of an image deserves a closer look: nine of ten faces of 28 pixels. */
export const PROPOSAL_SCORE = 0.1;

/** What both detectors need: the input's sides are multiples of these, in pixels. */
const [TINY_MULTIPLE, SSD_MULTIPLE] = [32, 128];

/** Least share of SSD's input that its shorter side takes, so that parts of an image have one shape, and one graph. */
const SSD_LEAST = 0.75;

/** How the tiny detector is asked about a batch of images. */
export interface TinyOptions {
  /** Side of the network's input in pixels. */
  readonly inputSize: number;
  /** Images that fit. */
  readonly batchSize: number;
  /** Default: the detector's own of 0.5. */
  readonly minScore?: number;
  /** Side of the smallest face as a share of the image's longer side, default {@link MIN_TINY_SHARE}. */
  readonly minShare?: number;
}

/** Asks the tiny detector about a batch of images; candidates are in their pixels, small ones are left out. */
export async function findWithTiny(
  { tiny }: Networks,
  images: readonly RgbImage[],
  { inputSize, batchSize, minScore, minShare = MIN_TINY_SHARE }: TinyOptions,
): Promise<Candidate[][]> {
  const shrunk = await Promise.all(
    images.map((image) =>
      longerSide(image) > MAX_SAMPLING_RATIO * inputSize ? fitWithin(image, inputSize) : image,
    ),
  );
  const batch = emptyBatch(batchSize * inputSize * inputSize * 3, shrunk.length / batchSize);
  shrunk.forEach((image, index) => {
    const { width, height } = image;
    const square = toSquare(width, height, false);
    sampleSquare(image, { x: 0, y: 0, width, height }, square, { target: batch, size: inputSize, index });
  });
  const output = await read(() => tiny.forward(tf.tensor4d(batch, [batchSize, inputSize, inputSize, 3])));
  const each = output.length / batchSize;
  const input = { width: inputSize, height: inputSize };
  return shrunk.map((image, index) => {
    const values = output.subarray(index * each, (index + 1) * each);
    const candidates = readTinyOutput(values, image, input, minScore);
    const large = candidates.filter(({ box }) => longerSide(box) >= minShare * longerSide(image));
    return large.map((candidate) => enlarge(candidate, image, images[index]));
  });
}

/**
 * Asks the tiny detector about an image in its own size: what may be a face of 28 pixels or more.
 * @returns candidates above {@link PROPOSAL_SCORE} in the image's pixels, the surest first; many are none
 */
async function proposeFaces({ tiny }: Networks, image: RgbImage): Promise<Candidate[]> {
  const size = Math.max(TINY_MULTIPLE, longerSide(image) - (longerSide(image) % TINY_MULTIPLE));
  const { values, width, height } = sampleWhole(image, size, TINY_MULTIPLE);
  const output = await read(() => tiny.forward(tf.tensor4d(values, [1, height, width, 3])));
  return readTinyOutput(output, image, { width, height }, PROPOSAL_SCORE);
}

/**
 * Asks the SSD detector about one image; candidates are in its pixels.
 * @param side pixels that the image's longer side is shrunk or enlarged to, a multiple of 128; default 512, the most
 */
export async function findWithSsd(
  { loadSsd }: Networks,
  image: RgbImage,
  side = SSD_SIZE,
): Promise<Candidate[]> {
  const { anchors, forward } = await loadSsd();
  const shrunk = await fitWithin(image, side);
  const { values, width, height } = sampleWhole(shrunk, side, SSD_MULTIPLE, SSD_LEAST * side);
  const output = await read(() => forward(tf.tensor4d(values, [1, height, width, 3])));
  const candidates = readSsdOutput(output, anchors, shrunk, { side, input: { width, height } });
  return candidates.map((candidate) => enlarge(candidate, shrunk, image));
}

/** A part of an image that was looked at closely, and the face that was found in it, in pixels of the cut. */
export interface CloseLook {
  readonly cut: RgbImage;
  /** Whole pixels of the image. */
  readonly part: Box;
  readonly candidate: Candidate;
}

/** How much of an image is cut out around what may be a face, in sides of that face, and how large it is made. */
const [CUT_FACES, CUT_SIZE] = [4, 256];

/** The surest proposals alone are looked at: textures may have many. */
const MAX_CLOSE_LOOKS = 48;

/**
 * Looks for faces that are too small for the whole image to be looked at: the tiny detector says what may be one, SSD
 * looks at each closely.
 * @param copy the same image, or a smaller one as `fitForDetection` gives it: where proposals are looked for
 * @param known boxes in the copy's pixels that are not looked at again
 */
export async function lookCloser(
  networks: Networks,
  {
    image,
    copy,
    known,
  }: { readonly image: RgbImage; readonly copy: RgbImage; readonly known: readonly Box[] },
): Promise<CloseLook[]> {
  const proposals = (await proposeFaces(networks, copy)).filter(
    ({ box }) => !known.some((other) => isCentredIn(box, other)),
  );
  const looks: CloseLook[] = [];
  for (const proposal of proposals.slice(0, MAX_CLOSE_LOOKS)) {
    const { box } = enlarge(proposal, copy, image);
    const side = longerSide(box);
    const around = growBox(box, ((CUT_FACES - 1) * side) / 2);
    const part = wholePixels(around, image);
    if (!part) continue;
    const cut = await cutAndFit(image, part, CUT_SIZE);
    const found = await findWithSsd(networks, cut, CUT_SIZE);
    const scale = cut.width / part.width;
    const inside = scaleBox({ ...box, x: box.x - part.x, y: box.y - part.y }, scale);
    const candidate = found.find(
      (one) => isCentredIn(one.box, inside) && longerSide(one.box) < 2 * longerSide(inside),
    );
    if (candidate) looks.push({ cut, part, candidate });
  }
  return looks;
}

/**
 * Samples an image until its longer side has `size` pixels, and adds black until both sides are multiples.
 * @returns values in the memory of {@link emptyBatch}: no `await` before they are computed with
 */
function sampleWhole(image: RgbImage, size: number, multiple: number, least = 0) {
  const { width, height } = image;
  const square = toSquare(width, height, false);
  const [columns, rows] = [width, height].map(
    (side) => multiple * Math.ceil(Math.max((side * size) / square.side, least) / multiple),
  );
  const values = emptyBatch(rows * columns * 3, 1);
  const target = { target: values, size, index: 0, width: columns, height: rows };
  sampleSquare(image, { x: 0, y: 0, width, height }, square, target);
  return { values, width: columns, height: rows };
}

function enlarge({ score, box }: Candidate, from: RgbImage, to: RgbImage): Candidate {
  return { score, box: scaleBox(box, to.width / from.width, to.height / from.height) };
}

async function read(compute: () => tf.Tensor): Promise<Float32Array> {
  const output = tf.tidy(compute);
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}
