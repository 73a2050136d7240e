import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { LINK_LEVELS } from '../../datasets/tree';
import { isInside } from '../../files/project';
import { badImage, type BadImage, type DecodedImage, decodeImage, isBadImage } from './decode';

/** The largest file that is read: 64 MiB. A frame of FERG has 60 kB, a large photograph has 20 MB. */
export const MAX_IMAGE_BYTES = 64 * 2 ** 20;

/** The bytes of an image file, and their SHA-256 in hexadecimal. */
interface ImageBytes {
  readonly bytes: Buffer;
  readonly sha256: string;
}

/**
 * Reads one image file of a data folder. It does not throw for anything in the file system. The first
 * {@link LINK_LEVELS} folders of the path can be links that lead out of the data folder.
 * @param root the data folder
 * @param relativePath path inside of it, with forward slashes, in any script
 * @param options.maxBytes the largest file to read; default {@link MAX_IMAGE_BYTES}
 * @returns the bytes, or a reason when the file is missing, empty, too large, not a regular file, outside of the data
 *   folder, or changed while it was read
 */
export async function readImageFile(
  root: string,
  relativePath: string,
  { maxBytes = MAX_IMAGE_BYTES }: { readonly maxBytes?: number } = {},
): Promise<ImageBytes | BadImage> {
  if (!isInside(root, path.resolve(root, relativePath)) || path.isAbsolute(relativePath))
    return outside(relativePath);
  try {
    const file = await realpath(path.resolve(root, relativePath));
    if (!(await mayRead(root, relativePath, file))) return outside(relativePath);
    return await readRegularFile(file, relativePath, maxBytes);
  } catch (error) {
    return whyUnreadable(error as NodeJS.ErrnoException, relativePath);
  }
}

/**
 * Reads an image file in any folder.
 * @param file path from the current folder
 * @returns the bytes, or a reason as {@link readImageFile} returns it
 */
export async function readNamedFile(file: string): Promise<Buffer | BadImage> {
  try {
    const read = await readRegularFile(file, file, MAX_IMAGE_BYTES);
    return isBadImage(read) ? read : read.bytes;
  } catch (error) {
    return whyUnreadable(error as NodeJS.ErrnoException, file);
  }
}

/**
 * Checks that a file is inside of the data folder, or inside of the folder that the first folders of the path link to.
 * That folder must not contain the data folder.
 */
async function mayRead(root: string, relativePath: string, file: string): Promise<boolean> {
  const realRoot = await realpath(root);
  if (isInside(realRoot, file)) return true;
  const folders = path.dirname(path.normalize(relativePath)).split(path.sep);
  const linked = await realpath(path.join(root, ...folders.slice(0, LINK_LEVELS)));
  return isInside(linked, file) && !isInside(linked, realRoot);
}

function outside(relativePath: string): BadImage {
  const reason = `Expected a path inside of the data folder but received ${relativePath}`;
  return { kind: 'outside-data-folder', reason };
}

async function readRegularFile(file: string, name: string, maxBytes: number): Promise<ImageBytes | BadImage> {
  // O_NONBLOCK: opening a pipe would block until somebody writes to it.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const before = await handle.stat();
    if (!before.isFile()) {
      const kind = before.isDirectory() ? 'a folder' : before.isFIFO() ? 'a pipe' : 'a device';
      return badImage('not-a-file', 'a file', name, `received ${kind}`);
    }
    if (before.size === 0) return badImage('empty-file', 'an image', name, 'received 0 bytes');
    if (before.size > maxBytes)
      return badImage('too-large', `at most ${maxBytes} bytes`, name, `received ${before.size}`);
    const bytes = await readAll(handle, before.size);
    const after = await handle.stat();
    if (bytes.length < before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      const reason = `Expected ${name} to stay as it is but it changed while it was read`;
      return { kind: 'changed-while-reading', reason };
    }
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await handle.close();
  }
}

async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function whyUnreadable(error: NodeJS.ErrnoException, name: string): BadImage {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return badImage('missing-file', 'a file', name, 'found none');
  return badImage('unreadable-file', 'a readable file', name, `received ${error.code ?? error.message}`);
}

/** Larger images are decoded two at a time, when their batch is gathered. */
const SMALL_PIXELS = 1_300_000;

/** Number of pixels at which a batch is full: 15 MB of colours. Small batches let decoding and computing overlap. */
const BATCH_PIXELS = 5_000_000;

/** An item with its image, or with what was read instead of an image. */
interface Loaded<T, Other> {
  readonly item: T;
  readonly image: DecodedImage | BadImage | Other;
}

/**
 * Reads and decodes images in batches, each image once. While the caller processes a batch, the next one is decoded and the
 * files after it are read, because a file system call does not complete while a network computes. At most three batches
 * are in memory.
 * @param options.read returns a file's bytes, which are decoded, or anything else, which is passed on
 * @param options.nameOf returns an item's name in reasons
 * @param options.size maximum number of items in a batch
 * @returns batches of one or more items, in the items' order; the items alone determine how they are divided into batches
 */
export async function* readBatches<T, Other>(
  items: readonly T[],
  options: {
    readonly read: (item: T) => Promise<Buffer | Other>;
    readonly nameOf: (item: T) => string;
    readonly size: number;
  },
): AsyncGenerator<readonly Loaded<T, Other>[]> {
  const { read, nameOf, size } = options;
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
