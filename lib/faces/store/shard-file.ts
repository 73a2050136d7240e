import { readFile } from 'node:fs/promises';
import type { BlockSet } from '../../core/blocks';
import type { FrameRecord } from '../../core/record';
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
