import readline from 'node:readline';
import type { Answer, Failure, Ready, Request } from './protocol';

/** What a contender does. */
export interface Task {
  readonly ready: Omit<Ready, 'ready'>;
  /**
   * Does the work that is timed.
   * @param count units of work
   * @returns what else the answer shall tell
   */
  work(count: number): Promise<Partial<Answer> | void>;
}

/**
 * Makes this process a contender: prepares, then answers requests on standard input until it ends.
 * @param prepare what it throws is told to the bench
 */
export async function serveTask(prepare: () => Promise<Task>): Promise<void> {
  const tell = (message: Ready | Answer | Failure) => process.stdout.write(`${JSON.stringify(message)}\n`);
  let task: Task;
  try {
    task = await prepare();
  } catch (error) {
    tell({ error: (error as Error).message });
    return;
  }
  tell({ ready: true, ...task.ready });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      tell(await measure(task, (JSON.parse(line) as Request).count));
    } catch (error) {
      tell({ error: (error as Error).message });
    }
  }
}

async function measure(task: Task, count: number): Promise<Answer> {
  const start = performance.now();
  const more = await task.work(count);
  const seconds = (performance.now() - start) / 1000;
  // maxRSS is in kilobytes on every system.
  return { seconds, peakMb: process.resourceUsage().maxRSS / 1024, ...more };
}
