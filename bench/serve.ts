import readline from 'node:readline';
import type { Answer, Failure, Ready, Request } from './protocol';

/** The work of a measured program. */
export interface Program {
  readonly ready: Omit<Ready, 'ready'>;
  /**
   * Does the measured work.
   * @param count units of work
   * @returns further fields of the answer
   */
  work(count: number): Promise<Partial<Answer> | void>;
}

/**
 * Makes this process a measured program: prepares, then answers requests until standard input ends.
 * @param prepare its error is sent to the bench
 */
export async function serveProgram(prepare: () => Promise<Program>): Promise<void> {
  const tell = (message: Ready | Answer | Failure) => process.stdout.write(`${JSON.stringify(message)}\n`);
  let task: Program;
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

async function measure(task: Program, count: number): Promise<Answer> {
  const start = performance.now();
  const more = await task.work(count);
  const seconds = (performance.now() - start) / 1000;
  // maxRSS is in kilobytes on all systems.
  return { seconds, peakMb: process.resourceUsage().maxRSS / 1024, ...more };
}
