import { type BadImage, isBadImage } from './bad-image';
import { type DecodedImage, decodeImage } from './decode';

/** Images of more pixels are decoded one after the other, when their batch is gathered, and not ahead of it. */
const SMALL_PIXELS = 1_300_000;

/** Pixels at which a batch is full, however few images it has: 72 MB of colours. */
const BATCH_PIXELS = 24_000_000;

/** Something that was read: an image, or what was read in its place. */
export interface Loaded<T, Other> {
  readonly item: T;
  readonly image: DecodedImage | BadImage | Other;
}

/** How items are read. */
export interface ReadOptions<T, Other> {
  /** Gives a whole file's bytes to decode, or anything else, which is passed on. */
  readonly read: (item: T) => Promise<Buffer | Other>;
  /** What to call an item in reasons. */
  readonly nameOf: (item: T) => string;
  /** The most items of a batch. */
  readonly size: number;
}

/**
 * Reads and decodes images, each once, a batch at a time. While the caller works on a batch, the next is decoded and the
 * files of the one after it are read: a file takes many short waits, none of which ends while a network computes. At most
 * three batches are in memory.
 * @returns batches in the items' order, each of at least one item; which items meet depends on nothing but the items
 */
export async function* readBatches<T, Other>(
  items: readonly T[],
  { read, nameOf, size }: ReadOptions<T, Other>,
): AsyncGenerator<readonly Loaded<T, Other>[]> {
  const ahead: Promise<Loaded<T, Other> & { readonly large?: Buffer }>[] = [];
  let next = 0;
  const readOne = async (item: T) => {
    const bytes = await read(item);
    if (!Buffer.isBuffer(bytes)) return { item, image: bytes };
    const image = await decodeImage(bytes, nameOf(item), { maxPixels: SMALL_PIXELS });
    return isBadImage(image) && image.kind === 'too-large' ? { item, image, large: bytes } : { item, image };
  };
  const gather = async () => {
    const batch: Loaded<T, Other>[] = [];
    for (let pixels = 0; batch.length < size && pixels < BATCH_PIXELS; ) {
      while (ahead.length < size && next < items.length) ahead.push(quietly(readOne(items[next++])));
      const one = await ahead.shift();
      if (!one) break;
      const image = one.large ? await decodeImage(one.large, nameOf(one.item)) : one.image;
      if (isImage(image)) pixels += image.width * image.height;
      batch.push({ item: one.item, image });
    }
    return batch;
  };
  let coming = quietly(gather());
  for (let batch = await coming; batch.length > 0; batch = await coming) {
    coming = quietly(gather());
    yield batch;
  }
}

/** Tells whether an image was read, and not a reason or anything else. */
export function isImage(image: unknown): image is DecodedImage {
  return typeof image === 'object' && image !== null && 'data' in image && 'width' in image;
}

/** Should it fail before its turn, its turn tells: until then nobody awaits it, which would end the process. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
