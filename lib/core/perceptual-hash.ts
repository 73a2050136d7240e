import { BLOCK_SIZE, type BlockSet } from './blocks';
import { groupBy } from './group-by';

/** Largest number of different bits between two near-duplicates. */
const NEAR_BITS = 3;

const ROWS = 4;
const COLUMNS = 9;

/**
 * Hashes what the network sees of each face: a 32-bit difference hash of the eyes block and one of the mouth block. A
 * bit is 1 when a cell of a 4x9 grid is darker than its right neighbour.
 * @returns 64 bits of each face as two 32-bit numbers, [n, 2]
 * Source: dHash, Neal Krawetz, "Kind of Like That" (2013).
 */
export function hashFaces({ records, eyes, mouth }: BlockSet): Uint32Array {
  const size = BLOCK_SIZE * BLOCK_SIZE;
  const hashes = records.flatMap((_, face) =>
    [eyes, mouth].map((blocks) => hashBlock(blocks.subarray(face * size, (face + 1) * size))),
  );
  return Uint32Array.from(hashes);
}

function hashBlock(block: Uint8Array): number {
  let hash = 0;
  for (let row = 0; row < ROWS; row++) {
    const cells = Array.from({ length: COLUMNS }, (_, column) => cellMean(block, row, column));
    for (let column = 0; column + 1 < COLUMNS; column++)
      hash = (hash << 1) | (cells[column] < cells[column + 1] ? 1 : 0);
  }
  return hash >>> 0;
}

function cellMean(block: Uint8Array, row: number, column: number): number {
  const edge = (index: number, parts: number) => Math.round((index * BLOCK_SIZE) / parts);
  let [sum, count] = [0, 0];
  for (let y = edge(row, ROWS); y < edge(row + 1, ROWS); y++)
    for (let x = edge(column, COLUMNS); x < edge(column + 1, COLUMNS); x++, count++)
      sum += block[y * BLOCK_SIZE + x];
  return sum / count;
}

/**
 * Finds for each face of one set a near-duplicate in another set: a face whose hash differs in at most
 * {@link NEAR_BITS} bits. With that few different bits, at least one of the hash's four 16-bit words is equal, so only
 * faces with an equal word are compared.
 * @param hashes as {@link hashFaces} returns them
 * @param asked positions of the faces
 * @param others positions of the possible near-duplicates; a face is never its own near-duplicate
 * @returns the position of one near-duplicate of each face in `asked`, or -1
 */
export function findNearDuplicates(
  hashes: Uint32Array,
  asked: readonly number[],
  others: readonly number[],
): Int32Array {
  const words = others.flatMap((face) => wordsOf(hashes, face).map((word) => ({ word, face })));
  const byWord = groupBy(words, ({ word }) => word);
  return Int32Array.from(asked, (face) => {
    for (const word of wordsOf(hashes, face))
      for (const { face: other } of byWord.get(word) ?? [])
        if (other !== face && countDifferentBits(hashes, face, other) <= NEAR_BITS) return other;
    return -1;
  });
}

function wordsOf(hashes: Uint32Array, face: number): number[] {
  const [eyes, mouth] = hashes.subarray(2 * face);
  return [eyes >>> 16, eyes & 0xffff, mouth >>> 16, mouth & 0xffff].map(
    (word, place) => place * 0x10000 + word,
  );
}

function countDifferentBits(hashes: Uint32Array, one: number, other: number): number {
  const count = (which: number) => countBits(hashes[2 * one + which] ^ hashes[2 * other + which]);
  return count(0) + count(1);
}

function countBits(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest > 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}
