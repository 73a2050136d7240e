import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import readline from 'node:readline';
import { projectRoot } from '../lib/files/project';
import type { Answer, Failure, Ready } from './programs/program';

/** Command and environment of a measured program. */
export interface ProgramSpec {
  /** Name in messages, such as `PyTorch`. */
  readonly label: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Additional environment variables; undefined removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** If true, it runs in the peers' Python environment. */
  readonly isPeer?: boolean;
}

/** The running process of a measured program. Only one program may work at a time. */
export interface RunningProgram {
  readonly label: string;
  readonly ready: Ready;
  /**
   * Runs work and waits for its measurement.
   * @param count units of work, 1 or more
   * @throws Error with the program's message when it fails, ends or does not answer in time
   */
  run(count: number): Promise<Answer>;
  /** Ends the process and waits until it has ended. */
  close(): Promise<void>;
}

/** The slowest valid answer, a step on stock WebAssembly, takes half a minute. */
const TIMEOUT_MS = 600_000;

/**
 * Starts a measured program and waits until it is ready.
 * @throws Error with its message when it cannot start
 */
export async function startProgram({ label, command, environment }: ProgramSpec): Promise<RunningProgram> {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd: projectRoot(), env: { ...process.env, ...environment } });
  const reader = readline.createInterface({ input: child.stdout });
  const lines = reader[Symbol.asyncIterator]();
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => (complaints = (complaints + data.toString()).slice(-2000)));
  child.stdin.on('error', () => undefined); // 'close' reports the end.
  // Standard output can end before the process.
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (status, signal) => resolve(`ended with ${signal ?? status}: ${complaints.trim()}`));
  });
  void ended.then(() => reader.close());
  const read = async () => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      reader.close();
    }, TIMEOUT_MS);
    try {
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const message = parseMessage(line.value);
        if (message && 'error' in message)
          throw new Error(`Expected ${label} to answer but it failed: ${message.error}`);
        if (message) return message;
      }
      const end = isLate ? `did not answer in ${TIMEOUT_MS / 1000} s` : await ended;
      throw new Error(`Expected ${label} to answer but it ${end}`);
    } finally {
      clearTimeout(timer);
    }
  };
  const close = () => endProcess(child);
  try {
    const ready = (await read()) as Ready;
    const run = async (count: number) => {
      child.stdin.write(`${JSON.stringify({ count })}\n`);
      return (await read()) as Answer;
    };
    return { label, ready, run, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function endProcess(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise((done) => child.once('exit', done));
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
  // A child process of it may hold the other ends of these pipes, which would keep this process alive.
  child.stdout.destroy();
  child.stderr.destroy();
}

/**
 * Parses a line from a program.
 * @returns undefined for other lines, such as a library's output
 */
export function parseMessage(line: string): Ready | Answer | Failure | undefined {
  if (!/^\{"(ready|seconds|error)": ?/.test(line)) return undefined;
  return JSON.parse(line) as Ready | Answer | Failure;
}
