import sharp from 'sharp';
import { type Box, growBox, isCentredIn, longerSide, scaleBox, wholeOf } from '../../core/geometry';
import { type GrayImage, type RgbImage, enlargeCubic } from '../../core/image';
import type { Networks } from './face-api';
import { SSD_SIZE, type TinyOptions, runSsd, runTiny, runTinyInOwnSize, wholePixels } from './find-boxes';
import type { Candidate, DetectedFace } from './detected-face';

/** Smallest face of the tiny detector, as a share of the image's longer side: it also detects gaps between heads as small faces. */
export const MIN_TINY_SHARE = 0.3;

/** Largest factor by which sampling alone shrinks an image; larger images are shrunk with antialiasing first, which is slower. */
export const MAX_SAMPLING_RATIO = 2;

/** Minimum score of a proposal, which SSD checks: nine of ten faces of 28 pixels reach it. */
export const PROPOSAL_SCORE = 0.1;

/** Longer side and area of the copy in which faces are detected, in pixels; one of the two limits may be exceeded. */
export const DETECTION_COPY = { side: 1280, area: 1280 * 960 } as const;

/**
 * Shrinks an image for detection to a longer side of 1280 pixels or the area of 1280x960, whichever is larger: faces of a
 * panorama stay as large as those of other images with as many pixels.
 */
export function fitForDetection(image: RgbImage): Promise<RgbImage> {
  const { side, area } = DETECTION_COPY;
  return shrink(image, Math.max(side / longerSide(image), Math.sqrt(area / (image.width * image.height))));
}

/** Shrinks an image with antialiasing so that no side is longer than `side` pixels. */
function fitWithin(image: RgbImage, side: number): Promise<RgbImage> {
  return shrink(image, side / longerSide(image));
}

/** A scale of 1 or more returns the image unchanged. */
async function shrink(image: RgbImage, scale: number): Promise<RgbImage> {
  return scale >= 1 ? image : resize(image, scale);
}

/** Enlarges an image by cubic interpolation to a longer side of `side` pixels; a larger image is returned unchanged. */
export async function enlarge(image: RgbImage, side: number): Promise<RgbImage> {
  const scale = side / longerSide(image);
  if (scale <= 1) return image;
  // For small images libvips takes four times as long; it enlarges colours.
  const grey = scale === 2 || scale === 4 ? toGrey(image) : undefined;
  if (!grey) return resize(image, scale, 'cubic');
  return toRgb(enlargeCubic(grey, scale as 2 | 4));
}

function toRgb({ width, height, data }: GrayImage): RgbImage {
  const rgb = new Uint8Array(3 * data.length);
  for (let pixel = 0, at = 0; pixel < data.length; pixel++, at += 3)
    rgb[at] = rgb[at + 1] = rgb[at + 2] = data[pixel];
  return { width, height, data: rgb };
}

/** Returns undefined for an image with colours. */
function toGrey({ width, height, data }: RgbImage): GrayImage | undefined {
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return undefined;
    grey[pixel] = data[at];
  }
  return { width, height, data: grey };
}

/**
 * Cuts a part out of an image and resizes it.
 * @param part whole pixels inside the image
 * @param side length of the longer side of the result, in pixels
 */
export function cutAndFit(image: RgbImage, part: Box, side: number): Promise<RgbImage> {
  const scale = side / longerSide(part);
  return resize(image, scale, scale > 1 ? 'cubic' : 'linear', part);
}

async function resize(
  { width, height, data }: RgbImage,
  scale: number,
  kernel: 'linear' | 'cubic' = 'linear',
  part: Box = wholeOf({ width, height }),
): Promise<RgbImage> {
  const target = {
    width: Math.max(1, Math.round(part.width * scale)),
    height: Math.max(1, Math.round(part.height * scale)),
  };
  const resized = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .extract({ left: part.x, top: part.y, width: part.width, height: part.height })
    .resize({ ...target, fit: 'fill', kernel })
    .raw()
    .toBuffer();
  return { ...target, data: new Uint8Array(resized.buffer, resized.byteOffset, resized.byteLength) };
}

/**
 * Maps a face from a resized part of an image to the image.
 * @param part in pixels of the image
 * @param cut the resized part
 */
export function placeFace(face: DetectedFace, part: Box, cut: Pick<Box, 'width' | 'height'>): DetectedFace {
  const landmarks = face.landmarks.map((value, index) =>
    index % 2 === 0 ? part.x + value * (part.width / cut.width) : part.y + value * (part.height / cut.height),
  );
  return { ...face, box: placeBox(face.box, part, cut), landmarks };
}

/** Maps a box as {@link placeFace} does. */
export function placeBox(box: Box, part: Box, cut: Pick<Box, 'width' | 'height'>): Box {
  const scaled = scaleBox(box, part.width / cut.width, part.height / cut.height);
  return { ...scaled, x: part.x + scaled.x, y: part.y + scaled.y };
}

/**
 * Runs the tiny detector on a batch of images, which are shrunk first where sampling would shrink them too much.
 * @param options.minShare side of the smallest face as a share of the image's longer side, default {@link MIN_TINY_SHARE}
 * @returns candidates for each, in its pixels, the highest score first
 */
export async function findWithTiny(
  { tiny }: Networks,
  images: readonly RgbImage[],
  { minShare = MIN_TINY_SHARE, ...input }: TinyOptions & { readonly minShare?: number },
): Promise<Candidate[][]> {
  const shrunk = await Promise.all(
    images.map((image) =>
      longerSide(image) > MAX_SAMPLING_RATIO * input.size ? fitWithin(image, input.size) : image,
    ),
  );
  const found = await runTiny(tiny, shrunk, input);
  return shrunk.map((image, index) =>
    found[index]
      .filter(({ box }) => longerSide(box) >= minShare * longerSide(image))
      .map((candidate) => toImage(candidate, image, images[index])),
  );
}

/**
 * Runs the SSD detector on one image.
 * @param side as `runSsd` takes it, default {@link SSD_SIZE}
 * @returns candidates in pixels of the image, the highest score first
 */
export async function findWithSsd(
  { loadSsd }: Networks,
  image: RgbImage,
  side = SSD_SIZE,
): Promise<Candidate[]> {
  const network = await loadSsd();
  const shrunk = await fitWithin(image, side);
  return (await runSsd(network, shrunk, side)).map((candidate) => toImage(candidate, shrunk, image));
}

function toImage({ score, box }: Candidate, from: RgbImage, to: RgbImage): Candidate {
  return { score, box: scaleBox(box, to.width / from.width, to.height / from.height) };
}

/** Side of a cut around a proposal, in sides of the proposal, and the size that it is resized to, in pixels. */
const [CUT_FACES, CUT_SIZE] = [4, 256];

/** Maximum number of cuts of an image, those of the highest scores first: textures have many proposals. */
const MAX_CUTS = 48;

/**
 * Detects faces that are too small to be detected in the whole image: the tiny detector proposes faces of 28 pixels or more, many
 * of them false, and SSD checks a resized cut around each.
 * @param images.copy the image, or the smaller one of {@link fitForDetection}, in which faces are proposed
 * @param images.known boxes of detected faces, in pixels of the copy; proposals in them are skipped
 * @returns `cut`: resized part of the image; `part`: the same in whole pixels of the image; `candidate`: in pixels of the cut
 */
export async function detectInCuts(
  networks: Networks,
  images: { readonly image: RgbImage; readonly copy: RgbImage; readonly known: readonly Box[] },
) {
  const { image, copy, known } = images;
  const proposals = (await runTinyInOwnSize(networks.tiny, copy, PROPOSAL_SCORE)).filter(
    ({ box }) => !known.some((other) => isCentredIn(box, other)),
  );
  const found: { readonly cut: RgbImage; readonly part: Box; readonly candidate: Candidate }[] = [];
  for (const proposal of proposals.slice(0, MAX_CUTS)) {
    const { box } = toImage(proposal, copy, image);
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
