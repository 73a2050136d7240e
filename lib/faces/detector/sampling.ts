import * as tf from '@tensorflow/tfjs';
import { type Box, longerSide } from '../../core/geometry';
import type { RgbImage } from '../../core/image';
import type { PixelNetwork } from './face-api-networks';

/** A part of an image, in whole pixels inside it. */
export interface ImagePart {
  readonly image: RgbImage;
  readonly part: Box;
}

/** How parts of images become a network's input. */
export interface InputOptions {
  /** Points along each side of the square to which a part is padded with black. */
  readonly size: number;
  /** Columns and rows of the square that the input has; default `size`. */
  readonly width?: number;
  readonly height?: number;
  /** Whether both sides are padded, with an odd pixel at the right or bottom; default: only the right or bottom. */
  readonly isCentred?: boolean;
}

/** All batches use the same memory, which spares garbage collection: there is no `await` between filling and using one. */
let memory = new Float32Array(0);

/**
 * Runs a network on a batch of parts of images, of any sizes. The output of a part does not depend on the others.
 * @returns the network's output, one part after the other
 */
export async function runOnParts(
  network: Pick<PixelNetwork, 'forward'>,
  parts: readonly ImagePart[],
  { size, width = size, height = size, isCentred = false }: InputOptions,
): Promise<Float32Array> {
  const length = height * width * 3;
  if (memory.length < parts.length * length) memory = new Float32Array(parts.length * length);
  const batch = memory.subarray(0, parts.length * length);
  for (const [index, { image, part }] of parts.entries()) {
    const target = batch.subarray(index * length, (index + 1) * length);
    samplePart(image, part, toSquare(part, isCentred), { target, size, width });
  }
  const output = tf.tidy(() => network.forward(tf.tensor4d(batch, [parts.length, height, width, 3])));
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

/** A square that contains a rectangle of an image, padded with black; in pixels of the image. */
interface Square {
  readonly side: number;
  /** Black columns left of the rectangle. */
  readonly left: number;
  /** Black rows above the rectangle. */
  readonly top: number;
}

/** Source: face-api's `padToSquare`. */
function toSquare(part: Box, isCentred: boolean): Square {
  const side = longerSide(part);
  const before = (size: number) => (isCentred ? side - size - Math.round((side - size) / 2) : 0);
  return { side, left: before(part.width), top: before(part.height) };
}

/** An input to write: [height, width, 3], 0 to 255, from a square of `size` x `size` points. */
interface Target {
  readonly target: Float32Array;
  readonly size: number;
  readonly width: number;
}

/**
 * Samples a part, padded to a square, bilinearly and without antialiasing: point i is at i * side / size. The result equals
 * `tf.image.resizeBilinear` of the padded part on any backend, also for parts of different sizes in one batch.
 */
function samplePart(image: RgbImage, part: Box, square: Square, { target, size, width }: Target): void {
  if (square.side === size) return copyPart(image, part, square, { target, size, width });
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
  for (let y = 0, at = 0; at < target.length; y++, at += rowLength) {
    const position = (y * square.side) / size;
    const upper = Math.floor(position);
    const first = rowAt(upper);
    const second = upper + 1 < square.side ? rowAt(upper + 1) : first;
    blend(first, second, position - upper, target, at);
  }
}

/** Copies a part that has the input's resolution: the result of sampling in a tenth of the time. */
function copyPart(image: RgbImage, part: Box, { left, top }: Square, { target, width }: Target): void {
  target.fill(0);
  const columns = Math.min(part.width, width - left);
  const rows = Math.min(part.height, target.length / (3 * width) - top);
  for (let row = 0; row < rows; row++) {
    const start = 3 * ((part.y + row) * image.width + part.x);
    target.set(image.data.subarray(start, start + 3 * columns), 3 * ((top + row) * width + left));
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

/** Returns two source columns for each column, with their weights; the weight of a black column is 0. */
function columnTaps(width: number, { side, left }: Square, size: number, count: number) {
  const [first, second] = [new Int32Array(count), new Int32Array(count)];
  const [firstWeight, secondWeight] = [new Float32Array(count), new Float32Array(count)];
  const isInside = (column: number) => column >= 0 && column < width;
  for (let x = 0; x < count; x++) {
    const position = (x * side) / size;
    const lower = Math.floor(position);
    const [one, other] = [lower - left, Math.min(lower + 1, side - 1) - left];
    if (isInside(one)) [first[x], firstWeight[x]] = [3 * one, 1 - (position - lower)];
    if (isInside(other)) [second[x], secondWeight[x]] = [3 * other, position - lower];
  }
  return { first, second, firstWeight, secondWeight };
}

function sampleRow(
  { width, data }: RgbImage,
  part: Box,
  row: number,
  { first, second, firstWeight, secondWeight }: ReturnType<typeof columnTaps>,
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
