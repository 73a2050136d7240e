/** Rows of a tile: 4 x 8 results, two vectors of B and one of A fit into the 16 registers of x86. */
export const TILE_ROWS = 4;
/** Columns of a tile, and so of a panel of packed B. */
export const TILE_COLUMNS = 8;
/** Bytes of a row of a panel. */
export const PANEL_ROW: usize = 4 * TILE_COLUMNS;
/** Bytes of a tile. */
export const TILE_BYTES: usize = TILE_ROWS * PANEL_ROW;

/**
 * Computes C = A B, or C += A B. Addresses and strides are in bytes. A is stored row by row, with `depth` numbers per row.
 * B is packed in panels of 8 columns; the unused columns of the last panel may have any values.
 * @param tile memory for one tile
 * Source: Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008).
 */
export function multiplyPacked(
  a: usize,
  aStride: usize,
  b: usize,
  c: usize,
  cStride: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  accumulate: bool,
  tile: usize,
): void {
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const width = min(TILE_COLUMNS, columns - column);
    for (let row = 0; row < rows; row += TILE_ROWS) {
      const height = min(TILE_ROWS, rows - row);
      const from = a + row * aStride;
      const whole = c + row * cStride;
      const isWhole = width === TILE_COLUMNS;
      const to = isWhole ? whole : tile;
      const stride = isWhole ? cStride : PANEL_ROW;
      const adds = isWhole && accumulate;
      if (height === TILE_ROWS) Tile.multiplyRows(from, aStride, b, to, stride, TILE_ROWS, depth, adds);
      else Tile.multiplyRows(from, aStride, b, to, stride, height, depth, adds);
      if (!isWhole) copyTile(tile, whole, cStride, height, width, accumulate);
    }
    b += depth * PANEL_ROW;
    c += PANEL_ROW;
  }
}

/** Copies or adds the first columns of a tile to C, where C has fewer than 8 columns left. */
function copyTile(tile: usize, c: usize, cStride: usize, rows: i32, columns: i32, accumulate: bool): void {
  const bytes: usize = columns << 2;
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < bytes; at += 4)
      store<f32>(c + at, accumulate ? load<f32>(c + at) + load<f32>(tile + at) : load<f32>(tile + at));
    tile += PANEL_ROW;
    c += cStride;
  }
}

/** A class, since TypeScript tools accept the decorator of inlining on methods only. */
class Tile {
  /** Computes 1 to 4 rows of 8 numbers in registers. Inlined with a constant number of rows, it has no conditions. */
  @inline
  static multiplyRows(
    a0: usize,
    stride: usize,
    b: usize,
    c: usize,
    cStride: usize,
    rows: i32,
    depth: i32,
    adds: bool,
  ): void {
    const a1 = a0 + stride;
    const a2 = a1 + stride;
    const a3 = a2 + stride;
    const end: usize = depth << 2;
    let left0 = f32x4.splat(0);
    let left1 = left0;
    let left2 = left0;
    let left3 = left0;
    let right0 = left0;
    let right1 = left0;
    let right2 = left0;
    let right3 = left0;
    for (let at: usize = 0; at < end; at += 4) {
      const left = v128.load(b);
      const right = v128.load(b, 16);
      let factor = v128.load32_splat(a0 + at);
      left0 = multiplyAdd(factor, left, left0);
      right0 = multiplyAdd(factor, right, right0);
      if (rows > 1) {
        factor = v128.load32_splat(a1 + at);
        left1 = multiplyAdd(factor, left, left1);
        right1 = multiplyAdd(factor, right, right1);
        if (rows > 2) {
          factor = v128.load32_splat(a2 + at);
          left2 = multiplyAdd(factor, left, left2);
          right2 = multiplyAdd(factor, right, right2);
          if (rows > 3) {
            factor = v128.load32_splat(a3 + at);
            left3 = multiplyAdd(factor, left, left3);
            right3 = multiplyAdd(factor, right, right3);
          }
        }
      }
      b += PANEL_ROW;
    }
    storeRow(c, left0, right0, adds);
    if (rows > 1) storeRow(c + cStride, left1, right1, adds);
    if (rows > 2) storeRow(c + 2 * cStride, left2, right2, adds);
    if (rows > 3) storeRow(c + 3 * cStride, left3, right3, adds);
  }
}

/** Adds a product to a sum: with relaxed SIMD with one rounding, which is a third faster, otherwise with two. */
function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<f32>(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

function storeRow(c: usize, left: v128, right: v128, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(v128.load(c), left);
    right = f32x4.add(v128.load(c, 16), right);
  }
  v128.store(c, left);
  v128.store(c, right, 16);
}
