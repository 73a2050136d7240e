import { type PreprocessOptions, planJobs } from '../../faces/make-shards';
import { type MadeStore, type StoreSource, toMadeStore } from '../../faces/make-store';
import { runOnQueue } from './queue';

/**
 * Makes a store as `makeStore` does, with the shards made by a queue's workers. These must have data and cache at the
 * same paths, and the same versions of everything: a shard's name tells them apart otherwise.
 */
export async function makeStoreOnQueue(
  url: string,
  { name, records }: StoreSource,
  options: PreprocessOptions & { readonly directory: string },
): Promise<MadeStore> {
  const start = performance.now();
  const counts = { done: 0, missed: 0, reused: 0 };
  const shards = await runOnQueue(url, 'shard', planJobs(records, options), {
    onResult: ({ frames, missed, reused }) => {
      counts.done += frames;
      counts.missed += missed;
      counts.reused += reused ? frames : 0;
      options.onProgress?.({ ...counts, total: records.length });
    },
  });
  return toMadeStore(name, shards, { ...options, start });
}
