import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { URL } from 'node:url';
/* eslint-disable @typescript-eslint/ban-ts-comment -- without these optional packages their types are `any`, and all compiles */
// @ts-ignore
import type * as bullmq from 'bullmq';
// @ts-ignore
import type * as ioredis from 'ioredis';
import type { ShardWorker, StoredShard } from '../../faces/store/shards';
import {
  makeStore,
  type MadeStore,
  type PreprocessOptions,
  type StoreSource,
} from '../../faces/store/preprocess';
import { ownModule } from '../../files/worker-process';

/** Kind of a job: preprocesses a shard, or runs a fold of a leave-one-person-out evaluation. */
export type JobKind = 'shard' | 'fold';

type Print = (line: string) => void;

const QUEUE = 'prior-attention';

/** The jobs of a store are sent ahead for this number of workers, two for each. */
const WORKERS_AHEAD = 128;

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
const KEPT = { age: 86_400 };

/**
 * Loads the optional packages and checks that the server accepts a connection; BullMQ would retry forever.
 * @throws RangeError for another URL; Error when the packages are not installed, or with the server's reason
 */
async function connect(url: string) {
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url) || new URL(url).hostname === '')
    throw new RangeError(
      `Expected redis://HOST:PORT or rediss://… for the queue but received ${url.replace(/\/\/.*@/, '//…@')}`,
    );
  const packages = Promise.all([import('bullmq' as string), import('ioredis' as string)]);
  const [bull, { Redis }] = (await packages.catch((cause: unknown) => {
    throw new Error(
      'Expected the optional packages bullmq and ioredis for a queue but they are not installed (npm ci installs them)',
      { cause },
    );
  })) as [typeof bullmq, typeof ioredis];
  const client = new Redis(url, {
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
  return { bull, connection: { url, maxRetriesPerRequest: null } };
}

/** Formats the server's address without the password of its URL. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}

/** Prints connection errors, the same one once a minute; BullMQ reconnects by itself. */
function printErrors(part: EventEmitter, url: string, print: Print): void {
  let told = { message: '', at: 0 };
  part.on('error', ({ message }: Error) => {
    const at = performance.now();
    if (message === told.message && at - told.at < TOLD_EVERY_MS) return;
    told = { message, at };
    print(`${addressOf(url)}: ${message}; trying again`);
  });
}

/**
 * Opens the queue. Workers on any machine run its jobs.
 * @param url of Redis or Valkey, `redis://host:6379`
 * @param print called with the number of workers, and with connection errors
 * @returns `run`, which sends a job as JSON, returns its result, and throws Error when it failed three times (it may run twice
 *   after its worker was lost, with the same result); and `close`
 * @throws Error without a server
 */
export async function openQueue(url: string, print: Print = () => undefined) {
  const { bull, connection } = await connect(url);
  const queue = new bull.Queue(QUEUE, { connection });
  const events = new bull.QueueEvents(QUEUE, { connection });
  for (const part of [queue, events]) {
    printErrors(part, url, print);
    // Each job in progress adds listeners to both.
    part.setMaxListeners(0);
  }
  const close = async () => {
    await Promise.all([queue.close(), events.close()]);
  };
  try {
    await events.waitUntilReady();
    const workers = await queue.getWorkersCount();
    const advice = workers > 0 ? '' : '; start some, on any machine, by `npx . preprocess --worker URL`';
    print(`queue at ${addressOf(url)}: workers there: ${workers}${advice}`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async run<Result>(kind: JobKind, data: object): Promise<Result> {
      const job = await queue.add(kind, data, {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: 1000 },
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
      });
      const result = (await job.waitUntilFinished(events)) as Result;
      await job.remove();
      return result;
    },
    close,
  };
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
  options: { readonly lockMs?: number; readonly print?: Print } = {},
): Promise<{ close(): Promise<void> }> {
  const { lockMs = LOCK_MS, print = () => undefined } = options;
  const { bull, connection } = await connect(url);
  const { file, execArgv } = ownModule(__dirname, 'processor');
  const worker = new bull.Worker(QUEUE, file, {
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
  source: StoreSource,
  options: PreprocessOptions & { readonly directory: string; readonly print?: Print },
): Promise<MadeStore> {
  const queue = await openQueue(url, options.print);
  const run: ShardWorker['run'] = async (job, onDone) => {
    const shard = await queue.run<StoredShard>('shard', job);
    const { file, frames } = shard;
    if (!fs.existsSync(file))
      throw new Error(
        `Expected ${path.basename(file)} in ${path.dirname(file)}, which all machines must share, but a worker wrote it elsewhere`,
      );
    onDone?.(frames);
    return shard;
  };
  try {
    const worker = { run, stop: () => undefined };
    return await makeStore(source, { ...options, worker, workers: WORKERS_AHEAD });
  } finally {
    await queue.close();
  }
}
