import * as tf from '@tensorflow/tfjs';
import { type Box, growBox, isCentredIn, longerSide, scaleBox } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import { type Candidate, SSD_SIZE, decodeSsdOutput, decodeTinyOutput, wholePixels } from './decode-boxes';
import type { Networks } from './face-api';
import { cutAndFit, fitWithin } from './resize';
import { emptyBatch, sampleSquare, toSquare } from './sampling';

/** Smallest face of the tiny detector, as a share of the image's longer side: it also detects gaps between heads as small faces. */
export const MIN_TINY_SHARE = 0.3;

/** Largest factor by which sampling alone shrinks an image; larger images are shrunk with antialiasing first, which is slower. */
export const MAX_SAMPLING_RATIO = 2;

/** Minimum score of a proposal, which SSD checks: nine of ten faces of 28 pixels reach it. */
export const PROPOSAL_SCORE = 0.1;

/** Both sides of a detector's input are multiples of these, in pixels. */
const [TINY_MULTIPLE, SSD_MULTIPLE] = [32, 128];

/** Minimum ratio of the sides of SSD's input: cuts of an image then have one shape, and one graph. */
const SSD_LEAST = 0.75;

interface TinyOptions {
  /** Side of the network's input in pixels. */
  readonly inputSize: number;
  /** Size of the batch, which is padded with black. */
  readonly batchSize: number;
  /** Default: the detector's own of 0.5. */
  readonly minScore?: number;
  /** Side of the smallest face as a share of the image's longer side, default {@link MIN_TINY_SHARE}. */
  readonly minShare?: number;
}

/** Runs the tiny detector on a batch of images. @returns candidates for each, in its pixels, the highest score first */
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
    const candidates = decodeTinyOutput(values, image, input, minScore);
    const large = candidates.filter(({ box }) => longerSide(box) >= minShare * longerSide(image));
    return large.map((candidate) => enlarge(candidate, image, images[index]));
  });
}

/**
 * Runs the tiny detector on an image in its own size, for faces of 28 pixels or more.
 * @returns candidates above {@link PROPOSAL_SCORE} in pixels of the image, the highest score first; many are false
 */
async function proposeFaces({ tiny }: Networks, image: RgbImage): Promise<Candidate[]> {
  const size = Math.max(TINY_MULTIPLE, longerSide(image) - (longerSide(image) % TINY_MULTIPLE));
  const { values, width, height } = sampleWhole(image, size, TINY_MULTIPLE);
  const output = await read(() => tiny.forward(tf.tensor4d(values, [1, height, width, 3])));
  return decodeTinyOutput(output, image, { width, height }, PROPOSAL_SCORE);
}

/**
 * Runs the SSD detector on one image.
 * @param side length of the image's longer side in the input, in pixels: a multiple of 128, at most (default) 512
 * @returns candidates in pixels of the image, the highest score first
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
  const candidates = decodeSsdOutput(output, anchors, shrunk, { side, input: { width, height } });
  return candidates.map((candidate) => enlarge(candidate, shrunk, image));
}

/** Side of a cut around a proposal, in sides of the proposal, and the size that it is resized to, in pixels. */
const [CUT_FACES, CUT_SIZE] = [4, 256];

/** Maximum number of cuts of an image, those of the highest scores first: textures have many proposals. */
const MAX_CUTS = 48;

/**
 * Detects faces that are too small to be detected in the whole image: the tiny detector proposes them, and SSD checks a resized
 * cut around each.
 * @param images.copy the image, or the smaller one of `fitForDetection`, in which faces are proposed
 * @param images.known boxes of detected faces, in pixels of the copy; proposals in them are skipped
 * @returns `cut`: resized part of the image; `part`: the same in whole pixels of the image; `candidate`: in pixels of the cut
 */
export async function detectInCuts(
  networks: Networks,
  images: { readonly image: RgbImage; readonly copy: RgbImage; readonly known: readonly Box[] },
) {
  const { image, copy, known } = images;
  const proposals = (await proposeFaces(networks, copy)).filter(
    ({ box }) => !known.some((other) => isCentredIn(box, other)),
  );
  const found: { readonly cut: RgbImage; readonly part: Box; readonly candidate: Candidate }[] = [];
  for (const proposal of proposals.slice(0, MAX_CUTS)) {
    const { box } = enlarge(proposal, copy, image);
    const side = longerSide(box);
    const around = growBox(box, ((CUT_FACES - 1) * side) / 2);
    const part = wholePixels(around, image);
    if (!part) continue;
    const cut = await cutAndFit(image, part, CUT_SIZE);
    const candidates = await findWithSsd(networks, cut, CUT_SIZE);
    const scale = cut.width / part.width;
    const inside = scaleBox({ ...box, x: box.x - part.x, y: box.y - part.y }, scale);
    const candidate = candidates.find(
      (one) => isCentredIn(one.box, inside) && longerSide(one.box) < 2 * longerSide(inside),
    );
    if (candidate) found.push({ cut, part, candidate });
  }
  return found;
}

/**
 * Samples an image so that its longer side has `size` pixels, and pads it with black to multiples of a number of pixels.
 * @param least minimum of each side in pixels
 * @returns values in the memory of {@link emptyBatch}: do not `await` before they are used
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
