import { spawn, spawnSync } from 'node:child_process';
import { explainUnwritable, projectRoot } from '../files/project';

/** Result of a step of set-up. */
export interface StepResult {
  readonly name: string;
  /** `reused`: nothing was missing; `unavailable`: not possible here, for the reason in `detail`. */
  readonly state: 'done' | 'reused' | 'unavailable';
  readonly detail: string;
  readonly seconds: number;
}

/** Result of a step without its name and time. */
export type StepOutcome = Pick<StepResult, 'state' | 'detail'>;

/**
 * Runs a step of set-up and measures its time.
 * @param work its errors become an `unavailable` result with the message
 */
export async function runStep(name: string, work: () => Promise<StepOutcome>): Promise<StepResult> {
  const start = performance.now();
  const outcome = await work().catch((error: unknown): StepOutcome => ({
    state: 'unavailable',
    detail: (explainUnwritable(error) as Error).message,
  }));
  return { name, ...outcome, seconds: (performance.now() - start) / 1000 };
}

/** Formats a step as a line: its name, its detail, and its time if that is at least one second. */
export function formatStep({ name, state, detail, seconds }: StepResult): string {
  const consequence = name === 'TensorFlow' ? '; the WebAssembly backend is used' : '';
  if (state === 'unavailable') return `${name}: not available: ${detail}${consequence}`;
  return `${name}: ${detail}${seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : ''}`;
}

/**
 * Runs a program to its end in the project's folder, without a shell.
 * @param command program, then its arguments
 * @returns its standard output
 * @throws Error when it is missing or fails, with the last lines of its output
 */
export function runCommand(command: readonly string[]): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    child.on('error', (cause) =>
      reject(new Error(`Expected ${program} to start but ${cause.message}`, { cause })),
    );
    child.on('close', (status) => {
      if (status === 0) return resolve(output);
      const tail = `${output}\n${errors}`.trim().split('\n').slice(-15).join('\n');
      reject(new Error(`Expected ${command.join(' ')} to succeed but it ended with ${status}:\n${tail}`));
    });
  });
}

/**
 * Returns the standard output of a program that changes nothing; undefined if it is missing, fails or takes over 10 seconds.
 * @param command program, then its arguments
 */
export function readOutput(command: readonly string[]): string | undefined {
  const [program, ...args] = command;
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 10000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
