import { BLOCK_SIZE, type BlockSet } from './blocks';

/** Hashes of faces: 64 bits each as two numbers of 32, [n, 2]. */
export type FaceHashes = Uint32Array;

/** Bits in which two near-duplicates may differ at most. */
export const NEAR_BITS = 3;

const ROWS = 4;
const COLUMNS = 9;

/**
 * Hashes what the network sees of each face: a difference hash of 32 bits of the eyes block and one of the mouth
 * block. Each bit tells whether a cell of a coarse grid is darker than the one to its right.
 * Source: dHash, Neal Krawetz, "Kind of Like That" (2013).
 */
export function hashFaces({ records, eyes, mouth }: BlockSet): FaceHashes {
  const hashes = new Uint32Array(2 * records.length);
  const size = BLOCK_SIZE * BLOCK_SIZE;
  records.forEach((_, face) => {
    [eyes, mouth].forEach((blocks, which) => {
      hashes[2 * face + which] = hashBlock(blocks.subarray(face * size, (face + 1) * size));
    });
  });
  return hashes;
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
 * Finds near-duplicates: of each face of one side one of another side whose hash differs in at most
 * {@link NEAR_BITS} bits. Of four words of 16 bits one must then be equal, so that only those are compared.
 * @param asked positions of faces
 * @param others positions of faces; a face is no duplicate of itself
 * @returns for each asked face the other's position, or -1
 */
export function findNearDuplicates(
  hashes: FaceHashes,
  asked: readonly number[],
  others: readonly number[],
): Int32Array {
  const buckets = new Map<number, number[]>();
  for (const face of others)
    for (const word of wordsOf(hashes, face)) {
      const bucket = buckets.get(word);
      if (bucket) bucket.push(face);
      else buckets.set(word, [face]);
    }
  return Int32Array.from(asked, (face) => {
    for (const word of wordsOf(hashes, face))
      for (const other of buckets.get(word) ?? [])
        if (other !== face && countDifferentBits(hashes, face, other) <= NEAR_BITS) return other;
    return -1;
  });
}

function wordsOf(hashes: FaceHashes, face: number): number[] {
  const [first, second] = [hashes[2 * face], hashes[2 * face + 1]];
  return [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff].map(
    (word, place) => place * 0x10000 + word,
  );
}

function countDifferentBits(hashes: FaceHashes, one: number, other: number): number {
  return (
    countBits(hashes[2 * one] ^ hashes[2 * other]) + countBits(hashes[2 * one + 1] ^ hashes[2 * other + 1])
  );
}

function countBits(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest > 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}
