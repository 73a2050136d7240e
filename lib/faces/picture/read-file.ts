import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import path from 'node:path';
import { LINK_LEVELS } from '../../datasets/tree';
import { isInside } from '../../files/project';
import { type BadImage, isBadImage } from './decode';

/** The largest file that is read: 64 MiB. A frame of FERG has 60 kB, a large photograph has 20 MB. */
export const MAX_IMAGE_BYTES = 64 * 2 ** 20;

/** The bytes of an image file and their hash. */
export interface ImageBytes {
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, in hexadecimal. */
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

function nameKind(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  return found.isFIFO() ? 'a pipe' : 'a device';
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
    if (!before.isFile())
      return { kind: 'not-a-file', reason: `Expected a file for ${name} but received ${nameKind(before)}` };
    if (before.size === 0)
      return { kind: 'empty-file', reason: `Expected an image for ${name} but received 0 bytes` };
    if (before.size > maxBytes) {
      const reason = `Expected at most ${maxBytes} bytes for ${name} but received ${before.size}`;
      return { kind: 'too-large', reason };
    }
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
    return { kind: 'missing-file', reason: `Expected a file for ${name} but found none` };
  const what = error.code ?? error.message;
  return { kind: 'unreadable-file', reason: `Expected a readable file for ${name} but received ${what}` };
}
