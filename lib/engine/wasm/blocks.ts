import { TILE_COLUMNS, TILE_ROWS } from './functions/multiply';

/** How much of the summed dimension is multiplied at a time: a panel of 8 KB stays in the first cache. */
export const DEPTH_BLOCK = 256;
/** Memory for one tile, which `multiply` needs where a matrix does not fill its last panel. */
export const TILE_BYTES = 4 * TILE_ROWS * TILE_COLUMNS;

/** Counts the bytes of a packed matrix, the last panel filled up. */
export function packedBytes(depth: number, columns: number): number {
  return 4 * depth * TILE_COLUMNS * Math.ceil(columns / TILE_COLUMNS);
}

/** Goes through a length in blocks. */
export function forEachBlock(
  length: number,
  block: number,
  use: (start: number, length: number) => void,
): void {
  for (let start = 0; start < length; start += block) use(start, Math.min(block, length - start));
}
