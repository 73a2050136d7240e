import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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
 * @throws Error when the disk is full or the folder can't be written; nothing is left behind then
 */
export async function saveWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  try {
    const handle = await open(aside, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
    await syncFolder(path.dirname(file));
  } catch (error) {
    await rm(aside, { force: true });
    throw new Error(`Expected to write ${file} but could not: ${(error as Error).message}`, { cause: error });
  }
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
