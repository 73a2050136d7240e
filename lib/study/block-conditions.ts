import {
  BLOCK_SIZE,
  type BlockSet,
  FACE_SIZE,
  type FaceSet,
  DEFAULT_MARGIN_PX,
  landmarkBox,
  landmarksOf,
} from '../core/blocks';
import { boxAt, clampBox, growBox, type Box } from '../core/geometry';
import { cropGray, resizeBilinear, type GrayImage } from '../core/image';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import { readGray } from './pictures';

/** A block set and its images. */
interface BlockImages {
  readonly blocks: BlockSet;
  /** Returns the absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

/** What the inputs of a network contain. Each function changes the blocks of all faces. */
const CONDITIONS = {
  /** Both blocks, unchanged. */
  correct: ({ blocks }) => blocks,
  /** Each face's boxes, cut from the last image of the set, as the original did (its first defect). */
  'last-image': cutFromLastImage,
  /** The box of all landmarks in place of both blocks. */
  'whole-face': async (data) => {
    const pixels = await cutFaces(data, BLOCK_SIZE);
    return { ...data.blocks, eyes: pixels, mouth: pixels };
  },
  /** The other block is black. */
  'eyes-only': ({ blocks }) => ({ ...blocks, mouth: new Uint8Array(blocks.mouth.length) }),
  'mouth-only': ({ blocks }) => ({ ...blocks, eyes: new Uint8Array(blocks.eyes.length) }),
  /** Eyes and mouth block are exchanged, in training and test. */
  swapped: ({ blocks }) => ({ ...blocks, eyes: blocks.mouth, mouth: blocks.eyes }),
  /** The blocks of another face of the set, chosen at random, with this face's label. */
  'another-image': ({ blocks }) => {
    const order = createRandom(1, 'another image').shuffle([...blocks.records.keys()]);
    const area = BLOCK_SIZE ** 2;
    const pick = (pixels: Uint8Array) =>
      new Uint8Array(Buffer.concat(order.map((face) => pixels.subarray(face * area, (face + 1) * area))));
    return { ...blocks, eyes: pick(blocks.eyes), mouth: pick(blocks.mouth) };
  },
  /** Both blocks, and the whole face. */
  'with-face': async (data): Promise<FaceSet> => {
    const boxes = data.blocks.records.map((_, face) => faceBox(data.blocks, face));
    const faceBoxes = Float32Array.from(boxes.flatMap(({ x, y, width, height }) => [x, y, width, height]));
    return { ...data.blocks, faces: await cutFaces(data, FACE_SIZE), faceBoxes };
  },
} satisfies Record<string, (data: BlockImages) => BlockSet | Promise<BlockSet>>;

/** What the inputs of a network contain. */
export type BlockCondition = keyof typeof CONDITIONS;

/** Conditions of the ablation: those of a network of two inputs. */
export const BLOCK_CONDITIONS = (Object.keys(CONDITIONS) as BlockCondition[]).filter(
  (condition) => condition !== 'with-face',
);

/**
 * Applies a condition to the blocks of all faces.
 * @throws Error when an image cannot be read
 */
export async function applyCondition(condition: BlockCondition, data: BlockImages): Promise<BlockSet> {
  return CONDITIONS[condition](data);
}

/**
 * Cuts each face's boxes from the last image of the set: the original's first defect.
 * @throws Error when that image cannot be read
 */
export async function cutFromLastImage({ blocks, imageOf }: BlockImages): Promise<BlockSet> {
  const last = imageOf(blocks.records[blocks.records.length - 1]);
  const files = blocks.records.map(() => last);
  const cut = (boxes: Float32Array) => cutPictures(files, (face) => boxAt(boxes, face));
  return { ...blocks, eyes: await cut(blocks.eyesBoxes), mouth: await cut(blocks.mouthBoxes) };
}

/**
 * Cuts a box from each image, clamped to the image, and resizes it to a square.
 * @param files of the n images; a file that is listed several times in a row is read once
 * @param boxOf returns the box of a position in `files`, in pixels
 * @param sizePx side after resizing, default {@link BLOCK_SIZE}
 * @returns grey levels, [n, size, size]; black for a box outside of its image
 * @throws Error when an image cannot be read
 */
export async function cutPictures(
  files: readonly string[],
  boxOf: (position: number, image: GrayImage) => Box,
  sizePx = BLOCK_SIZE,
): Promise<Uint8Array> {
  const pixels = new Uint8Array(files.length * sizePx ** 2);
  let image: GrayImage | undefined;
  for (const [position, file] of files.entries()) {
    if (!image || file !== files[position - 1]) image = await readGray(file);
    const box = clampBox(boxOf(position, image), image.width, image.height);
    if (!box) continue;
    pixels.set(resizeBilinear(cropGray(image, box), sizePx, sizePx).data, position * sizePx ** 2);
  }
  return pixels;
}

function cutFaces({ blocks, imageOf }: BlockImages, sizePx: number): Promise<Uint8Array> {
  return cutPictures(blocks.records.map(imageOf), (face) => faceBox(blocks, face), sizePx);
}

/** Computes the box of all landmarks with its margin, clamped to the image. */
function faceBox(blocks: BlockSet, face: number): Box {
  const grown = growBox(landmarkBox(landmarksOf(blocks, face)), DEFAULT_MARGIN_PX);
  const [width, height] = blocks.imageSizes.subarray(2 * face, 2 * face + 2);
  // The box contains pixels of the image, because the blocks were cut from it.
  return clampBox(grown, width, height)!;
}
