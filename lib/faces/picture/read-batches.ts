import { type BadImage, type DecodedImage, decodeImage, isBadImage } from './decode';

/** Larger images are decoded two at a time, when their batch is gathered. */
const SMALL_PIXELS = 1_300_000;

/** Number of pixels at which a batch is full: 15 MB of colours. Small batches let decoding and computing overlap. */
const BATCH_PIXELS = 5_000_000;

/** An item with its image, or with what was read instead of an image. */
export interface Loaded<T, Other> {
  readonly item: T;
  readonly image: DecodedImage | BadImage | Other;
}

/** How items are read. */
export interface ReadOptions<T, Other> {
  /** Returns a file's bytes, which are decoded, or anything else, which is passed on. */
  readonly read: (item: T) => Promise<Buffer | Other>;
  /** Returns an item's name in reasons. */
  readonly nameOf: (item: T) => string;
  /** Maximum number of items in a batch. */
  readonly size: number;
}

/**
 * Reads and decodes images in batches, each image once. While the caller processes a batch, the next one is decoded and the
 * files after it are read, because a file system call does not complete while a network computes. At most three batches
 * are in memory.
 * @returns batches of one or more items, in the items' order; the items alone determine how they are divided into batches
 */
export async function* readBatches<T, Other>(
  items: readonly T[],
  { read, nameOf, size }: ReadOptions<T, Other>,
): AsyncGenerator<readonly Loaded<T, Other>[]> {
  const ahead: Promise<{ readonly item: T; decode(): Promise<Loaded<T, Other>['image']> }>[] = [];
  let next = 0;
  const readOne = async (item: T) => {
    const bytes = await read(item);
    if (!Buffer.isBuffer(bytes)) return { item, decode: async () => bytes };
    const image = await decodeImage(bytes, nameOf(item), { maxPixels: SMALL_PIXELS });
    if (!isBadImage(image) || image.kind !== 'too-large') return { item, decode: async () => image };
    let large: ReturnType<typeof decodeImage> | undefined;
    return { item, decode: () => (large ??= quietly(decodeImage(bytes, nameOf(item)))) };
  };
  const gather = async () => {
    const batch: Loaded<T, Other>[] = [];
    for (let pixels = 0; batch.length < size && pixels < BATCH_PIXELS;) {
      while (ahead.length < size && next < items.length) ahead.push(quietly(readOne(items[next++])));
      const one = await ahead.shift();
      if (!one) break;
      const decoding = one.decode();
      void (await ahead[0])?.decode();
      const image = await decoding;
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

/** Checks whether an image was read, and not a reason or anything else. */
export function isImage(image: unknown): image is DecodedImage {
  return typeof image === 'object' && image !== null && 'data' in image && 'width' in image;
}

/** Marks a promise's rejection as handled: it is awaited later, and until then Node.js would end the process. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
