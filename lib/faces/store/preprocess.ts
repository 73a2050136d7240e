import { availableParallelism } from 'node:os';
import type { BlockSet } from '../../core/blocks';
import { unexpected } from '../../core/errors';
import type { FrameRecord } from '../../core/record';
import { startWorkers } from '../../files/worker-process';
import { removeLeftovers } from '../../files/write-file';
import { concatBlocks, toBlocks } from './rows';
import {
  createShardWorker,
  planJobs,
  type PlanOptions,
  type ShardJob,
  type ShardWorker,
  type StoredShard,
} from './shards';
import { mergeShards, streamStore } from './store';

/** Options of preprocessing. */
export interface PreprocessOptions extends PlanOptions {
  /** Number of processes that compute shards, 1 being this process; default {@link defaultWorkers}. */
  readonly workers?: number;
  /** An existing worker with `workers` processes, which the caller stops; default: one is created and stopped. */
  readonly worker?: ShardWorker;
  /** Called with the number of frames that are done, and that of all frames. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Numbers of shards, and wall-clock time. */
interface PreprocessCounts {
  readonly reusedShards: number;
  readonly computedShards: number;
  readonly seconds: number;
}

/** The result of {@link preprocess}. */
export interface PreprocessResult extends PreprocessCounts {
  readonly blocks: BlockSet;
  /** Paths of the shards, in the data set's order. */
  readonly shards: readonly string[];
}

/** The result of {@link makeStore}: path of the Arrow file, and the sums of its shards' counts. */
export type MadeStore = PreprocessCounts & Omit<StoredShard, 'reused'>;

/** The data set of a store, and its name. */
export interface StoreSource {
  readonly name: string;
  readonly records: readonly FrameRecord[];
}

/**
 * Finds the face in each frame and cuts its eyes and mouth blocks, in shards of 256 frames. Each shard is an Arrow file in
 * the cache, named by everything that its rows depend on: a second run reads it, and after a change of an image, the margin
 * or the detector only the affected shards are computed again.
 * @param records the frames, in the order of the blocks
 * @returns blocks in memory; frames without blocks are in `blocks.skipped`
 * @throws Error when a shard cannot be written or a worker process is lost
 */
export async function preprocess(
  records: readonly FrameRecord[],
  options: PreprocessOptions,
): Promise<PreprocessResult> {
  const start = performance.now();
  const jobs = planJobs(records, options);
  const shards = await makeShards(jobs, options);
  const parts: BlockSet[] = [];
  for (const [index, { file }] of shards.entries())
    for await (const batch of streamStore(file)) parts.push(toBlocks(batch, jobs[index].records));
  const files = shards.map(({ file }) => file);
  return { blocks: concatBlocks(parts), shards: files, ...countShards(shards, start) };
}

/**
 * Preprocesses a data set into a store: blocks.arrow and skipped.csv. It can be stopped or killed at any moment and then
 * continues from there. Its memory does not grow with the data set.
 * @param options.directory the folder of the two files
 * @throws RangeError without records; what {@link preprocess} throws; Error when the store cannot be written
 */
export async function makeStore(
  { name, records }: StoreSource,
  options: PreprocessOptions & { readonly directory: string },
): Promise<MadeStore> {
  const start = performance.now();
  for (const folder of [options.cacheDirectory, options.directory]) await removeLeftovers(folder);
  const shards = await makeShards(planJobs(records, options), options);
  const files = shards.map(({ file }) => file);
  const file = await mergeShards(name, files, options.directory);
  const sum = (count: 'frames' | 'missed' | 'assumed') =>
    shards.reduce((total, shard) => total + shard[count], 0);
  const counts = { frames: sum('frames'), missed: sum('missed'), assumed: sum('assumed') };
  return { file, ...counts, ...countShards(shards, start) };
}

function countShards(shards: readonly StoredShard[], start: number): PreprocessCounts {
  const reusedShards = shards.filter(({ reused }) => reused).length;
  const computedShards = shards.length - reusedShards;
  return { reusedShards, computedShards, seconds: (performance.now() - start) / 1000 };
}

/** Jobs in progress per worker process: it computes one and reads the files of the next one. */
const JOBS_PER_WORKER = 2;

/** Makes all shards of a data set. @returns the shards in the jobs' order */
async function makeShards(
  jobs: readonly ShardJob[],
  options: Omit<PreprocessOptions, keyof PlanOptions>,
): Promise<StoredShard[]> {
  const total = jobs.reduce((sum, { records }) => sum + records.length, 0);
  const { workers = defaultWorkers(total), onProgress } = options;
  if (!Number.isInteger(workers) || workers < 1)
    throw unexpected('an integer of at least 1', 'workers', workers);
  const worker = options.worker ?? (workers > 1 ? startWorkerProcesses(workers) : createShardWorker());
  let done = 0;
  const onDone = (frames: number) => onProgress?.((done += frames), total);
  const shards: StoredShard[] = [];
  const work = [...jobs.entries()];
  const makeAll = async () => {
    for (let next = work.shift(); next; next = work.shift()) {
      const [index, job] = next;
      try {
        shards[index] = await worker.run(job, onDone);
      } catch (error) {
        work.length = 0;
        throw error;
      }
    }
  };
  const ends = Array.from({ length: JOBS_PER_WORKER * workers }, makeAll);
  // The networks are freed after every job has ended. The jobs of a given worker may take long: its caller gets an error at once.
  if (!options.worker) await Promise.allSettled(ends).then(() => worker.stop());
  await Promise.all(ends);
  return shards;
}

/** Minimum number of images for worker processes, each of which takes one or two seconds to start. */
const IMAGES_WORTH_WORKERS = 1024;

/** Largest default number of processes: each takes half a gigabyte. */
const MOST_WORKERS = 8;

/** Chooses the number of processes: one per core, at most 8; for fewer than 1,024 images 1, which is this process. */
export function defaultWorkers(images: number, cores: number = availableParallelism()): number {
  return images < IMAGES_WORTH_WORKERS ? 1 : Math.min(cores, MOST_WORKERS);
}

/**
 * Starts processes that compute shards and share the cores; a job goes to the process with the fewest jobs. If a process
 * is killed, for example for lack of memory, its jobs fail; completed shards stay in the cache.
 * @param count number of processes
 */
export function startWorkerProcesses(count: number): ShardWorker {
  return startWorkers<ShardJob, number, StoredShard>(count, __dirname, 'shards');
}
