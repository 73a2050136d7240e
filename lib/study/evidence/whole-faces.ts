import type { BlockSet } from '../../core/blocks';
import { FACE_SIZE, type FaceSet } from '../../core/face-set';
import { clampBox, growBox, type Box } from '../../core/geometry';
import { cropGray, resizeBilinear } from '../../core/image';
import { DEFAULT_MARGIN_PX, LANDMARK_COUNT, landmarkBox } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { readGray } from './read-image';

/** Whole faces of a set, cut from their images. */
export interface WholeFaces {
  /** Grey levels, [n, size, size]. */
  readonly pixels: Uint8Array;
  /** The boxes around all landmarks, grown by the margin and clamped, [n, 4] as x, y, width, height in pixels. */
  readonly boxes: Float32Array;
}

/** A set of blocks and where its images lie. */
export interface BlockImages {
  readonly blocks: BlockSet;
  /** Absolute path of a frame's image. */
  readonly imageOf: (record: FrameRecord) => string;
}

const ALL_LANDMARKS = Array.from({ length: LANDMARK_COUNT }, (_, index) => index);

/**
 * Cuts the box of all landmarks of each face out of its image.
 * @param sizePx side of what is cut, after resizing
 * @throws Error when an image cannot be read any more
 */
export async function cutWholeFaces({ blocks, imageOf }: BlockImages, sizePx: number): Promise<WholeFaces> {
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
export async function addWholeFaces(images: BlockImages): Promise<FaceSet> {
  const { pixels: faces, boxes: faceBoxes } = await cutWholeFaces(images, FACE_SIZE);
  return { ...images.blocks, faces, faceBoxes };
}

/** Blocks were cut from this image, so that the box around all of its landmarks has pixels inside of it. */
function boxOfFace(blocks: BlockSet, face: number, image: { width: number; height: number }): Box {
  const landmarks = blocks.landmarks.subarray(2 * LANDMARK_COUNT * face, 2 * LANDMARK_COUNT * (face + 1));
  return clampBox(growBox(landmarkBox(landmarks, ALL_LANDMARKS), DEFAULT_MARGIN_PX), image.width, image.height)!; // prettier-ignore
}
