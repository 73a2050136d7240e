import { copyRows, packColumns, packedBytes, packRows, transpose } from './arrange';
import { free, malloc } from './host';
import { multiplyPacked, TILE_BYTES } from './tile';

/** Length of the summed dimension per pass, so that a panel of 8 KB stays in the first-level cache. */
export const DEPTH_BLOCK = 256;
/** Sizes of blocks: one of B, 256 KB, and one of A, 64 KB, stay in the second-level cache. */
const COLUMN_BLOCK = 256;
const ROW_BLOCK = 64;
/** Row distance of A in bytes from which rows are copied together, since they would evict each other from the cache. */
const FAR: usize = 2048;

/**
 * Multiplies a stack of matrices, C = A B.
 * @param transposeA, transposeB whether each is stored transposed
 * @param c [matrices, rows, columns]
 */
export function matMul(
  a: usize,
  transposeA: bool,
  b: usize,
  transposeB: bool,
  c: usize,
  matrices: i32,
  rows: i32,
  depth: i32,
  columns: i32,
): void {
  const aStride: usize = (transposeA ? rows : depth) << 2;
  const bStride: usize = (transposeB ? depth : columns) << 2;
  const cStride: usize = columns << 2;
  const packedA = malloc(4 * ROW_BLOCK * DEPTH_BLOCK + packedBytes(DEPTH_BLOCK, COLUMN_BLOCK) + TILE_BYTES);
  const packedB = packedA + 4 * ROW_BLOCK * DEPTH_BLOCK;
  const tile = packedB + packedBytes(DEPTH_BLOCK, COLUMN_BLOCK);
  for (let i = 0; i < matrices; i++) {
    for (let column = 0; column < columns; column += COLUMN_BLOCK) {
      const width = min(COLUMN_BLOCK, columns - column);
      for (let start = 0; start < depth; start += DEPTH_BLOCK) {
        const length = min(DEPTH_BLOCK, depth - start);
        const packedStride: usize = length << 2;
        if (transposeB) packColumns(b + column * bStride + (start << 2), bStride, packedB, length, width);
        else packRows(b + start * bStride + (column << 2), bStride, packedB, length, width);
        for (let row = 0; row < rows; row += ROW_BLOCK) {
          const height = min(ROW_BLOCK, rows - row);
          const to = c + row * cStride + (column << 2);
          const from = a + row * aStride + (start << 2);
          if (!transposeA && aStride < FAR) {
            multiplyPacked(from, aStride, packedB, to, cStride, height, length, width, start > 0, tile);
            continue;
          }
          if (transposeA)
            transpose(a + start * aStride + (row << 2), aStride, packedA, packedStride, length, height);
          else copyRows(from, aStride, packedA, packedStride, packedStride, height);
          multiplyPacked(packedA, packedStride, packedB, to, cStride, height, length, width, start > 0, tile);
        }
      }
    }
    a += (rows * depth) << 2;
    b += (depth * columns) << 2;
    c += (rows * columns) << 2;
  }
  free(packedA);
}
