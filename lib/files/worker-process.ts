import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { explainUnwritable } from './project';

interface Request<Job> {
  readonly id: number;
  readonly job: Job;
}

type Answer<Progress, Result> = { readonly id: number } & (
  { readonly progress: Progress } | { readonly result: Result } | { readonly error: string }
);

/**
 * Returns the path of one of this project's modules, in lib/ or compiled in dist/, and the arguments with which Node.js
 * runs it in a new process.
 * @param folder the calling module's `__dirname`
 * @param name the module's name without its extension
 */
export function ownModule(folder: string, name: string): { file: string; execArgv: string[] } {
  const extension = path.extname(__filename);
  const loader = extension === '.ts' ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
  return { file: path.join(folder, `${name}${extension}`), execArgv: loader };
}

/**
 * Starts processes that run jobs concurrently; each gets an equal share of the cores.
 * @param folder the `__dirname` of the module that calls {@link serveJobs}
 * @param name that module's name without its extension
 * @returns `run`, which sends a job to the process with the fewest jobs, and throws Error when the job fails or its
 *   process ends; and `stop`, which ends the processes
 */
export function startWorkers<Job, Progress, Result>(count: number, folder: string, name: string) {
  const threads = Math.max(1, Math.floor(availableParallelism() / count));
  const env = {
    ...process.env,
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    // A GPU's memory is shared: by default the first process takes all of it.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
  const { file, execArgv } = ownModule(folder, name);
  const workers = Array.from({ length: count }, () =>
    toWorker<Job, Progress, Result>(fork(file, { env, execArgv, serialization: 'advanced' })),
  );
  return {
    run: (job: Job, onProgress?: (progress: Progress) => void) =>
      workers.reduce((best, one) => (one.jobs.size < best.jobs.size ? one : best)).run(job, onProgress),
    stop: () => workers.forEach(({ child }) => child.connected && child.disconnect()),
  };
}

/** Runs the jobs that the parent process sends, until it disconnects. */
export function serveJobs<Job, Progress, Result>(
  work: (job: Job, onProgress: (progress: Progress) => void) => Promise<Result>,
): void {
  // Sending fails only if the parent has ended; a disconnect event follows.
  const send = (answer: Answer<Progress, Result>) =>
    process.connected && process.send!(answer, undefined, undefined, () => undefined);
  process.on('message', ({ id, job }: Request<Job>) => {
    void work(job, (progress) => send({ id, progress })).then(
      (result) => send({ id, result }),
      (error: unknown) => send({ id, error: (explainUnwritable(error) as Error).message }),
    );
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole process group; the parent handles it, and disconnects.
  process.on('SIGINT', () => undefined);
}

function toWorker<Job, Progress, Result>(child: ChildProcess) {
  /** Settles the job of an id, or takes its progress. */
  const jobs = new Map<number, (answer: Answer<Progress, Result>) => void>();
  let ended: string | undefined;
  let nextId = 0;
  const end = (error: string) => {
    ended ??= error;
    for (const [id, settle] of jobs) settle({ id, error: ended });
  };
  child.on('error', ({ message }) => end(message));
  child.on('exit', (code, signal) =>
    end(`Expected a worker process to run but it ended with ${signal ?? code}`),
  );
  child.on('message', (answer: Answer<Progress, Result>) => jobs.get(answer.id)?.(answer));
  const run = (job: Job, onProgress?: (progress: Progress) => void) => {
    const id = nextId++;
    return new Promise<Result>((resolve, reject) => {
      jobs.set(id, (answer) => {
        try {
          if ('progress' in answer) onProgress?.(answer.progress);
          else if ('result' in answer) resolve(answer.result);
          else reject(new Error(answer.error));
        } catch (error) {
          // What onProgress throws would end this process.
          reject(error as Error);
        }
      });
      if (ended) end(ended);
      // If sending fails, the process has ended, and its exit event rejects the job.
      else if (child.connected) child.send({ id, job } satisfies Request<Job>, () => undefined);
    }).finally(() => jobs.delete(id));
  };
  return { child, jobs, run };
}
