import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { RgbImage } from '../../core/image';

/** The largest image that is decoded: 64 megapixels, 192 MB of colours. */
export const MAX_IMAGE_PIXELS = 64_000_000;

/** Background of transparent pixels: white, as in most viewers. */
export const ALPHA_BACKGROUND = '#ffffff';

/** The formats that are decoded, by their first bytes. Vector formats are left out, because they can refer to other files. */
const SIGNATURES: readonly (readonly [format: string, pattern: RegExp])[] = [
  ['jpeg', /^\xff\xd8\xff/],
  ['png', /^\x89PNG\r\n\x1a\n/],
  ['gif', /^GIF8[79]a/],
  ['webp', /^RIFF[^]{4}WEBP/],
  ['tiff', /^(II[*+]\0|MM\0[*+])/],
  ['avif', /^[^]{4}ftyp(avi[fs]|mif1|msf1)/],
];

/** What messages name as expected. */
const EXPECTED_FORMAT = `one of ${SIGNATURES.map(([format]) => format).join(', ')}`;

/** Advice for pictures of formats that are not decoded. */
const SAVE_AS = 'save it as JPEG or PNG';

/** Known picture formats that are not decoded. The brand of HEIC can be the major brand or one of the compatible brands. */
const UNSUPPORTED: readonly (readonly [format: string, pattern: RegExp, remedy?: string])[] = [
  [
    'HEIC',
    /^[^]{4}ftyp((mif1|msf1)[^]{4}([^]{4}){0,8}?)?(hei[cxms]|hev[cxms])/,
    'save it as JPEG, such as by `heif-convert` (Debian: libheif-examples); iPhones take JPEG when Settings, Camera, Formats says Most Compatible',
  ],
  ['BMP', /^BM[^]{4}\0\0\0\0/],
  ['JPEG XL', /^(\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n)/],
  ['JPEG 2000', /^(\xff\x4f\xff\x51|\0\0\0\x0cjP {2}\r\n)/],
  ['Photoshop', /^8BPS\0/],
  ['camera raw', /^(II\x2a\0[^]{4}CR\x02|[^]{4}ftypcrx |FUJIFILMCCD-RAW|II(RO|RS|U\0)|MMOR)/],
];

/** File names of camera raw formats with TIFF's signature: TIFF's decoder would only find the small preview. */
const RAW_NAME = /\.(dng|nef|nrw|arw|sr2|srf|pef|srw|3fr|iiq)$/i;

/** Number of first bytes that the signatures are matched against. */
const SIGNATURE_BYTES = 64;

/** The pixels of a picture. */
export interface DecodedImage extends RgbImage {
  /** Number of frames or pages in the file, of which this is the first; undefined when there is only one. */
  readonly frames?: number;
}

/** Why an image has no pixels. Such images are expected in a large folder, so the reason is data and not an exception. */
export type BadImageKind =
  | 'missing-file'
  | 'outside-data-folder'
  | 'not-a-file'
  | 'unreadable-file'
  | 'changed-while-reading'
  | 'empty-file'
  | 'too-large'
  | 'not-an-image'
  | 'unsupported-format'
  | 'truncated'
  | 'undecodable';

/** An image without pixels. */
export interface BadImage {
  readonly kind: BadImageKind;
  /** One sentence: what was expected of which file, and what was found. */
  readonly reason: string;
}

/**
 * Makes the reason why an image has no pixels.
 * @param found what was found in place of `expected`, such as `received 0 bytes`
 */
export function badImage(kind: BadImageKind, expected: string, name: string, found: string): BadImage {
  return { kind, reason: `Expected ${expected} for ${name} but ${found}` };
}

/** Checks whether reading or decoding returned a reason instead of its result. */
export function isBadImage(result: object): result is BadImage {
  return 'kind' in result && 'reason' in result;
}

/** Checks by its first bytes whether a file is a picture, including formats that are not decoded. */
export function isPicture(bytes: Uint8Array): boolean {
  const start = asBuffer(bytes).toString('latin1', 0, SIGNATURE_BYTES);
  return [...UNSUPPORTED, ...SIGNATURES].some(([, pattern]) => pattern.test(start));
}

/**
 * Decodes an image to 8-bit sRGB. The EXIF rotation is applied, transparent pixels are composited onto
 * {@link ALPHA_BACKGROUND}, 16 bits are rounded down to 8, and CMYK and embedded profiles are converted. Only the first
 * frame of an animation, or the first page, is decoded.
 * @param content the whole file
 * @param name name of the image in the reason
 * @param options.maxPixels the largest image to decode, width times height; default {@link MAX_IMAGE_PIXELS}
 * @returns the pixels, or the reason why there are none; truncated and corrupt images are rejected as a whole
 */
export async function decodeImage(
  content: Uint8Array,
  name: string,
  { maxPixels = MAX_IMAGE_PIXELS }: { readonly maxPixels?: number } = {},
): Promise<DecodedImage | BadImage> {
  const bytes = asBuffer(content);
  const start = bytes.toString('latin1', 0, SIGNATURE_BYTES);
  const [format] = SIGNATURES.find(([, pattern]) => pattern.test(start)) ?? [];
  const unsupported = whyUnsupported(start, format, name);
  if (unsupported) return unsupported;
  if (!format)
    return badImage('not-an-image', EXPECTED_FORMAT, name, `it begins with ${bytes.toString('hex', 0, 8)}`);
  try {
    // 'warning' also rejects truncated JPEG files, which libjpeg fills up with grey with no more than a warning.
    const ignoreIcc = await hasSrgbProfile(bytes, format);
    const { data, info } = await sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels, ignoreIcc })
      .autoOrient()
      .flatten({ background: ALPHA_BACKGROUND })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const frames = await countFrames(bytes, format);
    return { width: info.width, height: info.height, data: pixels, ...(frames > 1 && { frames }) };
  } catch (error) {
    return whyUndecodable(error as Error, { bytes, name, format, maxPixels });
  }
}

/** The package's types name no Buffer: projects that use them may have no types of Node.js. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function whyUnsupported(start: string, format: string | undefined, name: string): BadImage | undefined {
  const isRaw = format === 'tiff' && RAW_NAME.test(name);
  const found = isRaw ? UNSUPPORTED.at(-1) : UNSUPPORTED.find(([, pattern]) => pattern.test(start));
  if (!found) return undefined;
  const [what, , remedy = SAVE_AS] = found;
  return badImage('unsupported-format', EXPECTED_FORMAT, name, `received ${what}: ${remedy}`);
}

/** SHA-256 of the profile `sRGB IEC61966-2.1` (Hewlett-Packard, 1998), which cameras and editors embed. */
const SRGB_PROFILE = '2b3aa1645779a9e634744faf9b01e9102b0c9b88fd6deced7934df86b949af7e';

/** Checks whether a JPEG's colours are sRGB by its profile. Converting them would double the time and change no pixel. */
async function hasSrgbProfile(bytes: Buffer, format: string): Promise<boolean> {
  if (format !== 'jpeg' || !bytes.includes('ICC_PROFILE')) return false;
  const { icc } = await sharp(bytes).metadata();
  return icc !== undefined && createHash('sha256').update(icc).digest('hex') === SRGB_PROFILE;
}

/** Counts frames or pages. Source: sharp's metadata; for animated PNG the chunk acTL, which precedes IDAT. */
async function countFrames(bytes: Buffer, format: string): Promise<number> {
  if (format === 'jpeg') return 1;
  if (format !== 'png') return (await sharp(bytes).metadata()).pages ?? 1;
  const at = bytes.subarray(0, bytes.indexOf('IDAT')).indexOf('acTL');
  return at < 0 ? 1 : bytes.readUInt32BE(at + 4);
}

function whyUndecodable(
  { message }: Error,
  file: {
    readonly bytes: Buffer;
    readonly name: string;
    readonly format: string;
    readonly maxPixels: number;
  },
): BadImage {
  const { bytes, name, format, maxPixels } = file;
  const what = message.trim().split('\n')[0];
  if (/pixel limit/.test(message))
    return badImage('too-large', `at most ${maxPixels} pixels`, name, 'received more');
  if (isCutShort(bytes, format, message))
    return badImage('truncated', `a whole ${format} image`, name, `it ends early: ${what}`);
  return badImage('undecodable', `a sound ${format} image`, name, `received: ${what}`);
}

/** Checks whether a file that cannot be decoded lacks the end of its format. */
function isCutShort(bytes: Buffer, format: string, message: string): boolean {
  if (/premature end|truncated|unexpected end|out of data/i.test(message)) return true;
  if (format === 'jpeg') return !bytes.includes(Buffer.from([0xff, 0xd9]), -64);
  if (format === 'png') return !bytes.includes('IEND', -64, 'latin1');
  if (format === 'gif') return bytes.at(-1) !== 0x3b;
  if (format === 'webp') return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
  if (format === 'tiff') return tiffDirectoryAt(bytes) + 2 > bytes.length;
  return false;
}

/** Returns the offset of a TIFF file's first directory. It is often at the end, so a truncated file lacks it. */
function tiffDirectoryAt(bytes: Buffer): number {
  if (bytes.length < 8) return Infinity;
  return bytes[0] === 0x49 ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
}
