import { randomUUID } from 'node:crypto';
import type { ConnectionOptions, Job, Queue, Worker } from 'bullmq';
import { ownModule } from '../../engine/own-process';
import type { JobKind, QueueJobs } from './jobs';

const QUEUE = 'prior-attention';

/** Jobs that wait in Redis at a time: the queue does not grow with the data set. */
const JOBS_AHEAD = 512;

/** How often a job that failed is tried again, and how often one whose worker was lost. */
const ATTEMPTS = 3;
const MOST_STALLS = 10;

/** A job whose worker gives no sign for so long is given to another. */
const LOCK_MS = 30_000;

async function loadBullMq() {
  try {
    return await import('bullmq');
  } catch (cause) {
    throw new Error('Expected the optional package bullmq for a queue but it is not installed', { cause });
  }
}

function connect(url: string): ConnectionOptions {
  if (!/^rediss?:\/\//.test(url))
    throw new RangeError(`Expected redis://… or rediss://… for the queue but received ${url}`);
  return { url, maxRetriesPerRequest: null };
}

/**
 * Puts jobs into the queue, as many at a time as it may hold, and waits for their results. Workers on any machines
 * do them; a job that is done twice, after a worker was lost, gives the same.
 * @param url of Redis or Valkey, `redis://host:6379`
 * @param options.onResult is told of each result as it comes
 * @returns the results in the jobs' order
 * @throws Error with a job's reason when it failed three times
 */
export async function runOnQueue<K extends JobKind>(
  url: string,
  kind: K,
  jobs: readonly QueueJobs[K]['data'][],
  { onResult }: { readonly onResult?: (result: QueueJobs[K]['result']) => void } = {},
): Promise<QueueJobs[K]['result'][]> {
  const { Queue, QueueEvents } = await loadBullMq();
  const queue: Queue = new Queue(QUEUE, { connection: connect(url) });
  const events = new QueueEvents(QUEUE, { connection: connect(url) });
  // Each job that is waited for listens to both.
  for (const emitter of [queue, events]) emitter.setMaxListeners(0);
  const run = randomUUID();
  const results: QueueJobs[K]['result'][] = [];
  let next = 0;
  const take = async () => {
    while (next < jobs.length) {
      const index = next++;
      const job: Job = await queue.add(kind, jobs[index], jobOptions(`${run}-${index}`));
      results[index] = (await job.waitUntilFinished(events)) as QueueJobs[K]['result'];
      await job.remove();
      onResult?.(results[index]);
    }
  };
  try {
    await events.waitUntilReady();
    await Promise.all(Array.from({ length: Math.min(JOBS_AHEAD, jobs.length) }, take));
    return results;
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
}

function jobOptions(jobId: string) {
  return { jobId, attempts: ATTEMPTS, backoff: { type: 'exponential', delay: 1000 } };
}

/** A worker of the queue. */
export interface QueueWorker {
  /** Ends it after the job at hand. */
  close(): Promise<void>;
}

/**
 * Takes jobs from the queue, one at a time in a process of its own, until it is closed.
 * @param options.lockMs a job whose worker gives no sign for so long is given to another; default 30 s
 * @param options.onDone is told of each job that was done or failed
 */
export async function startQueueWorker(
  url: string,
  options: { readonly lockMs?: number; readonly onDone?: (line: string) => void } = {},
): Promise<QueueWorker> {
  const { lockMs = LOCK_MS, onDone } = options;
  const { Worker } = await loadBullMq();
  const { file, execArgv } = ownModule(__dirname, 'processor');
  const worker: Worker = new Worker(QUEUE, file, {
    connection: connect(url),
    concurrency: 1,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MOST_STALLS,
    workerForkOptions: { execArgv },
  });
  worker.on('completed', (job) => onDone?.(`${job.name} ${job.id}: done`));
  worker.on('failed', (job, error) => onDone?.(`${job?.name} ${job?.id}: ${error.message}`));
  // Without a listener a lost connection would end the process; BullMQ connects again by itself.
  worker.on('error', (error) => onDone?.(error.message));
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}
