import { types } from 'node:util';
import sharp from 'sharp';
import type { RgbImage } from '../core/image';
import { type BadImageKind, decodeImage, isBadImage, MAX_IMAGE_PIXELS } from '../faces/picture/decode';
import { readNamedFile } from '../faces/picture/read-images';

/** Pixels row by row from the top, 8 bits a channel, such as a canvas' `getImageData`. */
export interface PicturePixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] as red, green, blue and alpha (not premultiplied), or [height, width, 3] without alpha. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A picture: the path of a file from the current folder, a file's bytes, or pixels. */
export type Picture = string | Uint8Array | ArrayBuffer | PicturePixels;

/** A picture that cannot be read; `message` has its name and what was expected. */
export class UnreadPictureError extends Error {
  override readonly name = 'UnreadPictureError';

  constructor(
    readonly kind: BadImageKind,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads a picture. Transparent pixels are composited on white, as in decoded files.
 * @param name of the picture in errors
 * @throws UnreadPictureError for a file or bytes that cannot be read; TypeError for a value that is no picture;
 *   RangeError for pixels whose sides or length do not fit
 */
export async function readPicture(picture: Picture, name: string): Promise<RgbImage> {
  if (isPixels(picture)) return toRgb(picture, name);
  const bytes = typeof picture === 'string' ? await readNamedFile(picture) : toBuffer(picture);
  const image = isBadImage(bytes) ? bytes : await decodeImage(bytes, name);
  if (isBadImage(image)) throw new UnreadPictureError(image.kind, image.reason);
  return image;
}

function isPixels(picture: Picture): picture is PicturePixels {
  return typeof picture === 'object' && picture !== null && 'width' in picture && 'data' in picture;
}

/** Uses Node.js' type checks, because `instanceof` fails for arrays of another realm, such as a test runner's. */
function toBuffer(picture: Uint8Array | ArrayBuffer): Buffer {
  if (types.isUint8Array(picture)) return Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  if (types.isAnyArrayBuffer(picture)) return Buffer.from(picture);
  throw new TypeError(
    `Expected a path, an image file's bytes or pixels { width, height, data } for a picture but received ${describe(picture)}`,
  );
}

async function toRgb({ width, height, data }: PicturePixels, name: string): Promise<RgbImage> {
  const count = width * height;
  if (![width, height].every((side) => Number.isSafeInteger(side) && side > 0) || count > MAX_IMAGE_PIXELS)
    throw new RangeError(
      `Expected whole numbers above 0, at most ${MAX_IMAGE_PIXELS} pixels in all, for the width and height of ${name} but received ${width} and ${height}`,
    );
  if (!types.isUint8Array(data) && !types.isUint8ClampedArray(data))
    throw new TypeError(
      `Expected a Uint8Array or Uint8ClampedArray for the data of ${name} but received ${describe(data)}`,
    );
  const channels = data.length / count;
  if (channels !== 3 && channels !== 4)
    throw new RangeError(
      `Expected ${4 * count} bytes (RGBA) or ${3 * count} (RGB) for the data of ${name}, which is ${width}x${height}, but received ${data.length}`,
    );
  const pixels = sharp(Buffer.from(data), { raw: { width, height, channels } });
  const rgb = await pixels.flatten({ background: '#ffffff' }).raw().toBuffer();
  return { width, height, data: Uint8Array.from(rgb) };
}

function describe(value: unknown): string {
  return value === null || typeof value !== 'object' ? String(value) : value.constructor?.name || 'an object';
}
