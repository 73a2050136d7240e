import { unexpected } from './errors';
import { type Box, wholeOf } from './geometry';

/** An image of one 8-bit channel, row by row from top to bottom. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  /** Grey levels, [height, width], 0 to 255. */
  readonly data: Uint8Array;
}

/** An image of three 8-bit channels (sRGB), row by row from top to bottom. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, [height, width, 3], 0 to 255. */
  readonly data: Uint8Array;
}

/**
 * Converts colours to grey levels by ITU-R 601 luma, in 16-bit fixed point as PIL does: `(19595 R + 38470 G + 7471 B +
 * 32768) >> 16`. cv2 5.0 rounds differently: 1 of 770 colours differs, by 1 level. Equal channels stay unchanged in
 * both.
 * @param pixels [height, width, channels], 0 to 255
 * @param channels 1 (copied), 3 (RGB) or 4 (RGBA). Alpha is ignored: flatten the image first.
 * @throws RangeError for another number of channels, or when the pixels do not fill the image
 * Source: PIL's `Image.convert('L')`.
 */
export function toGray(pixels: Uint8Array, width: number, height: number, channels: number): GrayImage {
  if (![1, 3, 4].includes(channels)) throw unexpected('1, 3 or 4', 'channels', channels);
  const size = width * height * channels;
  if (pixels.length !== size)
    throw unexpected(`${size} values`, `pixels (${width}x${height}x${channels})`, pixels.length);
  return cropRepeating({ width, height, data: pixels }, wholeOf({ width, height }));
}

/**
 * Crops a box out of an image, in grey levels as {@link toGray} computes them.
 * @param image grey levels or colours; only the box's colours are converted
 * @param box whole pixels inside the image, at least 1x1
 * @returns a copy
 * @throws RangeError when the box is empty, not inside the image, or not in whole pixels
 */
export function cropGray(image: GrayImage | RgbImage, box: Box): GrayImage {
  const { x, y, width, height } = box;
  const isWhole = [x, y, width, height].every(Number.isInteger);
  const isInside = x >= 0 && y >= 0 && x + width <= image.width && y + height <= image.height;
  if (!isWhole || !isInside || width < 1 || height < 1) {
    const pixels = `whole pixels inside of ${image.width}x${image.height}`;
    throw unexpected(pixels, 'box', `${width}x${height} at ${x},${y}`);
  }
  return cropRepeating(image, box);
}

/**
 * Crops a box out of an image as {@link cropGray} does. Outside the image, the nearest edge pixel is repeated.
 * @param box whole pixels, at least 1x1; it may lie outside the image
 * @returns a copy
 */
export function cropRepeating(image: GrayImage | RgbImage, box: Box): GrayImage {
  const { width, height } = box;
  const { data: source } = image;
  const channels = source.length / (image.width * image.height);
  // The weights' sum is 1: a grey level as all three colours stays as it is.
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  const inside = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
  const columns = new Int32Array(width);
  for (let column = 0; column < width; column++)
    columns[column] = channels * inside(box.x + column, image.width);
  const data = new Uint8Array(width * height);
  for (let row = 0, at = 0; row < height; row++) {
    const start = channels * image.width * inside(box.y + row, image.height);
    for (let column = 0; column < width; column++, at++) {
      const pixel = start + columns[column];
      const luma = 19595 * source[pixel] + 38470 * source[pixel + green] + 7471 * source[pixel + blue];
      data[at] = (luma + 32768) >> 16;
    }
  }
  return { width, height, data };
}

/** Bits of the weights' fraction. */
const PRECISION_BITS = 22;
const HALF = 2 ** (PRECISION_BITS - 1);

/** Source pixels and fixed-point weights of the target pixels: `weights` from `start[i]` to `start[i + 1]` for pixel i. */
interface Taps {
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly weights: Int32Array;
}

/**
 * Resizes with the antialiased bilinear (triangle) filter, bit for bit as PIL does on 8-bit images: one pass along the
 * rows, then one along the columns, each in 22-bit fixed point and rounded to 8 bits.
 * @param width of the result in pixels, 1 or more; the aspect ratio may change
 * @param height of the result in pixels, 1 or more
 * @throws RangeError when a size is not a positive integer
 * Source: Pillow's Resample.c; torchvision's `Resize` calls it on PIL images.
 */
export function resizeBilinear(image: GrayImage, width: number, height: number): GrayImage {
  for (const [name, value] of Object.entries({ width, height }))
    if (!Number.isInteger(value) || value < 1) throw unexpected('a positive integer', name, value);
  const rows = width === image.width ? image.data : resizeRows(image, width);
  const data = height === image.height ? rows.slice() : resizeColumns(rows, image.height, { width, height });
  return { width, height, data };
}

function triangleTaps(sourceSize: number, targetSize: number): Taps {
  const scale = sourceSize / targetSize;
  const support = Math.max(scale, 1);
  const most = Math.ceil(2 * support) + 1;
  const taps = {
    first: new Int32Array(targetSize),
    start: new Int32Array(targetSize + 1),
    weights: new Int32Array(targetSize * most),
  };
  const raw = new Float64Array(most);
  for (let target = 0, at = 0; target < targetSize; target++) {
    const center = (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(sourceSize, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      raw[tap] = Math.max(0, 1 - Math.abs((tap + first - center + 0.5) * (1 / support)));
      sum += raw[tap];
    }
    for (let tap = 0; tap < count; tap++)
      taps.weights[at++] = Math.trunc(0.5 + (raw[tap] / sum) * 2 ** PRECISION_BITS);
    taps.first[target] = first;
    taps.start[target + 1] = at;
  }
  return taps;
}

function resizeRows({ data: source, ...from }: GrayImage, width: number): Uint8Array {
  const { first, start, weights } = triangleTaps(from.width, width);
  const data = new Uint8ClampedArray(width * from.height);
  for (let row = 0, at = 0; row < from.height; row++)
    for (let column = 0; column < width; column++, at++) {
      let sum = HALF;
      let pixel = row * from.width + first[column];
      for (let tap = start[column]; tap < start[column + 1]; tap++)
        sum = (sum + Math.imul(source[pixel++], weights[tap])) | 0;
      data[at] = sum >> PRECISION_BITS;
    }
  return new Uint8Array(data.buffer);
}

function resizeColumns(
  source: Uint8Array,
  sourceHeight: number,
  { width, height }: Pick<Box, 'width' | 'height'>,
): Uint8Array {
  const { first, start, weights } = triangleTaps(sourceHeight, height);
  const data = new Uint8ClampedArray(width * height);
  for (let row = 0, at = 0; row < height; row++)
    for (let column = 0; column < width; column++, at++) {
      let sum = HALF;
      let pixel = first[row] * width + column;
      for (let tap = start[row]; tap < start[row + 1]; tap++, pixel += width)
        sum = (sum + Math.imul(source[pixel], weights[tap])) | 0;
      data[at] = sum >> PRECISION_BITS;
    }
  return new Uint8Array(data.buffer);
}

/** libvips rounds coefficients and sums to multiples of 1 / 2^12. */
const FIXED_POINT = 4096;

/**
 * Enlarges by Catmull-Rom interpolation in fixed point; the result equals libvips' exactly: rows first, then columns, edge
 * pixels repeated. Output pixel j is at (j - factor / 2) / factor.
 * Source: libvips' `bicubic.cpp` and `templates.h` (`calculate_coefficients_catmull`, `bicubic_unsigned_int`).
 */
export function enlargeCubic({ width, height, data }: GrayImage, factor: 2 | 4): GrayImage {
  const wide = width * factor;
  const rows = new Int32Array(wide * height);
  const across = cubicTaps(width, factor);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0, tap = 0, row = y * width; x < wide; x++, at++, tap += 4) {
      const { from, weights } = across;
      const sum =
        weights[tap] * data[row + from[tap]] +
        weights[tap + 1] * data[row + from[tap + 1]] +
        weights[tap + 2] * data[row + from[tap + 2]] +
        weights[tap + 3] * data[row + from[tap + 3]];
      rows[at] = (sum + FIXED_POINT / 2) >> 12;
    }
  const enlarged = new Uint8ClampedArray(wide * height * factor);
  const { from, weights } = cubicTaps(height, factor);
  for (let tap = 0, at = 0; tap < from.length; tap += 4) {
    const [first, second, third, fourth] = from.subarray(tap, tap + 4).map((row) => row * wide);
    const [a, b, c, d] = weights.subarray(tap, tap + 4);
    for (let x = 0; x < wide; x++, at++) {
      const sum = a * rows[first + x] + b * rows[second + x] + c * rows[third + x] + d * rows[fourth + x];
      enlarged[at] = (sum + FIXED_POINT / 2) >> 12;
    }
  }
  return { width: wide, height: height * factor, data: new Uint8Array(enlarged.buffer) };
}

/** Four source pixels and weights for each pixel of an enlarged row or column. */
function cubicTaps(
  length: number,
  factor: number,
): { readonly from: Int32Array; readonly weights: Int32Array } {
  const from = new Int32Array(4 * length * factor);
  const weights = new Int32Array(from.length);
  for (let pixel = 0; pixel < length * factor; pixel++) {
    const position = (pixel - factor / 2) / factor;
    const start = Math.floor(position);
    const x = position - start;
    const [before, after] = [-0.5 * x * (1 - x) ** 2, -0.5 * x ** 2 * (1 - x)];
    const change = after - before;
    const coefficients = [before, 1 - x - before + change, x - after - change, after];
    coefficients.forEach((coefficient, tap) => {
      from[4 * pixel + tap] = Math.min(length - 1, Math.max(0, start - 1 + tap));
      weights[4 * pixel + tap] = Math.trunc(coefficient * FIXED_POINT);
    });
  }
  return { from, weights };
}

const MODEL_INPUTS = Float32Array.from({ length: 256 }, (_, level) => Math.fround(level / 255) / 0.5);

/**
 * Scales grey levels to the network's input: x / 255, then the original's `Normalize(0, 0.5)`, that is / 0.5.
 * @param levels grey levels of any shape, 0 to 255
 * @returns the same shape, 0 to 2, in single precision as in torchvision
 */
export function toModelInput(levels: Uint8Array): Float32Array {
  return rowsToModelInput(levels, levels.length, [0]);
}

/**
 * Scales selected rows of a table of grey levels as {@link toModelInput} does, without an intermediate copy.
 * @param levels [n, length], 0 to 255
 * @param rows indices of rows, each 0 to n - 1
 * @returns [rows, length], 0 to 2
 */
export function rowsToModelInput(levels: Uint8Array, length: number, rows: ArrayLike<number>): Float32Array {
  const input = new Float32Array(rows.length * length);
  for (let row = 0, at = 0; row < rows.length; row++) {
    const end = (rows[row] + 1) * length;
    for (let from = rows[row] * length; from < end; from++) input[at++] = MODEL_INPUTS[levels[from]];
  }
  return input;
}
