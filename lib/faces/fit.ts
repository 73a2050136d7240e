import sharp from 'sharp';
import type { RgbImage } from '../core/image';

/**
 * Shrinks an image until neither side is longer than a limit, antialiased; a smaller one is given as it is.
 * @param side limit in pixels
 * @returns the aspect ratio kept to the nearest pixel
 */
export async function fitWithin(image: RgbImage, side: number): Promise<RgbImage> {
  const scale = side / Math.max(image.width, image.height);
  return scale >= 1 ? image : resize(image, scale);
}

/**
 * Enlarges an image until its longer side has as many pixels; a larger one is given as it is.
 * @param side in pixels
 */
export async function enlarge(image: RgbImage, side: number): Promise<RgbImage> {
  const scale = side / Math.max(image.width, image.height);
  return scale <= 1 ? image : resize(image, scale, 'cubic');
}

async function resize(
  { width, height, data }: RgbImage,
  scale: number,
  kernel: 'linear' | 'cubic' = 'linear',
): Promise<RgbImage> {
  const target = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const shrunk = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ ...target, fit: 'fill', kernel })
    .raw()
    .toBuffer();
  return { ...target, data: new Uint8Array(shrunk.buffer, shrunk.byteOffset, shrunk.byteLength) };
}
