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
  const { eyes, mouth } = blocks;
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
      return { ...blocks, mouth: new Uint8Array(mouth.length) };
    case 'mouth-only':
      return { ...blocks, eyes: new Uint8Array(eyes.length) };
    case 'swapped':
      return { ...blocks, eyes: mouth, mouth: eyes };
    case 'another-image': {
      const order = createRandom(1, 'another image').shuffle([...blocks.records.keys()]);
      const pick = (pixels: Uint8Array) =>
        concat(order.map((face) => pixels.subarray(face * AREA, (face + 1) * AREA)));
      return { ...blocks, eyes: pick(eyes), mouth: pick(mouth) };
    }
  }
}

/**
 * Cuts each face's boxes from the last image of the set: the original's first defect.
 * @throws Error when that image cannot be read
 */
export async function cutFromLastImage({ blocks, imageOf }: BlockImages): Promise<BlockSet> {
  const last = await readGray(imageOf(blocks.records[blocks.records.length - 1]));
  const cutAll = (boxes: Float32Array) =>
    concat(blocks.records.map((_, face) => cutBlock(last, boxAt(boxes, face))));
  return { ...blocks, eyes: cutAll(blocks.eyesBoxes), mouth: cutAll(blocks.mouthBoxes) };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
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
    const grown = growBox(landmarkBox(landmarksOf(blocks, face)), DEFAULT_MARGIN_PX);
    // The box contains pixels of the image, because the blocks were cut from it.
    const box = clampBox(grown, image.width, image.height)!;
    pixels.set(resizeBilinear(cropGray(image, box), sizePx, sizePx).data, face * sizePx * sizePx);
    boxes.set([box.x, box.y, box.width, box.height], 4 * face);
  }
  return { pixels, boxes };
}
