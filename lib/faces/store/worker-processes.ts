import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ownModule } from '../../files/own-process';
import type { ShardHooks, ShardJob, ShardWorker, StoredShard } from './shard-worker';

/** What a worker process is sent. */
export interface JobMessage {
  readonly id: number;
  readonly job: ShardJob;
}

/** What a worker process answers: progress, then the shard or why there is none. */
export type AnswerMessage =
  | { readonly id: number; readonly batch: readonly [frames: number, missed: number] }
  | { readonly id: number; readonly shard: StoredShard }
  | { readonly id: number; readonly error: string };

interface Pending {
  readonly hooks: ShardHooks;
  resolve(shard: StoredShard): void;
  reject(error: Error): void;
}

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly pending: Map<number, Pending>;
}

/** Images for which worker processes are worth their start, a second or two each. */
const IMAGES_WORTH_WORKERS = 1024;

/** Most processes that are started unasked: each takes half a gigabyte. */
const MOST_WORKERS = 8;

/**
 * Tells how many processes shall preprocess so many images: one a core, as an image goes through many small steps
 * of which only some use more than one core; or 1, which is this process, for few images.
 * @param cores default this machine's
 */
export function defaultWorkers(images: number, cores: number = availableParallelism()): number {
  return images < IMAGES_WORTH_WORKERS ? 1 : Math.min(cores, MOST_WORKERS);
}

/**
 * Starts processes that make shards, each with its share of the cores; jobs go to the one with the fewest at hand.
 * When one is lost (killed for memory, say) its jobs fail; shards that were finished stay in the cache.
 * @param count how many processes
 */
export function startWorkerProcesses(count: number): ShardWorker {
  const processes = Array.from({ length: count }, () => startProcess(count));
  let nextId = 0;
  return {
    run: (job, hooks = {}) => {
      const idlest = processes.reduce((best, one) => (one.pending.size < best.pending.size ? one : best));
      return send(idlest, { id: nextId++, job }, hooks);
    },
    dispose: () => processes.forEach(({ child }) => child.connected && child.disconnect()),
  };
}

function startProcess(count: number): WorkerProcess {
  const threads = String(Math.max(1, Math.floor(availableParallelism() / count)));
  const { file, execArgv } = ownModule(__dirname, 'worker-process');
  // A GPU's memory is shared: unless told otherwise, the first process would take all of it.
  const shared = { TF_NUM_INTEROP_THREADS: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads, ...shared };
  const child = fork(file, { env, execArgv });
  const pending = new Map<number, Pending>();
  child.on('message', (answer: AnswerMessage) => take(answer, pending));
  child.on('exit', (code, signal) => {
    const error = new Error(`Expected a worker process to go on but it ended with ${signal ?? code}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  });
  return { child, pending };
}

function send(
  { child, pending }: WorkerProcess,
  message: JobMessage,
  hooks: ShardHooks,
): Promise<StoredShard> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(hooks.signal!.reason as Error);
    if (hooks.signal?.aborted) return stop();
    hooks.signal?.addEventListener('abort', stop, { once: true });
    pending.set(message.id, { hooks, resolve, reject });
    child.send(message, (error) => error && reject(error));
  });
}

function take(answer: AnswerMessage, pending: Map<number, Pending>): void {
  const waiting = pending.get(answer.id);
  if (!waiting) return;
  if ('batch' in answer) return waiting.hooks.onBatch?.(...answer.batch);
  pending.delete(answer.id);
  if ('shard' in answer) waiting.resolve(answer.shard);
  else waiting.reject(new Error(answer.error));
}
