import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import type { FrameRecord } from '../core/record';
import { decodeShard } from './store';

const LEFTOVER_AGE_MS = 3_600_000;

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

/**
 * Removes what writers that were killed left aside in a folder. Files of the last hour are left: they may be in use.
 * @param now milliseconds since 1970
 */
export async function removeLeftovers(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.part'))) {
    const file = path.join(folder, name);
    const changed = await stat(file).catch(() => undefined);
    if (changed && now - changed.mtimeMs > LEFTOVER_AGE_MS) await rm(file, { force: true });
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
