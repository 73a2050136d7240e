import sharp from 'sharp';
import type { Box } from '../core/geometry';
import type { RgbImage } from '../core/image';

/** The longer side, and the area, of the copy that faces are looked for in: at most one of the two is exceeded. */
export const DETECTION_COPY = { side: 1280, area: 1280 * 960 } as const;

/**
 * Shrinks an image for detection: until its longer side has 1280 pixels or its area is that of 1280x960, whichever comes
 * first, so that the faces of a panorama stay as large as those of other images with as many pixels.
 */
export function fitForDetection(image: RgbImage): Promise<RgbImage> {
  const { width, height } = image;
  const scale = Math.max(
    DETECTION_COPY.side / Math.max(width, height),
    Math.sqrt(DETECTION_COPY.area / (width * height)),
  );
  return scale >= 1 ? Promise.resolve(image) : resize(image, scale);
}

/**
 * Cuts a part out of an image and resizes it until its longer side has as many pixels.
 * @param part whole pixels inside of the image
 * @param side in pixels
 */
export function cutAndFit(image: RgbImage, part: Box, side: number): Promise<RgbImage> {
  const scale = side / Math.max(part.width, part.height);
  return resize(image, scale, scale > 1 ? 'cubic' : 'linear', part);
}

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
