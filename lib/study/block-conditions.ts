import { BLOCK_SIZE, type BlockSet, FACE_SIZE, type FaceSet } from '../core/blocks';
import { boxAt, clampBox, growBox, type Box } from '../core/geometry';
import { cropGray, resizeBilinear, type GrayImage } from '../core/image';
import { DEFAULT_MARGIN_PX, landmarkBox, landmarksOf } from '../core/landmarks';
import { createRandom } from '../core/random';
import type { FrameRecord } from '../core/record';
import { readGray } from './pictures';

/** A block set and its images. */
interface BlockImages {
  readonly blocks: BlockSet;
  /** Returns the absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

/** Conditions of the ablation: what the two inputs of a network contain. */
export const BLOCK_CONDITIONS = [
  'correct',
  'last-image',
  'whole-face',
  'eyes-only',
  'mouth-only',
  'swapped',
  'another-image',
] as const;

/** One of {@link BLOCK_CONDITIONS}, or both blocks with the whole face as a third input. */
export type BlockCondition = (typeof BLOCK_CONDITIONS)[number] | 'with-face';

const AREA = BLOCK_SIZE * BLOCK_SIZE;

/**
 * Applies a condition to the blocks of all faces.
 * - `correct`: both blocks, unchanged
 * - `last-image`: each face's boxes, cut from the last image of the set, as the original did (its first defect)
 * - `whole-face`: the box of all landmarks in place of both blocks
 * - `with-face`: both blocks, and the whole face
 * - `eyes-only`, `mouth-only`: the other block is black
 * - `swapped`: eyes and mouth block are exchanged, in training and test
 * - `another-image`: the blocks of another face of the set, chosen at random, with this face's label
 * @throws Error when an image cannot be read
 */
export async function applyCondition(condition: BlockCondition, data: BlockImages): Promise<BlockSet> {
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
    case 'with-face': {
      const { pixels: faces, boxes: faceBoxes } = await cutWholeFaces(data, FACE_SIZE);
      return { ...blocks, faces, faceBoxes } as FaceSet;
    }
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
 * Cuts each face's boxes from the last image of the set: the original's first defect.
 * @throws Error when that image cannot be read
 */
export async function cutFromLastImage({ blocks, imageOf }: BlockImages): Promise<BlockSet> {
  const last = await readGray(imageOf(blocks.records[blocks.records.length - 1]));
  const cutAll = (boxes: Float32Array) =>
    concatAreas(blocks.records.map((_, face) => cutBlock(last, boxAt(boxes, face))));
  return { ...blocks, eyes: cutAll(blocks.eyesBoxes), mouth: cutAll(blocks.mouthBoxes) };
}

/**
 * Crops a box, clamped to the image, and resizes it to a block.
 * @returns [32, 32], 0 to 255; black for a box outside of the image
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

/**
 * Crops the box of all landmarks of each face, and resizes it.
 * @param sizePx side after resizing
 * @returns grey levels, [n, size, size], and the boxes, [n, 4] as x, y, width, height in pixels
 * @throws Error when an image cannot be read
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

/** The box contains pixels of the image, because the blocks were cut from it. */
function boxOfFace(blocks: BlockSet, face: number, image: { width: number; height: number }): Box {
  const box = growBox(landmarkBox(landmarksOf(blocks, face)), DEFAULT_MARGIN_PX);
  return clampBox(box, image.width, image.height)!;
}
