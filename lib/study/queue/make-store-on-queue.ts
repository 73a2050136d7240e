import fs from 'node:fs';
import path from 'node:path';
import { planJobs } from '../../faces/store/plan';
import {
  finishStore,
  type MadeStore,
  type PreprocessOptions,
  type StoreSource,
} from '../../faces/store/preprocess';
import { runOnQueue } from './queue';

/**
 * Makes a store as `makeStore` does, with the shards made by the workers of a queue. Workers need data and cache at the same
 * paths, and the same versions of the code and its packages.
 * @param options.print called with messages about workers and connection errors
 * @throws Error without a server, when a job failed three times, or when a worker's shard is not in this cache
 */
export async function makeStoreOnQueue(
  url: string,
  { name, records }: StoreSource,
  options: PreprocessOptions & { readonly directory: string; readonly print: (line: string) => void },
): Promise<MadeStore> {
  const start = performance.now();
  const counts = { done: 0, missed: 0, reused: 0 };
  const shards = await runOnQueue(url, 'shard', planJobs(records, options), {
    print: options.print,
    onResult: ({ file, frames, missed, reused }) => {
      expectShard(file);
      counts.done += frames;
      counts.missed += missed;
      counts.reused += reused ? frames : 0;
      options.onProgress?.({ ...counts, total: records.length });
    },
  });
  return finishStore(name, shards, { ...options, start });
}

function expectShard(file: string): void {
  if (fs.existsSync(file)) return;
  throw new Error(
    `Expected ${path.basename(file)} in ${path.dirname(file)}, which all machines must share, but a worker wrote it elsewhere`,
  );
}
