import fs from 'node:fs';
import { type GrayImage, type RgbImage, toGray } from '../core/image';
import { type BadImage, decodeImage, isBadImage } from '../faces/picture/decode';

/**
 * Reads an image that preprocessing has read before, in grey.
 * @param file absolute path
 * @throws Error when it cannot be read any more
 */
export async function readGray(file: string): Promise<GrayImage> {
  const { data, width, height } = await readColour(file);
  return toGray(data, width, height, 3);
}

/**
 * Reads an image that preprocessing has read before, in colour.
 * @param file absolute path
 * @throws Error when it cannot be read any more
 */
export async function readColour(file: string): Promise<RgbImage> {
  return orThrow(await decodeImage(fs.readFileSync(file), file));
}

function orThrow<T extends object>(image: T | BadImage): T {
  if (isBadImage(image)) throw new Error(image.reason);
  return image;
}
