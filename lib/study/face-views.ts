import path from 'node:path';
import { BLOCK_SIZE } from '../core/blocks';
import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import type { Emotion } from '../core/emotions';
import type { Box } from '../core/geometry';
import type { FrameRecord } from '../core/record';
import type { Dataset } from '../datasets/dataset';
import type { FaceView } from '../figures/attention-flow';
import type { RasterImage } from '../figures/images';
import type { SampleFace } from '../figures/sheets';

/**
 * Gathers all that preprocessing found in one face, for figures.
 * @param face position in the block set
 */
export function viewFace(dataset: Dataset, blocks: BlockSet, face: number): FaceView {
  const record = blocks.records[face];
  return {
    image: path.join(dataset.directory, record.path),
    landmarks: blocks.landmarks.subarray(136 * face, 136 * face + 136),
    eyesBox: boxAt(blocks.eyesBoxes, face),
    mouthBox: boxAt(blocks.mouthBoxes, face),
    eyes: blockAt(blocks.eyes, face),
    mouth: blockAt(blocks.mouth, face),
    caption: `${record.character}, ${record.emotion}`,
  };
}

/**
 * Chooses one frame of each character and expression for a sheet: the middle one of the middle clip.
 * @param options.characters how many characters at most, default 6
 */
export function chooseSampleFaces(
  { directory, records }: Dataset,
  options: { readonly characters?: number } = {},
): SampleFace[] {
  const characters = [...new Set(records.map((record) => record.character))].slice(
    0,
    options.characters ?? 6,
  );
  return characters.flatMap((character) =>
    EMOTIONS.flatMap((emotion) => {
      const record = middleOf(
        records.filter((one) => one.character === character && one.emotion === emotion),
      );
      return record ? [{ image: path.join(directory, record.path), character, emotion }] : [];
    }),
  );
}

/**
 * Finds a face of an expression, the middle one of those that were found.
 * @returns its position in the block set
 * @throws RangeError when no face of that expression was found
 */
export function findFace(blocks: BlockSet, emotion: Emotion): number {
  const record = middleOf(blocks.records.filter((one) => one.emotion === emotion));
  if (!record) throw new RangeError(`Expected a face of ${emotion} in the block set but received none`);
  return blocks.records.indexOf(record);
}

/** The middle frame of the middle clip: there an expression is near its height. Without clips, the middle frame. */
function middleOf(records: readonly FrameRecord[]): FrameRecord | undefined {
  const middle = records[Math.floor(records.length / 2)];
  if (middle?.clip === undefined) return middle;
  const clip = records.filter((record) => record.clip === middle.clip);
  return clip[Math.floor(clip.length / 2)];
}

function boxAt(boxes: Float32Array, face: number): Box {
  const [x, y, width, height] = boxes.subarray(4 * face, 4 * face + 4);
  return { x, y, width, height };
}

function blockAt(pixels: Uint8Array, face: number): RasterImage {
  const size = BLOCK_SIZE * BLOCK_SIZE;
  return { width: BLOCK_SIZE, height: BLOCK_SIZE, data: pixels.subarray(face * size, (face + 1) * size) };
}
