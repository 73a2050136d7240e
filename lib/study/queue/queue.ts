import { randomUUID } from 'node:crypto';
import { ownModule } from '../../files/own-process';
import { type Connection, type IoRedis, type JobSettings, loadBullMq } from './bullmq';
import type { JobKind, QueueJobs } from './jobs';

const QUEUE = 'prior-attention';

/** Jobs that wait in Redis at a time: the queue does not grow with the data set. */
const JOBS_AHEAD = 512;

/** How often a job that failed is tried again, and how often one whose worker was lost. */
const ATTEMPTS = 3;
const MOST_STALLS = 10;

/** A job whose worker gives no sign for so long is given to another. */
const LOCK_MS = 30_000;

/** How long a server may take to answer at the start. */
const CONNECT_MS = 10_000;

/** How often the same trouble is told. */
const TOLD_EVERY_MS = 60_000;

/** What is left in Redis of a run that was interrupted goes after a day. */
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

/** Names the server without the password that its URL may hold. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 6379}`;
}

/**
 * Looks whether there is a server that lets us in: BullMQ would try for ever.
 * @throws Error with the reason when there is none
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

/** Tells of connections that are lost, once a minute; BullMQ connects again by itself. */
function tellTrouble(part: NodeJS.EventEmitter, url: string, print: (line: string) => void): void {
  let told = { message: '', at: 0 };
  part.on('error', ({ message }: Error) => {
    const at = performance.now();
    if (message === told.message && at - told.at < TOLD_EVERY_MS) return;
    told = { message, at };
    print(`${addressOf(url)}: ${message}; trying again`);
  });
}

/** Who is told what while jobs are done. */
export interface QueueHooks<Result> {
  /** Is told of each result as it comes. */
  readonly onResult?: (result: Result) => void;
  /** Is told how many workers there are when the work begins, and of lost connections. */
  readonly print?: (line: string) => void;
}

/**
 * Puts jobs into the queue, as many at a time as it may hold, and waits for their results. Workers on any machines
 * do them; a job that is done twice, after a worker was lost, gives the same.
 * @param url of Redis or Valkey, `redis://host:6379`
 * @returns the results in the jobs' order
 * @throws Error without a server, or with a job's reason when it failed three times
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
    tellTrouble(part, url, print);
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
export interface QueueWorker {
  /** Ends it after the job at hand. */
  close(): Promise<void>;
}

/**
 * Takes jobs from the queue, one at a time in a process of its own, until it is closed.
 * @param options.lockMs a job whose worker gives no sign for so long is given to another; default 30 s
 * @param options.print is told of each job that was done or failed, and of lost connections
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
  tellTrouble(worker, url, print);
  await worker.waitUntilReady();
  return { close: () => worker.close() };
}
