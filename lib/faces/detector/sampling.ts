import type { Box } from '../../core/geometry';
import type { RgbImage } from '../../core/image';

/** A square that contains a rectangle of an image, padded with black; in pixels of the image. */
interface Square {
  readonly side: number;
  /** Black columns left of the rectangle. */
  readonly left: number;
  /** Black rows above the rectangle. */
  readonly top: number;
}

/**
 * Pads a rectangle to a square: at the right and bottom, or on both sides.
 * @param centred whether both sides are padded; an odd pixel goes to the right or bottom
 * Source: face-api's `padToSquare`.
 */
export function toSquare(width: number, height: number, centred: boolean): Square {
  const side = Math.max(width, height);
  const before = (size: number) => (centred ? side - size - Math.round((side - size) / 2) : 0);
  return { side, left: before(width), top: before(height) };
}

/**
 * Samples a part of an image, padded to a square, at `size` x `size` points, bilinearly and without antialiasing: point i
 * is at i * side / size. The result equals `tf.image.resizeBilinear` of the padded part on any backend, also for parts of
 * different sizes in one batch.
 * @param part whole pixels inside the image
 * @param options.target batch to write to, [n, height, width, 3], 0 to 255
 * @param options.index number of the image in the batch, from 0
 * @param options.width columns of the square to write, `height` its rows; default `size`
 */
export function sampleSquare(
  image: RgbImage,
  part: Box,
  square: Square,
  options: {
    readonly target: Float32Array;
    readonly size: number;
    readonly index: number;
    readonly width?: number;
    readonly height?: number;
  },
): void {
  const { target, size, index, width = size, height = size } = options;
  if (square.side === size) return copyPart(image, part, square, { target, index, width, height });
  const columns = columnTaps(part.width, square, size, width);
  const rowLength = width * 3;
  // Two source rows are kept: each row of points is between two.
  const rows = [new Float32Array(rowLength), new Float32Array(rowLength)];
  const held = [-1, -1];
  const rowAt = (row: number) => {
    const slot = row % 2;
    if (held[slot] !== row) sampleRow(image, part, row - square.top, columns, rows[slot]);
    held[slot] = row;
    return rows[slot];
  };
  for (let y = 0, at = index * height * rowLength; y < height; y++, at += rowLength) {
    const position = (y * square.side) / size;
    const upper = Math.floor(position);
    const first = rowAt(upper);
    const second = upper + 1 < square.side ? rowAt(upper + 1) : first;
    blend(first, second, position - upper, target, at);
  }
}

/** Copies a part that has the batch's resolution: the result of sampling in a tenth of the time. */
function copyPart(
  image: RgbImage,
  part: Box,
  { left, top }: Square,
  options: {
    readonly target: Float32Array;
    readonly index: number;
    readonly width: number;
    readonly height: number;
  },
): void {
  const { target, index, width, height } = options;
  const first = 3 * index * height * width;
  target.fill(0, first, first + 3 * height * width);
  const columns = Math.min(part.width, width - left);
  for (let row = 0; row < Math.min(part.height, height - top); row++) {
    const start = 3 * ((part.y + row) * image.width + part.x);
    const line = image.data.subarray(start, start + 3 * columns);
    target.set(line, first + 3 * ((top + row) * width + left));
  }
}

/** Writes first + (second - first) * weight. It is a separate function because V8 optimises it better. */
function blend(
  first: Float32Array,
  second: Float32Array,
  weight: number,
  target: Float32Array,
  at: number,
): void {
  const rest = 1 - weight;
  for (let offset = 0; offset < first.length; offset++)
    target[at + offset] = first[offset] * rest + second[offset] * weight;
}

/** Two source columns for each column, with their weights; the weight of a black column is 0. */
interface ColumnTaps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Float32Array;
  readonly secondWeight: Float32Array;
}

function columnTaps(width: number, { side, left }: Square, size: number, count: number): ColumnTaps {
  const taps = {
    first: new Int32Array(count),
    second: new Int32Array(count),
    firstWeight: new Float32Array(count),
    secondWeight: new Float32Array(count),
  };
  const isInside = (column: number) => column >= 0 && column < width;
  for (let x = 0; x < count; x++) {
    const position = (x * side) / size;
    const lower = Math.floor(position);
    const [first, second] = [lower - left, Math.min(lower + 1, side - 1) - left];
    const weight = position - lower;
    if (isInside(first)) [taps.first[x], taps.firstWeight[x]] = [3 * first, 1 - weight];
    if (isInside(second)) [taps.second[x], taps.secondWeight[x]] = [3 * second, weight];
  }
  return taps;
}

function sampleRow(
  { width, data }: RgbImage,
  part: Box,
  row: number,
  { first, second, firstWeight, secondWeight }: ColumnTaps,
  values: Float32Array,
): void {
  if (row < 0 || row >= part.height) {
    values.fill(0);
    return;
  }
  const start = ((part.y + row) * width + part.x) * 3;
  for (let x = 0, at = 0; x < first.length; x++, at += 3) {
    const a = start + first[x];
    const b = start + second[x];
    const left = firstWeight[x];
    const right = secondWeight[x];
    values[at] = data[a] * left + data[b] * right;
    values[at + 1] = data[a + 1] * left + data[b + 1] * right;
    values[at + 2] = data[a + 2] * left + data[b + 2] * right;
  }
}

let memory = new Float32Array(0);

/**
 * Returns a batch to fill. All batches use the same memory, which spares garbage collection: fill and use a batch before
 * the next call, without `await` in between.
 * @param length number of values
 * @param filled share at its start that the caller overwrites, 0 to 1; the rest is set to 0
 */
export function emptyBatch(length: number, filled: number): Float32Array {
  if (memory.length < length) memory = new Float32Array(length);
  return memory.subarray(0, length).fill(0, Math.floor(length * filled));
}
