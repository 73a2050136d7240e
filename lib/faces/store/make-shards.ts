import path from 'node:path';
import { DEFAULT_MARGIN_PX } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import type { CutSettings } from '../detector/cut-faces';
import { SHARD_SIZE } from './shard-plan';
import { type ShardJob, type ShardWorker, type StoredShard, createShardWorker } from './shard-worker';
import { defaultWorkers, startWorkerProcesses } from './worker-processes';

/** Where preprocessing stands, for a progress bar. */
export interface PreprocessProgress {
  /** Frames done so far, reused ones included. */
  readonly done: number;
  readonly total: number;
  /** Frames so far that have no blocks. */
  readonly missed: number;
  /** Frames so far that were read from the cache. */
  readonly reused: number;
}

/** How preprocessing runs. */
export interface PreprocessOptions extends Partial<CutSettings> {
  /** The data folder that the records' paths start from. */
  readonly root: string;
  /** Where the shards are kept. */
  readonly cacheDirectory: string;
  /** Frames a shard; default {@link SHARD_SIZE}. Another size gives another store. */
  readonly shardSize?: number;
  /** Processes that compute shards, 1 being this one; default {@link defaultWorkers}. */
  readonly workers?: number;
  /** What makes the shards instead, kept by the caller; `workers` then tells how many it has. */
  readonly worker?: ShardWorker;
  readonly onProgress?: (progress: PreprocessProgress) => void;
  /** Stops between two batches; shards that were finished stay. */
  readonly signal?: AbortSignal;
}

/** Shards that a worker has at hand: one that it computes and one whose files it reads meanwhile. */
const JOBS_AT_HAND = 2;

/**
 * Cuts a data set into the jobs of its shards.
 * @throws RangeError for a size below 1
 */
export function planJobs(records: readonly FrameRecord[], options: PreprocessOptions): ShardJob[] {
  const { root, cacheDirectory, shardSize = SHARD_SIZE } = options;
  const { marginPx = DEFAULT_MARGIN_PX, fixedMargin, cropped, wholeFace } = options;
  if (!Number.isInteger(shardSize) || shardSize < 1)
    throw new RangeError(`Expected an integer of at least 1 for shardSize but received ${shardSize}`);
  const folders = { root: path.resolve(root), cacheDirectory: path.resolve(cacheDirectory) };
  return Array.from({ length: Math.ceil(records.length / shardSize) }, (_, index) => ({
    ...folders,
    marginPx,
    fixedMargin,
    cropped,
    wholeFace,
    records: records.slice(index * shardSize, (index + 1) * shardSize),
  }));
}

/**
 * Makes all shards of a data set that the cache has not, with no more frames in memory than the shards at hand.
 * @returns the shards in the data set's order
 * @throws the signal's reason when it aborts; Error when a shard can't be written or a worker process is lost
 */
export async function makeShards(
  records: readonly FrameRecord[],
  options: PreprocessOptions,
): Promise<StoredShard[]> {
  const jobs = planJobs(records, options);
  const { workers = defaultWorkers(records.length) } = options;
  if (!Number.isInteger(workers) || workers < 1)
    throw new RangeError(`Expected an integer of at least 1 for workers but received ${workers}`);
  const worker = options.worker ?? (workers > 1 ? startWorkerProcesses(workers) : createShardWorker());
  try {
    return await runAll(jobs, worker, { ...options, atHand: JOBS_AT_HAND * workers, total: records.length });
  } finally {
    if (!options.worker) worker.dispose();
  }
}

interface RunOptions extends Pick<PreprocessOptions, 'onProgress' | 'signal'> {
  readonly atHand: number;
  readonly total: number;
}

async function runAll(
  jobs: readonly ShardJob[],
  worker: ShardWorker,
  { atHand, total, onProgress, signal }: RunOptions,
): Promise<StoredShard[]> {
  const counts = { done: 0, missed: 0, reused: 0 };
  const report = (done: number, missed: number, reused = 0) => {
    counts.done += done;
    counts.missed += missed;
    counts.reused += reused;
    onProgress?.({ ...counts, total });
  };
  const shards: StoredShard[] = [];
  let next = 0;
  const take = async () => {
    while (next < jobs.length) {
      const index = next++;
      try {
        const shard = await worker.run(jobs[index], { onBatch: report, signal });
        if (shard.reused) report(shard.frames, shard.missed, shard.frames);
        shards[index] = shard;
      } catch (error) {
        next = jobs.length;
        throw error;
      }
    }
  };
  // All come to their end before the first failure is told: the worker's networks are freed after that.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atHand, jobs.length) }, take));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return shards;
}
