import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { Readable } from 'node:stream';
import { ownModule } from './own-process';
import { explainUnwritable } from './project';

/** What a worker process is sent: a job, or, without one, that the job's next item is wanted. */
interface Request<Job> {
  readonly id: number;
  readonly job?: Job;
}

/** What a worker process answers. */
type Answer<Item> = { readonly id: number } & (
  { readonly item: Item } | { readonly isDone: true } | { readonly error: string }
);

/** A process that does jobs. */
export interface WorkerProcess<Job, Item> {
  /** Number of jobs that are not done. */
  readonly jobs: number;
  /**
   * Starts a job at once; jobs run concurrently.
   * @param signal ends the wait for the job's items, not the job
   * @returns the job's items, some of them ahead of the reader. Reading throws Error when the job fails or the process ends
   */
  run(job: Job, signal?: AbortSignal): AsyncIterable<Item>;
  /** Ends the process. */
  stop(): void;
}

/** Items of a job that are received ahead of their reader. */
const ITEMS_AHEAD = 64;

/** Most processes that are started without being asked for: each takes half a gigabyte. */
const MOST_WORKERS = 8;

/**
 * Chooses the number of processes: one a core when there are enough images for the start of processes to pay off.
 * @param worthImages images from which on it does
 * @param cores default this machine's
 * @returns 1 for this process alone
 */
export function chooseWorkers(
  images: number,
  worthImages: number,
  cores: number = availableParallelism(),
): number {
  return images < worthImages ? 1 : Math.min(cores, MOST_WORKERS);
}

/**
 * Starts processes that share the cores. Stop each of them.
 * @param folder the `__dirname` of the module that calls {@link serveJobs}
 * @param name that module's name without its extension
 */
export function startWorkers<Job, Item>(
  count: number,
  folder: string,
  name: string,
): WorkerProcess<Job, Item>[] {
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  const env = {
    ...process.env,
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // A GPU's memory is shared: by default the first process takes all of it.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
  const { file, execArgv } = ownModule(folder, name);
  return Array.from({ length: count }, () =>
    toWorker(fork(file, { env, execArgv, serialization: 'advanced' })),
  );
}

/** Gives the worker with the fewest jobs. */
export function findIdlest<Job, Item>(
  workers: readonly WorkerProcess<Job, Item>[],
): WorkerProcess<Job, Item> {
  return workers.reduce((best, one) => (one.jobs < best.jobs ? one : best));
}

/**
 * Does the jobs that this process is sent, until its parent disconnects.
 * @param work does one job; `give` sends an item to the parent and resolves when the parent wants the next one
 */
export function serveJobs<Job, Item>(
  work: (job: Job, give: (item: Item) => Promise<void>) => Promise<void>,
): void {
  const waiting = new Map<number, () => void>();
  // An error of sending means that the parent ended; disconnecting follows.
  const send = (answer: Answer<Item>) =>
    process.connected && process.send!(answer, undefined, undefined, () => undefined);
  process.on('message', ({ id, job }: Request<Job>) => {
    if (job === undefined) {
      waiting.get(id)?.();
      return;
    }
    const give = (item: Item) =>
      new Promise<void>((resolve) => {
        waiting.set(id, resolve);
        send({ id, item });
      });
    void work(job, give)
      .then(
        () => send({ id, isDone: true }),
        (error: unknown) => send({ id, error: (explainUnwritable(error) as Error).message }),
      )
      .finally(() => waiting.delete(id));
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; the parent decides what it means, and disconnects.
  process.on('SIGINT', () => undefined);
}

function toWorker<Job, Item>(child: ChildProcess): WorkerProcess<Job, Item> {
  const streams = new Map<number, Readable>();
  let ended: Error | undefined;
  let nextId = 0;
  // An error of sending is told by the process's end.
  const send = (request: Request<Job>) => child.connected && child.send(request, () => undefined);
  const end = (error: Error) => {
    ended ??= error;
    for (const stream of streams.values()) stream.destroy(ended);
    streams.clear();
  };
  child.on('error', end);
  child.on('exit', (code, signal) =>
    end(new Error(`Expected a worker process to go on but it ended with ${signal ?? code}`)),
  );
  child.on('message', (answer: Answer<Item>) => {
    const stream = streams.get(answer.id);
    if ('item' in answer) stream?.push(answer.item);
    else {
      streams.delete(answer.id);
      if ('error' in answer) stream?.destroy(new Error(answer.error));
      else stream?.push(null);
    }
  });
  return {
    get jobs() {
      return streams.size;
    },
    run(job, signal) {
      const id = nextId++;
      const read = () => void send({ id });
      const stream = new Readable({ objectMode: true, highWaterMark: ITEMS_AHEAD, signal, read });
      // A job may fail before it is read; reading it then throws the error.
      stream.on('error', () => undefined);
      if (ended) stream.destroy(ended);
      else {
        streams.set(id, stream);
        send({ id, job });
      }
      return stream;
    },
    stop: () => child.connected && child.disconnect(),
  };
}
