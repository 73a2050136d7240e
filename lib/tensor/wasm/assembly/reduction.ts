import { add, all } from './numbers';

/** Number of rows that are summed at a time: they stay in the first-level cache, and short sums lose few digits. */
export const ROWS = 32;

/** Sums the rows of a matrix, [rows, columns]. */
export function sumRows(x: usize, to: usize, rows: i32, columns: i32): void {
  const end: usize = columns << 2;
  memory.fill(to, 0, end);
  for (let row = 0; row < rows; row += ROWS) {
    const count = min(ROWS, rows - row);
    let at: usize = 0;
    for (; at < (end & ~15); at += 16) addRows<v128>(x + at, to + at, count, end);
    for (; at < end; at += 4) addRows<f32>(x + at, to + at, count, end);
    x += ROWS * end;
  }
}

/** Averages the rows of a matrix, [rows, columns]. */
export function averageRows(x: usize, to: usize, rows: i32, columns: i32): void {
  sumRows(x, to, rows, columns);
  const end = to + (columns << 2);
  for (; to < end; to += 4) store<f32>(to, f32(f64(load<f32>(to)) / rows));
}

function addRows<T>(x: usize, to: usize, rows: i32, stride: usize): void {
  let sum = all<T>(0);
  for (let row = 0; row < rows; row++) {
    sum = add<T>(sum, load<T>(x));
    x += stride;
  }
  store<T>(to, add<T>(load<T>(to), sum));
}
