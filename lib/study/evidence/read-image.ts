import type { GrayImage, RgbImage } from '../../core/image';
import { isBadImage } from '../../faces/bad-image';
import { createImageReader, type PreparedImage } from '../../faces/prepare';

/**
 * Reads an image that preprocessing has read before, in grey.
 * @param file absolute path
 * @throws Error when it cannot be read any more
 */
export async function readGray(file: string): Promise<GrayImage> {
  const gray = await (await readPrepared(file)).gray();
  if (isBadImage(gray)) throw new Error(gray.reason);
  return gray;
}

/**
 * Reads an image that preprocessing has read before, in colour, and tells how much it was shrunk.
 * @param file absolute path
 * @throws Error when it cannot be read any more
 */
export async function readColour(file: string): Promise<{ image: RgbImage; scale: number }> {
  const { small, width } = await readPrepared(file);
  return { image: small, scale: small.width / width };
}

async function readPrepared(file: string): Promise<PreparedImage> {
  const image = await createImageReader('/').read(file.replace(/^\//, ''));
  if (isBadImage(image)) throw new Error(image.reason);
  return image;
}
