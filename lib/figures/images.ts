import sharp, { type Sharp } from 'sharp';
import { element } from './svg';

/** Pixels in rows from the top, 8 bits a channel: grey, RGB or RGBA, told by the length of the data. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** [height, width] or [height, width, 3 or 4], 0 to 255. */
  readonly data: Uint8Array;
}

/** An image as figures take it: a file's path, a file's content (PNG, JPEG, ...), or pixels. */
export type ImageSource = string | Uint8Array | RasterImage;

/** Where an image is put in a picture, in pixels of the picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Tells whether a value holds pixels with their width and height. */
export function isRasterImage(value: unknown): value is RasterImage {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height, data } = value as Partial<RasterImage>;
  return typeof width === 'number' && typeof height === 'number' && data instanceof Uint8Array;
}

/** Tells whether bytes begin as a PNG, JPEG, GIF or WebP file does. */
export function isEncodedImage(value: unknown): value is Uint8Array {
  if (!(value instanceof Uint8Array)) return false;
  const start = Buffer.from(value.subarray(0, 12)).toString('latin1');
  return /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start);
}

/**
 * Opens an image in sharp, turned upright as its EXIF data says.
 * @throws RangeError when pixels do not fill the image
 */
export function openImage(source: ImageSource): Sharp {
  if (!isRasterImage(source)) return sharp(source).rotate();
  const { width, height, data } = source;
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new RangeError(
      `Expected 1, 3 or 4 values a pixel (${width}x${height}) for image but received ${data.length} values`,
    );
  return sharp(data, { raw: { width, height, channels } });
}

/** Reads an image's width and height in pixels, after its EXIF rotation. */
export async function readImageSize(source: ImageSource): Promise<{ width: number; height: number }> {
  if (isRasterImage(source)) return { width: source.width, height: source.height };
  const { width, height, orientation = 1 } = await sharp(source).metadata();
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Sizes an image so that its longer side has so many pixels. */
export function fitSize(size: { width: number; height: number }, longerSide: number) {
  const scale = longerSide / Math.max(size.width, size.height);
  return { width: Math.round(size.width * scale), height: Math.round(size.height * scale) };
}

/**
 * Embeds an image in a picture, smoothly resized to twice the pixels of its place.
 * @param place the image fills it; give it the image's aspect ratio
 */
export async function embedImage(source: ImageSource, place: Place): Promise<string> {
  const jpeg = await openImage(source)
    .flatten({ background: '#ffffff' })
    .resize(Math.round(2 * place.width), Math.round(2 * place.height), { fit: 'fill' })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return imageElement(jpeg, 'image/jpeg', place);
}

/**
 * Embeds a small image with each of its pixels as a sharp square.
 * @param place best a whole multiple of the image's size
 */
export async function embedPixels(source: ImageSource, place: Place): Promise<string> {
  const png = await openImage(source)
    .resize(Math.round(2 * place.width), Math.round(2 * place.height), { fit: 'fill', kernel: 'nearest' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return imageElement(png, 'image/png', place);
}

function imageElement(content: Buffer, type: string, place: Place): string {
  // Nearest: the picture is drawn at the embedded image's own resolution, so nothing is left to smooth.
  const href = `data:${type};base64,${content.toString('base64')}`;
  return element('image', { ...place, href, preserveAspectRatio: 'none' });
}
