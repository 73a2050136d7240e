import fs from 'node:fs';
import type { GrayImage, RgbImage } from '../core/image';
import { type BadImage, isBadImage } from '../faces/bad-image';
import { decodeImage } from '../faces/decode';
import { createImageReader } from '../faces/prepare';

/**
 * Reads an image that preprocessing has read before, in grey.
 * @param file absolute path
 * @throws Error when it cannot be read any more
 */
export async function readGray(file: string): Promise<GrayImage> {
  const image = orThrow(await createImageReader('/').read(file.replace(/^\//, '')));
  return orThrow(await image.gray());
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
