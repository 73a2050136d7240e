import path from 'node:path';
import sharp from 'sharp';
import type { RgbImage } from '../../lib/core/image';

/** Folder of face-api's six demo photographs: there to be tested on, not ours to commit. */
export const PHOTO_FOLDER = path.join(
  path.dirname(require.resolve('@vladmandic/face-api/package.json')),
  'demo',
);

/** Names of the photographs. */
export const PHOTOS: readonly string[] = [1, 2, 3, 4, 5, 6].map((index) => `sample${index}.jpg`);

/** Where one sure face of some photographs lies, in pixels: cut so that it fills the picture. */
const PORTRAITS = [
  { photo: 'sample1.jpg', left: 1370, top: 90, width: 400, height: 400 },
  { photo: 'sample3.jpg', left: 480, top: 240, width: 440, height: 440 },
  { photo: 'sample6.jpg', left: 1440, top: 200, width: 400, height: 400 },
] as const;

/** Number of different portraits. */
export const PORTRAIT_COUNT = PORTRAITS.length;

/** Cuts one face out of a demo photograph as a PNG. */
export function portraitPng(index: number, size = 256): Promise<Buffer> {
  const { photo, ...region } = PORTRAITS[index % PORTRAIT_COUNT];
  return sharp(path.join(PHOTO_FOLDER, photo)).extract(region).resize(size, size).png().toBuffer();
}

/** Cuts one face out of a demo photograph as a PNG of 48x48 pixels, turned by whole quarters. @param turn degrees */
export async function cropPng(index: number, turn = 0): Promise<Buffer> {
  return sharp(await portraitPng(index))
    .rotate(turn)
    .resize(48, 48)
    .png()
    .toBuffer();
}

/** Decodes a picture to RGB, shrunk to a width. */
export async function loadRgb(input: string | Buffer, width?: number): Promise<RgbImage> {
  const { data, info } = await sharp(input)
    .resize(width)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
