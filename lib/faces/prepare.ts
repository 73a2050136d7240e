import { type GrayImage, type RgbImage, toGray } from '../core/image';
import { type BadImage, isBadImage } from './bad-image';
import { decodeImage } from './decode';
import { enlarge, fitForDetection } from './fit';
import { type ImageBytes, readImageFile } from './read-image';

/** Longer side that cropped faces are enlarged to before detection: FER2013's have 48 pixels. */
export const CROPPED_SIDE = 192;

/** Images of more pixels are decoded one at a time and not kept: so 48 of them do not fill the memory. */
const KEPT_PIXELS = 1_300_000;

/** A decoded image, ready for the detector and for cutting. */
export interface PreparedImage {
  readonly width: number;
  readonly height: number;
  /** What a face is looked for in, as {@link fitForDetection} gives it; at least the reader's least on the longer side. */
  readonly small: RgbImage;
  /** Gives the whole image in grey: kept, or decoded again when it is large. */
  gray(): Promise<GrayImage | BadImage>;
}

/** Reads and decodes images of one folder, large ones in turn. */
export interface ImageReader {
  /**
   * Reads one image for detection.
   * @param sha256 what the bytes must hash to; default: anything
   */
  read(relativePath: string, sha256?: string): Promise<PreparedImage | BadImage>;
}

/**
 * Builds a reader for the images of a data folder.
 * @param root the data folder
 * @param options.leastSide smaller images are enlarged for detection until their longer side has as many pixels; default 0
 */
export function createImageReader(
  root: string,
  { leastSide = 0 }: { readonly leastSide?: number } = {},
): ImageReader {
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const result = queue.then(job);
    queue = result.catch(() => undefined);
    return result;
  };
  const read = async (relativePath: string, sha256?: string) => {
    const file = await readUnchanged(root, relativePath, sha256);
    if (isBadImage(file)) return file;
    const image = await decodeImage(file.bytes, relativePath, { maxPixels: KEPT_PIXELS });
    if (!isBadImage(image)) return keep(image, leastSide);
    if (image.kind !== 'too-large') return image;
    const again = () => decodeAgain(root, relativePath, file.sha256);
    return inTurn(async () => {
      const large = await decodeImage(file.bytes, relativePath);
      return isBadImage(large) ? large : shrink(large, () => inTurn(again));
    });
  };
  return { read };
}

async function keep(image: RgbImage, leastSide: number): Promise<PreparedImage> {
  const { width, height, data } = image;
  const gray = toGray(data, width, height, 3);
  return shrink(await enlarge(image, leastSide), () => Promise.resolve(gray)).then((prepared) => ({
    ...prepared,
    width,
    height,
  }));
}

async function shrink(image: RgbImage, gray: PreparedImage['gray']): Promise<PreparedImage> {
  const { width, height } = image;
  return { width, height, small: await fitForDetection(image), gray };
}

async function decodeAgain(
  root: string,
  relativePath: string,
  sha256: string,
): Promise<GrayImage | BadImage> {
  const file = await readUnchanged(root, relativePath, sha256);
  if (isBadImage(file)) return file;
  const image = await decodeImage(file.bytes, relativePath);
  return isBadImage(image) ? image : toGray(image.data, image.width, image.height, 3);
}

async function readUnchanged(
  root: string,
  relativePath: string,
  sha256: string | undefined,
): Promise<ImageBytes | BadImage> {
  const file = await readImageFile(root, relativePath);
  if (isBadImage(file) || !sha256 || file.sha256 === sha256) return file;
  const reason = `Expected ${relativePath} to stay as it is but it changed while the folder was read`;
  return { kind: 'changed-while-reading', reason };
}
