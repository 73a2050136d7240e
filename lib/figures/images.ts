import type * as tf from '@tensorflow/tfjs';
import sharp, { type Sharp } from 'sharp';
import type { Box, Point } from '../core/geometry';
import { element } from './svg';
import { COLORS } from './theme';

/** Pixels row by row from the top, 8 bits a channel: grey, RGB or RGBA, by the length of the data. */
export interface RasterImage {
  readonly width: number;
  readonly height: number;
  /** [height, width] or [height, width, 3 or 4], 0 to 255. */
  readonly data: Uint8Array;
}

/** An image of a figure: a file's path, a file's content (PNG, JPEG, ...), or pixels. */
export type ImageSource = string | Uint8Array | RasterImage;

/** Returns whether a value is a {@link RasterImage}. */
export function isRasterImage(value: unknown): value is RasterImage {
  const { width, height, data } = Object(value) as Partial<RasterImage>;
  return typeof width === 'number' && typeof height === 'number' && data instanceof Uint8Array;
}

/** Opens an image in sharp, rotated as its EXIF data says. @throws RangeError when pixels do not fill the image */
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
  if (isRasterImage(source)) return source;
  const { width, height, orientation = 1 } = await sharp(source).metadata();
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/** Where an image is drawn in a picture; scale: pixels of the picture for each of the image. */
export type Placement = Point & { readonly scale: number };

/** Scales an image's size so that its longer side has a number of pixels. */
export function fitSize(size: { width: number; height: number }, longerSidePx: number) {
  const factor = longerSidePx / Math.max(size.width, size.height);
  const [width, height] = [size.width, size.height].map((side) => Math.round(side * factor));
  return { width, height, scale: width / size.width };
}

/** Stretches an image as an opaque one. */
function flattenTo(source: ImageSource, width: number, height: number): Sharp {
  return openImage(source).flatten({ background: COLORS.paper }).resize(width, height, { fit: 'fill' });
}

/**
 * Embeds an image in an SVG picture, smoothly resized to twice the pixels of its place.
 * @param place in pixels of the picture, best with the image's aspect ratio
 */
export async function embedImage(source: ImageSource, place: Box): Promise<string> {
  const image = flattenTo(source, Math.round(2 * place.width), Math.round(2 * place.height));
  return imageElement(image.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }), place);
}

/**
 * Embeds a small image in an SVG picture, each of its pixels a sharp square.
 * @param place in pixels of the picture, best a multiple of the image's size
 */
export async function embedPixels(source: ImageSource, place: Box): Promise<string> {
  const [width, height] = [Math.round(2 * place.width), Math.round(2 * place.height)];
  const image = openImage(source).resize(width, height, { fit: 'fill', kernel: 'nearest' });
  return imageElement(image.png({ compressionLevel: 9 }), place);
}

async function imageElement(image: Sharp, { x, y, width, height }: Box): Promise<string> {
  return element('image', { x, y, width, height, href: await toDataUrl(image), preserveAspectRatio: 'none' });
}

/**
 * Converts an image for a chart's data.
 * @param sidePx width and height in pixels; the image is stretched to fill them
 * @returns data URL of a JPEG, a few kilobytes
 */
export function toThumbnail(source: ImageSource, sidePx: number): Promise<string> {
  return toDataUrl(flattenTo(source, sidePx, sidePx).jpeg({ quality: 70, mozjpeg: true }));
}

/**
 * Converts a block for a chart's data, each of its pixels a sharp square.
 * @param times side of a square in pixels
 * @returns data URL of a PNG
 */
export function toPixelPicture(block: RasterImage, times: number): Promise<string> {
  const image = openImage(block).resize(block.width * times, block.height * times, { kernel: 'nearest' });
  return toDataUrl(image.png({ compressionLevel: 9, palette: true }));
}

async function toDataUrl(image: Sharp): Promise<string> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return `data:image/${info.format};base64,${data.toString('base64')}`;
}

/** Red, green and blue of `COLORS.orange`. */
const OVERLAY_COLOR = [213, 94, 0];

/** Share of the colour at a map's value of 255. */
const OVERLAY_STRENGTH = 0.85;

/**
 * Draws a map over a grey picture: the higher the value, the more orange.
 * @param picture grey levels, [size, size]
 * @param map 0 to 255, [size, size]
 * @throws RangeError when they are not squares of the same size
 */
export function overlayMap(picture: Uint8Array, map: Uint8Array): RasterImage {
  const size = Math.sqrt(picture.length);
  if (picture.length !== map.length || !Number.isInteger(size))
    throw new RangeError(
      `Expected a square map of ${picture.length} values for map but received ${map.length}`,
    );
  const data = Uint8Array.from({ length: 3 * picture.length }, (_, at) => {
    const pixel = Math.floor(at / 3);
    const share = (OVERLAY_STRENGTH * map[pixel]) / 255;
    return Math.round((1 - share) * picture[pixel] + share * OVERLAY_COLOR[at % 3]);
  });
  return { width: size, height: size, data };
}

/**
 * Draws the feature maps of the batch's first sample as grey pictures: 0 is black, the map's maximum is white. A map without
 * a value above 0 is black.
 * @param maps [n, height, width, channels], 0 or more; it is not disposed
 * @returns one picture a channel
 */
export function featureMaps(maps: tf.Tensor4D): RasterImage[] {
  const [, height, width, channels] = maps.shape;
  const values = maps.dataSync();
  return Array.from({ length: channels }, (_, channel) => {
    const map = Array.from({ length: height * width }, (_, at) => values[at * channels + channel]);
    const highest = map.reduce((most, value) => Math.max(most, value), 0);
    const data = Uint8Array.from(map, (value) => (highest > 0 ? Math.round((255 * value) / highest) : 0));
    return { width, height, data };
  });
}
