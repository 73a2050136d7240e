import { randomUUID } from 'node:crypto';
import { ownModule } from '../../files/worker-process';
import { type Connection, type IoRedis, type JobSettings, loadBullMq } from './bullmq';
import type { JobKind, QueueJobs } from './jobs';

const QUEUE = 'prior-attention';

/** Maximum number of jobs in Redis at a time. */
const JOBS_AHEAD = 512;

/** Attempts of a failing job, and restarts of a job whose worker was lost. */
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

function connect(url: string): Connection {
  if (!/^rediss?:\/\/[^/]/.test(url) || !isUrl(url))
    throw new RangeError(
      `Expected redis://HOST:PORT or rediss://… for the queue but received ${url.replace(/\/\/.*@/, '//…@')}`,
    );
  return { url, maxRetriesPerRequest: null };
}

function isUrl(text: string): boolean {
  try {
    return new URL(text).hostname !== '';
  } catch {
    return false;
  }
}

/** Formats the server's address without the password of its URL. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}

/**
 * Checks that the server accepts a connection; BullMQ would retry forever.
 * @throws Error with the reason if it does not
 */
async function expectServer({ Redis }: IoRedis, url: string): Promise<void> {
  const once = { lazyConnect: true, enableReadyCheck: false, connectTimeout: CONNECT_MS };
  const client = new Redis(url, { ...once, retryStrategy: () => null, maxRetriesPerRequest: 0 });
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
}

/** Prints connection errors, the same one once a minute; BullMQ reconnects by itself. */
function printErrors(part: NodeJS.EventEmitter, url: string, print: (line: string) => void): void {
  let told = { message: '', at: 0 };
  part.on('error', ({ message }: Error) => {
    const at = performance.now();
    if (message === told.message && at - told.at < TOLD_EVERY_MS) return;
    told = { message, at };
    print(`${addressOf(url)}: ${message}; trying again`);
  });
}

/** Progress callbacks. */
interface QueueHooks<Result> {
  /** Called with each result. */
  readonly onResult?: (result: Result) => void;
  /** Called with the number of workers at the start, and with connection errors. */
  readonly print?: (line: string) => void;
}

/**
 * Adds jobs to the queue and waits for their results. Workers on any machine run them. A job may run twice after its worker
 * was lost, with the same result.
 * @param url of Redis or Valkey, `redis://host:6379`
 * @returns the results in the jobs' order
 * @throws Error without a server, or when a job failed three times
 */
export async function runOnQueue<K extends JobKind>(
  url: string,
  kind: K,
  jobs: readonly QueueJobs[K]['data'][],
  { onResult, print = () => undefined }: QueueHooks<QueueJobs[K]['result']> = {},
): Promise<QueueJobs[K]['result'][]> {
  const connection = connect(url);
  const packages = await loadBullMq();
  await expectServer(packages, url);
  const queue = new packages.Queue(QUEUE, { connection });
  const events = new packages.QueueEvents(QUEUE, { connection });
  for (const part of [queue, events]) {
    printErrors(part, url, print);
    // Each job that is waited for listens to both.
    part.setMaxListeners(0);
  }
  const run = randomUUID();
  const results: QueueJobs[K]['result'][] = [];
  let next = 0;
  const take = async () => {
    while (next < jobs.length) {
      const index = next++;
      const job = await queue.add(kind, jobs[index], jobOptions(`${run}-${index}`));
      results[index] = (await job.waitUntilFinished(events)) as QueueJobs[K]['result'];
      await job.remove();
      onResult?.(results[index]);
    }
  };
  try {
    await events.waitUntilReady();
    print(describeQueue(jobs.length, await queue.getWorkersCount(), url));
    await Promise.all(Array.from({ length: Math.min(JOBS_AHEAD, jobs.length) }, take));
    return results;
  } finally {
    await Promise.all([queue.close(), events.close()]);
  }
}

function describeQueue(jobs: number, workers: number, url: string): string {
  const text = `queue at ${addressOf(url)}: ${jobs.toLocaleString('en-US')} jobs, workers there: ${workers}`;
  return workers > 0 ? text : `${text}; start some, on any machine, by \`npx . preprocess --worker URL\``;
}

function jobOptions(jobId: string): JobSettings {
  const removal = { removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS } };
  return { jobId, attempts: ATTEMPTS, backoff: { type: 'exponential', delay: 1000 }, ...removal };
}

/** A worker of the queue. */
interface QueueWorker {
  /** Ends the worker after the current job. */
  close(): Promise<void>;
}

/**
 * Starts a worker that runs the queue's jobs, one at a time in a child process, until it is closed.
 * @param options.lockMs a job is given to another worker after this time without a heartbeat; default 30 s
 * @param options.print called with a message for each finished or failed job, and with connection errors
 * @throws Error without a server
 */
export async function startQueueWorker(
  url: string,
  options: { readonly lockMs?: number; readonly print?: (line: string) => void } = {},
): Promise<QueueWorker> {
  const { lockMs = LOCK_MS, print = () => undefined } = options;
  const connection = connect(url);
  const packages = await loadBullMq();
  await expectServer(packages, url);
  const { file, execArgv } = ownModule(__dirname, 'processor');
  const worker = new packages.Worker(QUEUE, file, {
    connection,
    concurrency: 1,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MOST_STALLS,
    workerForkOptions: { execArgv },
  });
  worker.on('completed', (job) => print(`${job.name} ${job.id}: done`));
  worker.on('failed', (job, error) => print(`${job?.name} ${job?.id}: ${error.message}`));
  printErrors(worker, url, print);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}
