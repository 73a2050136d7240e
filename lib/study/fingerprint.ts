import { createHash } from 'node:crypto';
import { type BlockSet, expectFaces } from '../core/blocks';
import type { InputName } from '../model/training/data';

type Column = Float32Array | Uint8Array;

/** The arrays of a block set that each input is computed from. */
const COLUMNS: Readonly<Record<InputName, (blocks: BlockSet) => readonly Column[]>> = {
  eyes: ({ eyes }) => [eyes],
  mouth: ({ mouth }) => [mouth],
  face: (blocks) => [expectFaces(blocks).faces],
  softEyes: softColumns,
  softMouth: softColumns,
  landmarks: ({ landmarks }) => [landmarks],
  boxes: ({ eyesBoxes, mouthBoxes, imageSizes }) => [eyesBoxes, mouthBoxes, imageSizes],
};

function softColumns(blocks: BlockSet): readonly Column[] {
  const { faces, faceBoxes } = expectFaces(blocks);
  return [faces, faceBoxes, blocks.landmarks];
}

/**
 * Computes a fingerprint of faces as a network sees them: inputs, label and votes of each, in order. Paths and other
 * arrays of the block set have no influence.
 * @param faces positions in the block set
 * @returns SHA-256, 64 hexadecimal digits
 */
export function fingerprintFaces(
  blocks: BlockSet,
  faces: readonly number[],
  inputs: readonly InputName[],
): string {
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
