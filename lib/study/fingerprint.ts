import { createHash } from 'node:crypto';
import type { BlockSet } from '../core/blocks';
import { expectFaces } from '../core/face-set';
import type { InputName } from '../model/training/data';

type Column = Float32Array | Uint8Array;

/** What of a block set each input is made from. */
const COLUMNS: Readonly<Record<InputName, (blocks: BlockSet) => readonly Column[]>> = {
  eyes: ({ eyes }) => [eyes],
  mouth: ({ mouth }) => [mouth],
  face: (blocks) => [expectFaces(blocks).faces],
  softEyes: columnsOfSoft,
  softMouth: columnsOfSoft,
  landmarks: ({ landmarks }) => [landmarks],
  boxes: ({ eyesBoxes, mouthBoxes, imageSizes }) => [eyesBoxes, mouthBoxes, imageSizes],
};

function columnsOfSoft(blocks: BlockSet): readonly Column[] {
  const { faces, faceBoxes } = expectFaces(blocks);
  return [faces, faceBoxes, blocks.landmarks];
}

/**
 * Names what a network learns from some faces, or is asked about: what the inputs show of each, its label and its
 * votes, in order. Paths and what no input shows do not count.
 * @param faces positions in the block set
 * @returns SHA-256, 64 hexadecimal digits
 */
export function hashFaces(blocks: BlockSet, faces: readonly number[], inputs: readonly InputName[]): string {
  const count = blocks.records.length;
  const columns = inputs.flatMap((input) => COLUMNS[input](blocks));
  const hash = createHash('sha256').update(inputs.join());
  for (const face of faces) {
    for (const column of columns) {
      const length = column.length / count;
      const row = column.subarray(face * length, (face + 1) * length);
      hash.update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
    }
    const { emotion, votes } = blocks.records[face];
    hash.update(`${emotion} ${votes?.join() ?? ''}\0`);
  }
  return hash.digest('hex');
}
