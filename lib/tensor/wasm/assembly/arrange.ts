import { PANEL_ROW, TILE_COLUMNS } from './tile';

/*
 * Copies matrices into the order in which `multiplyPacked` reads them. Addresses and strides are in bytes.
 */

/** Returns the bytes of a packed matrix; the last panel has full width. */
export function packedBytes(depth: i32, columns: i32): usize {
  return depth * PANEL_ROW * ((columns + TILE_COLUMNS - 1) / TILE_COLUMNS);
}

/** Copies rows. */
export function copyRows(
  from: usize,
  fromStride: usize,
  to: usize,
  toStride: usize,
  bytes: usize,
  rows: i32,
): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from, bytes);
    from += fromStride;
    to += toStride;
  }
}

/** Packs B, stored row by row, into panels of 8 columns. */
export function packRows(b: usize, stride: usize, packed: usize, depth: i32, columns: i32): void {
  const panel = depth * PANEL_ROW;
  while (columns >= TILE_COLUMNS) {
    // With two panels at a time, whole cache lines are read.
    const isPair = columns >= 2 * TILE_COLUMNS;
    let from = b;
    let to = packed;
    for (let row = 0; row < depth; row++) {
      copyPanelRow(from, to);
      if (isPair) copyPanelRow(from + PANEL_ROW, to + panel);
      from += stride;
      to += PANEL_ROW;
    }
    const panels = isPair ? 2 : 1;
    b += panels * PANEL_ROW;
    packed += panels * panel;
    columns -= panels * TILE_COLUMNS;
  }
  if (columns > 0) copyRows(b, stride, packed, PANEL_ROW, columns << 2, depth);
}

function copyPanelRow(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
}

/** Packs B, stored column by column, into panels of 8 columns. */
export function packColumns(b: usize, stride: usize, packed: usize, depth: i32, columns: i32): void {
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    transpose(b, stride, packed, PANEL_ROW, min(TILE_COLUMNS, columns - column), depth);
    b += TILE_COLUMNS * stride;
    packed += depth * PANEL_ROW;
  }
}

/** Transposes a matrix; rows and columns are the source's. */
export function transpose(
  from: usize,
  fromStride: usize,
  to: usize,
  toStride: usize,
  rows: i32,
  columns: i32,
): void {
  const whole = columns & ~3;
  for (; rows >= 4; rows -= 4) {
    for (let column = 0; column < whole; column += 4)
      transposeSquare(from + (column << 2), fromStride, to + column * toStride, toStride);
    for (let column = whole; column < columns; column++)
      moveColumn(from + (column << 2), fromStride, to + column * toStride, 4);
    from += 4 * fromStride;
    to += 16;
  }
  if (rows === 0) return;
  for (let column = 0; column < columns; column++)
    moveColumn(from + (column << 2), fromStride, to + column * toStride, rows);
}

/** Transposes 4 x 4 numbers. */
function transposeSquare(from: usize, fromStride: usize, to: usize, toStride: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + fromStride);
  const c = v128.load(from + 2 * fromStride);
  const d = v128.load(from + 3 * fromStride);
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5));
  v128.store(to + toStride, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  v128.store(to + 2 * toStride, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5));
  v128.store(to + 3 * toStride, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
}

/** Copies a column to a row. */
function moveColumn(from: usize, stride: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<f32>(to + (i << 2), load<f32>(from));
    from += stride;
  }
}
