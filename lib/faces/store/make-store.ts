import path from 'node:path';
import type { FrameRecord } from '../../core/record';
import { type PreprocessOptions, makeShards } from './make-shards';
import { removeLeftovers, writeWhole } from '../../files/whole-file';
import { type StoredShard, shardFile } from './shard-worker';
import { SKIPPED_HEADER, toSkippedRows } from './skipped';
import { mergeShards, streamStore } from './store-file';

/** The name of the store in its folder. */
export const STORE_FILE = 'blocks.arrow';

/** The name of the table of frames without blocks, beside the store. */
export const SKIPPED_FILE = 'skipped.csv';

/** A store that was made. */
export interface MadeStore {
  /** Path of the Arrow file. */
  readonly file: string;
  readonly frames: number;
  /** Frames without blocks: rows of skipped.csv. */
  readonly missed: number;
  /** Cropped faces whose landmarks are assumed. */
  readonly assumed: number;
  readonly reusedShards: number;
  readonly computedShards: number;
  readonly seconds: number;
}

/** What a store is made of. */
export interface StoreSource {
  /** Name of the data set. */
  readonly name: string;
  readonly records: readonly FrameRecord[];
}

/**
 * Preprocesses a data set into a store: blocks.arrow and skipped.csv. It may be stopped or killed at any moment and
 * goes on where it was; the memory that it takes does not grow with the data set.
 * @param options.directory where the two files go
 * @throws RangeError without records; what {@link makeShards} and {@link mergeShards} throw
 */
export async function makeStore(
  { name, records }: StoreSource,
  options: PreprocessOptions & { readonly directory: string },
): Promise<MadeStore> {
  const start = performance.now();
  for (const folder of [options.cacheDirectory, options.directory]) await removeLeftovers(folder);
  const shards = await makeShards(records, options);
  return toMadeStore(name, shards, { ...options, start });
}

/**
 * Merges shards to a store and counts what was done.
 * @param options.start when the work began, by `performance.now()`
 */
export async function toMadeStore(
  name: string,
  shards: readonly StoredShard[],
  options: { readonly cacheDirectory: string; readonly directory: string; readonly start: number },
): Promise<MadeStore> {
  const file = await storeShards(name, shards, options);
  const reusedShards = shards.filter(({ reused }) => reused).length;
  const sum = (count: 'frames' | 'missed' | 'assumed') =>
    shards.reduce((total, shard) => total + shard[count], 0);
  return {
    file,
    frames: sum('frames'),
    missed: sum('missed'),
    assumed: sum('assumed'),
    reusedShards,
    computedShards: shards.length - reusedShards,
    seconds: (performance.now() - options.start) / 1000,
  };
}

/**
 * Merges shards, made by whatever machines, to a store and its table of misses. The same shards give the same bytes.
 * @param name of the data set
 * @returns the store's path
 */
export async function storeShards(
  name: string,
  shards: readonly StoredShard[],
  { cacheDirectory, directory }: { readonly cacheDirectory: string; readonly directory: string },
): Promise<string> {
  const file = path.join(directory, STORE_FILE);
  const files = shards.map(({ key }) => ({ key, file: shardFile(cacheDirectory, key) }));
  await mergeShards(file, files, { dataset: name });
  await writeWhole(path.join(directory, SKIPPED_FILE), async (handle) => {
    await handle.appendFile(SKIPPED_HEADER);
    for await (const { skipped } of streamStore(file)) await handle.appendFile(toSkippedRows(skipped));
  });
  return file;
}
