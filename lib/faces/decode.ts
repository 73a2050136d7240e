import sharp from 'sharp';
import type { RgbImage } from '../core/image';
import type { BadImage } from './bad-image';

/** The largest image that is decoded: 64 megapixels, 192 MB of colours. */
export const MAX_IMAGE_PIXELS = 64_000_000;

/** What transparent pixels are laid on: white, as most viewers show them. */
export const ALPHA_BACKGROUND = '#ffffff';

/** The formats that are decoded, by how their files begin. Vector formats are none: they may name other files. */
const SIGNATURES: readonly (readonly [format: string, pattern: RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['tiff', /^(II[*+]\0|MM\0[*+])/],
  ['avif', /^[^]{4}ftyp(avi[fs]|mif1|msf1)/],
];

/**
 * Decodes an image to 8-bit sRGB: rotated as EXIF says, alpha laid on {@link ALPHA_BACKGROUND}, 16 bits rounded
 * down to 8, CMYK and embedded profiles converted, the first frame of an animation.
 * @param bytes the whole file
 * @param name what to call it in a reason
 * @param options.maxPixels the largest image to decode, width times height; default {@link MAX_IMAGE_PIXELS}
 * @returns the pixels, or a reason; never part of an image: what is truncated or corrupt is refused whole
 */
export async function decodeImage(
  bytes: Buffer,
  name: string,
  { maxPixels = MAX_IMAGE_PIXELS }: { readonly maxPixels?: number } = {},
): Promise<RgbImage | BadImage> {
  const format = formatOf(bytes);
  if (!format) return notAnImage(bytes, name);
  try {
    // 'warning' also refuses what libjpeg fills up with grey and only warns about.
    const { data, info } = await sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels })
      .autoOrient()
      .flatten({ background: ALPHA_BACKGROUND })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return toRgb(data, info);
  } catch (error) {
    return whyUndecodable(error as Error, { bytes, name, format, maxPixels });
  }
}

function formatOf(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 16);
  return SIGNATURES.find(([, pattern]) => pattern.test(start))?.[0];
}

function notAnImage(bytes: Buffer, name: string): BadImage {
  const formats = SIGNATURES.map(([format]) => format).join(', ');
  const start = bytes.toString('hex', 0, 8);
  return {
    kind: 'not-an-image',
    reason: `Expected one of ${formats} for ${name} but it begins with ${start}`,
  };
}

function toRgb(data: Buffer, { width, height, channels }: sharp.OutputInfo): RgbImage {
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (channels === 3) return { width, height, data: pixels };
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0, at = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgb[at++] = pixels[pixel * channels + (channels > 2 ? channel : 0)];
  return { width, height, data: rgb };
}

interface Undecodable {
  readonly bytes: Buffer;
  readonly name: string;
  readonly format: string;
  readonly maxPixels: number;
}

function whyUndecodable({ message }: Error, { bytes, name, format, maxPixels }: Undecodable): BadImage {
  const what = message.trim().split('\n')[0];
  if (/pixel limit/.test(message))
    return {
      kind: 'too-large',
      reason: `Expected at most ${maxPixels} pixels for ${name} but received more`,
    };
  if (isCutShort(bytes, format, message))
    return {
      kind: 'truncated',
      reason: `Expected a whole ${format} image for ${name} but it ends early: ${what}`,
    };
  return {
    kind: 'undecodable',
    reason: `Expected a sound ${format} image for ${name} but received: ${what}`,
  };
}

/** Asked of files that do not decode: do they lack their format's end? */
function isCutShort(bytes: Buffer, format: string, message: string): boolean {
  if (/premature end|truncated|unexpected end|out of data/i.test(message)) return true;
  if (format === 'jpeg') return !bytes.includes(Buffer.from([0xff, 0xd9]), -64);
  if (format === 'png') return !bytes.includes('IEND', -64, 'latin1');
  if (format === 'gif') return bytes.at(-1) !== 0x3b;
  if (format === 'webp') return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
  if (format === 'tiff') return tiffDirectoryAt(bytes) + 2 > bytes.length;
  return false;
}

/** Where a TIFF file's first directory begins: often at its end, so that a truncated file has none. */
function tiffDirectoryAt(bytes: Buffer): number {
  if (bytes.length < 8) return Infinity;
  return bytes[0] === 0x49 ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
}
