import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import type { FrameRecord } from '../core/record';
import { decodeShard } from './store';

/**
 * Reads a shard from the disk.
 * @returns its blocks and misses; undefined when there is no such file or when it is not as it was written
 */
export async function loadShard(
  file: string,
  records: readonly FrameRecord[],
): Promise<BlockSet | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`Expected a readable file for shard ${file}`, { cause: error });
  }
  try {
    return decodeShard(bytes, records);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Writes a file so that at any moment it is either not there or whole: aside, flushed to the disk, renamed. Two
 * processes that write the same file do not meet.
 * @param write fills the file, which is open for reading and writing
 * @throws Error when the disk is full or the folder can't be written; nothing is left behind then
 */
export async function writeWhole(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(aside, 'wx+');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new Error(`Expected to write ${file} but could not: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes bytes or text as {@link writeWhole} does. */
export function saveWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  return writeWhole(file, (handle) => handle.writeFile(bytes));
}

/** Makes a rename last through a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
