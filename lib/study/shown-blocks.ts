import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { FACE_SIZE, type FaceSet } from '../core/face-set';
import { clampBox, growBox, type Box } from '../core/geometry';
import { cropGray, resizeBilinear, type GrayImage } from '../core/image';
import { DEFAULT_MARGIN_PX, landmarkBox, landmarksOf } from '../core/landmarks';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import { readGray } from './pictures';

/** A set of blocks and where its images lie. */
export interface BlockImages {
  readonly blocks: BlockSet;
  /** Absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

/** What a network is shown in place of the two blocks as they are. */
export const SHOWN_BLOCKS = [
  'correct',
  'last-image',
  'whole-face',
  'eyes-only',
  'mouth-only',
  'swapped',
  'another-image',
] as const;

/** One of {@link SHOWN_BLOCKS}, or the blocks as they are with the whole face beside them. */
export type ShownBlocks = (typeof SHOWN_BLOCKS)[number] | 'with-face';

const AREA = BLOCK_SIZE * BLOCK_SIZE;

/**
 * Makes the blocks of a condition.
 * - `correct`: the blocks as they are
 * - `last-image`: each face's boxes, cut from the last image of all, as the original did (its first defect)
 * - `whole-face`: the box of all landmarks, shown to both branches
 * - `with-face`: the blocks as they are, and the whole face: a set for other uses of the prior
 * - `eyes-only`, `mouth-only`: the other block is black
 * - `swapped`: the eyes block goes to the mouth's branch and the other way round, in training and test
 * - `another-image`: blocks of another face of the same set, drawn at random, under this face's label
 * @param data.imageOf absolute path of a frame's image
 * @throws Error when an image cannot be read any more
 */
export async function showBlocks(condition: ShownBlocks, data: BlockImages): Promise<BlockSet> {
  const { blocks } = data;
  const black = () => new Uint8Array(blocks.eyes.length);
  switch (condition) {
    case 'correct':
      return blocks;
    case 'last-image':
      return cutFromLastImage(data);
    case 'whole-face': {
      const { pixels } = await cutWholeFaces(data, BLOCK_SIZE);
      return { ...blocks, eyes: pixels, mouth: pixels };
    }
    case 'with-face':
      return addWholeFaces(data);
    case 'eyes-only':
      return { ...blocks, mouth: black() };
    case 'mouth-only':
      return { ...blocks, eyes: black() };
    case 'swapped':
      return { ...blocks, eyes: blocks.mouth, mouth: blocks.eyes };
    case 'another-image':
      return shuffleFaces(blocks);
  }
}

/**
 * Repeats the original's first defect: cuts each face's boxes from one and the same image, the last of all.
 * @throws Error when that image cannot be read any more
 */
export async function cutFromLastImage({ blocks, imageOf }: BlockImages): Promise<BlockSet> {
  const last = await readGray(imageOf(blocks.records[blocks.records.length - 1]));
  const cutAll = (boxes: Float32Array) =>
    concatAreas(blocks.records.map((_, face) => cutBlock(last, boxAt(boxes, face))));
  return { ...blocks, eyes: cutAll(blocks.eyesBoxes), mouth: cutAll(blocks.mouthBoxes) };
}

/**
 * Cuts a box, clamped to the image, and resizes it to a block.
 * @returns [32, 32], 0 to 255; black for a box that lies wholly outside of the image
 */
export function cutBlock(image: GrayImage, box: Box): Uint8Array {
  const inside = clampBox(box, image.width, image.height);
  if (!inside) return new Uint8Array(AREA);
  return resizeBilinear(cropGray(image, inside), BLOCK_SIZE, BLOCK_SIZE).data;
}

function shuffleFaces(blocks: BlockSet): BlockSet {
  const order = createRandom(1, 'another image').shuffle([...blocks.records.keys()]);
  const pick = (pixels: Uint8Array) =>
    concatAreas(order.map((face) => pixels.subarray(face * AREA, (face + 1) * AREA)));
  return { ...blocks, eyes: pick(blocks.eyes), mouth: pick(blocks.mouth) };
}

function concatAreas(areas: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(areas.length * AREA);
  areas.forEach((area, index) => all.set(area, index * AREA));
  return all;
}

function boxAt(boxes: Float32Array, face: number): Box {
  const [x, y, width, height] = boxes.subarray(4 * face, 4 * face + 4);
  return { x, y, width, height };
}

/**
 * Cuts the box of all landmarks of each face out of its image.
 * @param sizePx side of what is cut, after resizing
 * @returns grey levels, [n, size, size], and the boxes, [n, 4] as x, y, width, height in pixels
 * @throws Error when an image cannot be read any more
 */
async function cutWholeFaces({ blocks, imageOf }: BlockImages, sizePx: number) {
  const count = blocks.records.length;
  const pixels = new Uint8Array(count * sizePx * sizePx);
  const boxes = new Float32Array(4 * count);
  for (const [face, record] of blocks.records.entries()) {
    const image = await readGray(imageOf(record));
    const box = boxOfFace(blocks, face, image);
    pixels.set(resizeBilinear(cropGray(image, box), sizePx, sizePx).data, face * sizePx * sizePx);
    boxes.set([box.x, box.y, box.width, box.height], 4 * face);
  }
  return { pixels, boxes };
}

/** Adds the whole face to the blocks of each. */
async function addWholeFaces(images: BlockImages): Promise<FaceSet> {
  const { pixels: faces, boxes: faceBoxes } = await cutWholeFaces(images, FACE_SIZE);
  return { ...images.blocks, faces, faceBoxes };
}

/** Blocks were cut from this image, so that the box around all of its landmarks has pixels inside of it. */
function boxOfFace(blocks: BlockSet, face: number, image: { width: number; height: number }): Box {
  const box = growBox(landmarkBox(landmarksOf(blocks, face)), DEFAULT_MARGIN_PX);
  return clampBox(box, image.width, image.height)!;
}
