import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { URL } from 'node:url';
/* eslint-disable @typescript-eslint/ban-ts-comment -- without these optional packages their types are `any`, and all compiles */
// @ts-ignore
import type * as bullmq from 'bullmq';
// @ts-ignore
import type * as ioredis from 'ioredis';
import type { StoredShard } from '../../faces/store/compute-shard';
import { planJobs } from '../../faces/store/shard-plan';
import {
  finishStore,
  type MadeStore,
  type PreprocessOptions,
  type StoreSource,
} from '../../faces/store/preprocess';
import { ownModule } from '../../files/worker-process';

type Packages = Pick<typeof bullmq, 'Queue' | 'QueueEvents' | 'Worker'> & Pick<typeof ioredis, 'Redis'>;

/** Kind of a job: preprocesses a shard, or runs a fold of a leave-one-person-out evaluation. */
export type JobKind = 'shard' | 'fold';

const QUEUE = 'prior-attention';

/** Maximum number of jobs in Redis at a time. */
const JOBS_AHEAD = 512;

/** Maximum number of attempts of a failing job, and of restarts of a job whose worker was lost. */
const ATTEMPTS = 3;
const MOST_STALLS = 10;

/** A job is given to another worker after this time without a heartbeat. */
const LOCK_MS = 30_000;

/** Timeout of the first connection. */
const CONNECT_MS = 10_000;

/** Interval at which the same error is repeated. */
const TOLD_EVERY_MS = 60_000;

/** Redis removes the jobs of an interrupted run after a day. */
const KEPT_SECONDS = 86_400;

/**
 * Loads the optional packages and checks that the server accepts a connection; BullMQ would retry forever.
 * @throws RangeError for another URL; Error when the packages are not installed, or with the server's reason
 */
async function connect(url: string) {
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url) || new URL(url).hostname === '')
    throw new RangeError(
      `Expected redis://HOST:PORT or rediss://… for the queue but received ${url.replace(/\/\/.*@/, '//…@')}`,
    );
  const packages = await loadPackages();
  const client = new packages.Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: Error | undefined;
  client.on('error', (error: Error) => (reason ??= error));
  try {
    await client.connect();
    await client.ping();
  } catch (cause) {
    const { message } = reason ?? (cause as Error);
    throw new Error(`Expected a Redis server at ${addressOf(url)} but received: ${message}`, { cause });
  } finally {
    client.disconnect();
  }
  // Null: commands wait until a lost connection is restored.
  return { ...packages, connection: { url, maxRetriesPerRequest: null } };
}

async function loadPackages(): Promise<Packages> {
  try {
    const [{ Queue, QueueEvents, Worker }, { Redis }] = await Promise.all([
      import('bullmq' as string) as Promise<Packages>,
      import('ioredis' as string) as Promise<Packages>,
    ]);
    return { Queue, QueueEvents, Worker, Redis };
  } catch (cause) {
    throw new Error(
      'Expected the optional packages bullmq and ioredis for a queue but they are not installed (npm ci installs them)',
      { cause },
    );
  }
}

/** Formats the server's address without the password of its URL. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}

/** Prints connection errors, the same one once a minute; BullMQ reconnects by itself. */
function printErrors(part: EventEmitter, url: string, print: (line: string) => void): void {
  let told = { message: '', at: 0 };
  part.on('error', ({ message }: Error) => {
    const at = performance.now();
    if (message === told.message && at - told.at < TOLD_EVERY_MS) return;
    told = { message, at };
    print(`${addressOf(url)}: ${message}; trying again`);
  });
}

/**
 * Adds jobs to the queue and waits for their results. Workers on any machine run them. A job may run twice after its worker
 * was lost, with the same result.
 * @param url of Redis or Valkey, `redis://host:6379`
 * @param jobs each is sent as JSON
 * @param options.onResult called with each result
 * @param options.print called with the number of workers at the start, and with connection errors
 * @returns the results in the jobs' order
 * @throws Error without a server, or when a job failed three times
 */
export async function runOnQueue<Result>(
  url: string,
  kind: JobKind,
  jobs: readonly object[],
  options: { readonly onResult?: (result: Result) => void; readonly print?: (line: string) => void } = {},
): Promise<Result[]> {
  const { onResult, print = () => undefined } = options;
  const { Queue, QueueEvents, connection } = await connect(url);
  const queue = new Queue(QUEUE, { connection });
  const events = new QueueEvents(QUEUE, { connection });
  for (const part of [queue, events]) {
    printErrors(part, url, print);
    // Each job in progress adds listeners to both.
    part.setMaxListeners(0);
  }
  const run = randomUUID();
  const results: Result[] = [];
  let next = 0;
  const take = async () => {
    while (next < jobs.length) {
      const index = next++;
      const job = await queue.add(kind, jobs[index], {
        jobId: `${run}-${index}`,
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: 1000 },
        removeOnComplete: { age: KEPT_SECONDS },
        removeOnFail: { age: KEPT_SECONDS },
      });
      results[index] = (await job.waitUntilFinished(events)) as Result;
      await job.remove();
      onResult?.(results[index]);
    }
  };
  try {
    await events.waitUntilReady();
    const workers = await queue.getWorkersCount();
    const advice = workers > 0 ? '' : '; start some, on any machine, by `npx . preprocess --worker URL`';
    print(
      `queue at ${addressOf(url)}: ${jobs.length.toLocaleString('en-US')} jobs, workers there: ${workers}${advice}`,
    );
    await Promise.all(Array.from({ length: Math.min(JOBS_AHEAD, jobs.length) }, take));
    return results;
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
}

/**
 * Starts a worker that runs the queue's jobs, one at a time in a child process, until it is closed.
 * @param options.lockMs a job is given to another worker after this time without a heartbeat; default 30 s
 * @param options.print called with a message for each finished or failed job, and with connection errors
 * @returns a worker whose `close` waits for the current job
 * @throws Error without a server
 */
export async function startQueueWorker(
  url: string,
  options: { readonly lockMs?: number; readonly print?: (line: string) => void } = {},
): Promise<{ close(): Promise<void> }> {
  const { lockMs = LOCK_MS, print = () => undefined } = options;
  const { Worker, connection } = await connect(url);
  const { file, execArgv } = ownModule(__dirname, 'processor');
  const worker = new Worker(QUEUE, file, {
    connection,
    concurrency: 1,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MOST_STALLS,
    workerForkOptions: { execArgv },
  });
  worker.on('completed', ({ name, id }: { name: string; id?: string }) => print(`${name} ${id}: done`));
  worker.on('failed', (job: { name: string; id?: string } | undefined, { message }: Error) =>
    print(`${job?.name} ${job?.id}: ${message}`),
  );
  printErrors(worker, url, print);
  await worker.waitUntilReady();
  return worker;
}

/**
 * Makes a store as `makeStore` does; the workers of a queue compute the shards. Workers need data and cache at the same
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
  const onResult = ({ file, frames, missed, reused }: StoredShard) => {
    if (!fs.existsSync(file))
      throw new Error(
        `Expected ${path.basename(file)} in ${path.dirname(file)}, which all machines must share, but a worker wrote it elsewhere`,
      );
    counts.done += frames;
    counts.missed += missed;
    counts.reused += reused ? frames : 0;
    options.onProgress?.({ ...counts, total: records.length });
  };
  const jobs = planJobs(records, options);
  const shards = await runOnQueue<StoredShard>(url, 'shard', jobs, { print: options.print, onResult });
  return finishStore(name, shards, { ...options, start });
}
