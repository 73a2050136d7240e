import type { Box } from './geometry';

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
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new RangeError(`Expected 1, 3 or 4 for channels but received ${channels}`);
  if (pixels.length !== width * height * channels)
    throw new RangeError(
      `Expected ${width * height * channels} values for pixels (${width}x${height}x${channels}) but received ${pixels.length}`,
    );
  if (channels === 1) return { width, height, data: pixels.slice() };
  const data = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < data.length; pixel++, at += channels)
    data[pixel] = (19595 * pixels[at] + 38470 * pixels[at + 1] + 7471 * pixels[at + 2] + 32768) >> 16;
  return { width, height, data };
}

/**
 * Crops a box out of an image.
 * @param box whole pixels inside the image, at least 1x1
 * @returns a copy
 * @throws RangeError when the box is empty, not inside the image, or not in whole pixels
 */
export function cropGray(image: GrayImage, box: Box): GrayImage {
  const { x, y, width, height } = box;
  const isWhole = [x, y, width, height].every(Number.isInteger);
  const isInside = x >= 0 && y >= 0 && x + width <= image.width && y + height <= image.height;
  if (!isWhole || !isInside || width < 1 || height < 1)
    throw new RangeError(
      `Expected whole pixels inside of ${image.width}x${image.height} for box but received ${width}x${height} at ${x},${y}`,
    );
  return cropRepeating(image, box);
}

/**
 * Crops a box out of an image. Outside the image, the nearest edge pixel is repeated.
 * @param box whole pixels, at least 1x1; it may lie outside the image
 * @returns a copy
 */
export function cropRepeating(image: GrayImage, box: Box): GrayImage {
  const { width, height } = box;
  const data = new Uint8Array(width * height);
  const inside = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
  for (let row = 0, at = 0; row < height; row++) {
    const start = inside(box.y + row, image.height) * image.width;
    for (let column = 0; column < width; column++, at++)
      data[at] = image.data[start + inside(box.x + column, image.width)];
  }
  return { width, height, data };
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
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`Expected a positive integer for ${name} but received ${value}`);
  const rows = width === image.width ? image : resizeRows(image, width);
  const resized = height === rows.height ? rows : transpose(resizeRows(transpose(rows), height));
  return resized === image ? { width, height, data: image.data.slice() } : resized;
}

const PRECISION_BITS = 22;

interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/** Computes the source pixels and the fixed-point weights of each target pixel. */
function triangleTaps(sourceSize: number, targetSize: number): Taps[] {
  const scale = sourceSize / targetSize;
  const support = Math.max(scale, 1);
  return Array.from({ length: targetSize }, (_, target) => {
    const center = (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(sourceSize, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, tap) =>
      Math.max(0, 1 - Math.abs((tap + first - center + 0.5) * (1 / support))),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION_BITS)) };
  });
}

function resizeRows(image: GrayImage, width: number): GrayImage {
  const taps = triangleTaps(image.width, width);
  const data = new Uint8Array(width * image.height);
  for (let row = 0; row < image.height; row++)
    for (let column = 0; column < width; column++) {
      const { first, weights } = taps[column];
      let sum = 2 ** (PRECISION_BITS - 1);
      for (let tap = 0, at = row * image.width + first; tap < weights.length; tap++, at++)
        sum += image.data[at] * weights[tap];
      data[row * width + column] = Math.min(255, sum >> PRECISION_BITS);
    }
  return { width, height: image.height, data };
}

function transpose({ width, height, data }: GrayImage): GrayImage {
  const turned = new Uint8Array(data.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) turned[column * height + row] = data[row * width + column];
  return { width: height, height: width, data: turned };
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
