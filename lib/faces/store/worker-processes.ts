import { availableParallelism } from 'node:os';
import { chooseWorkers, findIdlest, startWorkers } from '../../files/worker-process';
import type { ShardJob, ShardWorker, StoredShard } from './shard-worker';

/** What a worker process sends about a shard: progress, then the shard. */
export type ShardItem =
  | { readonly batch: readonly [frames: number, missed: number] }
  | { readonly shard: StoredShard };

/** Images from which on worker processes are worth their start, a second or two each. */
const IMAGES_WORTH_WORKERS = 1024;

/**
 * Chooses the number of processes that preprocess so many images: one a core, or 1, which is this process, for few.
 * @param cores default this machine's
 */
export function defaultWorkers(images: number, cores: number = availableParallelism()): number {
  return chooseWorkers(images, IMAGES_WORTH_WORKERS, cores);
}

/**
 * Starts processes that make shards, each with its share of the cores; a job goes to the one with the fewest jobs.
 * When a process ends (killed for memory, say), its jobs fail; finished shards stay in the cache.
 * @param count how many processes
 */
export function startWorkerProcesses(count: number): ShardWorker {
  const workers = startWorkers<ShardJob, ShardItem>(count, __dirname, 'worker-process');
  return {
    async run(job, { onBatch, signal } = {}) {
      try {
        for await (const item of findIdlest(workers).run(job, signal)) {
          if ('shard' in item) return item.shard;
          onBatch?.(...item.batch);
        }
        throw new Error('Expected a shard from a worker process but received none');
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    dispose: () => workers.forEach((worker) => worker.stop()),
  };
}
