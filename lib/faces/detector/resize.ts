import sharp from 'sharp';
import { type Box, longerSide } from '../../core/geometry';
import type { GrayImage, RgbImage } from '../../core/image';

/** Longer side and area of the copy in which faces are detected, in pixels; one of the two limits may be exceeded. */
export const DETECTION_COPY = { side: 1280, area: 1280 * 960 } as const;

/**
 * Shrinks an image for detection to a longer side of 1280 pixels or the area of 1280x960, whichever is larger: faces of a
 * panorama stay as large as those of other images with as many pixels.
 */
export function fitForDetection(image: RgbImage): Promise<RgbImage> {
  const { width, height } = image;
  const scale = Math.max(
    DETECTION_COPY.side / longerSide(image),
    Math.sqrt(DETECTION_COPY.area / (width * height)),
  );
  return scale >= 1 ? Promise.resolve(image) : resize(image, scale);
}

/**
 * Cuts a part out of an image and resizes it.
 * @param part whole pixels inside the image
 * @param side length of the longer side of the result, in pixels
 */
export function cutAndFit(image: RgbImage, part: Box, side: number): Promise<RgbImage> {
  const scale = side / longerSide(part);
  return resize(image, scale, scale > 1 ? 'cubic' : 'linear', part);
}

/** Shrinks an image with antialiasing so that no side is longer than `side` pixels; a smaller image is returned unchanged. */
export async function fitWithin(image: RgbImage, side: number): Promise<RgbImage> {
  const scale = side / longerSide(image);
  return scale >= 1 ? image : resize(image, scale);
}

/** Enlarges an image by cubic interpolation to a longer side of `side` pixels; a larger image is returned unchanged. */
export async function enlarge(image: RgbImage, side: number): Promise<RgbImage> {
  const scale = side / longerSide(image);
  if (scale <= 1) return image;
  return scale === 2 || scale === 4 ? enlargeGrey(image, scale) : resize(image, scale, 'cubic');
}

/** Enlarges grey pixels without libvips, which takes four times as long for small images; libvips enlarges colours. */
function enlargeGrey(image: RgbImage, factor: 2 | 4): RgbImage | Promise<RgbImage> {
  const { width, height, data } = image;
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return resize(image, factor, 'cubic');
    grey[pixel] = data[at];
  }
  return grayToRgb(enlargeCubic({ width, height, data: grey }, factor));
}

/** libvips rounds coefficients and sums to multiples of 1 / 2^12. */
const FIXED_POINT = 4096;

/**
 * Enlarges by Catmull-Rom interpolation in fixed point; the result equals libvips' exactly: rows first, then columns, edge
 * pixels repeated. Output pixel j is at (j - factor / 2) / factor.
 * Source: libvips' `bicubic.cpp` and `templates.h` (`calculate_coefficients_catmull`, `bicubic_unsigned_int`).
 */
function enlargeCubic({ width, height, data }: GrayImage, factor: 2 | 4): GrayImage {
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

function grayToRgb({ width, height, data }: GrayImage): RgbImage {
  const rgb = new Uint8Array(3 * data.length);
  for (let pixel = 0, at = 0; pixel < data.length; pixel++, at += 3)
    rgb[at] = rgb[at + 1] = rgb[at + 2] = data[pixel];
  return { width, height, data: rgb };
}

async function resize(
  { width, height, data }: RgbImage,
  scale: number,
  kernel: 'linear' | 'cubic' = 'linear',
  part: Box = { x: 0, y: 0, width, height },
): Promise<RgbImage> {
  const target = {
    width: Math.max(1, Math.round(part.width * scale)),
    height: Math.max(1, Math.round(part.height * scale)),
  };
  const resized = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .extract({ left: part.x, top: part.y, width: part.width, height: part.height })
    .resize({ ...target, fit: 'fill', kernel })
    .raw()
    .toBuffer();
  return { ...target, data: new Uint8Array(resized.buffer, resized.byteOffset, resized.byteLength) };
}
