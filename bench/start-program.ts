import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import readline from 'node:readline';
import { projectRoot } from '../lib/files/project';
import { parseMessage, type Answer, type Failure, type Ready } from './protocol';

/** How the process of a measured program is started. */
export interface ProgramSpec {
  /** Name in messages, such as `PyTorch`. */
  readonly label: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Additional environment variables; undefined removes a variable. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
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
export async function startProgram(spec: ProgramSpec): Promise<RunningProgram> {
  const { label, command, environment } = spec;
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: projectRoot(), env: { ...process.env, ...environment } });
  const mailbox = openMailbox(label, child);
  const close = () => endProcess(child);
  try {
    const ready = (await mailbox.next()) as Ready;
    const run = async (count: number) => {
      child.stdin.write(`${JSON.stringify({ count })}\n`);
      return (await mailbox.next()) as Answer;
    };
    return { label, ready, run, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads a process's messages one by one; its failures and its end become errors. */
function openMailbox(label: string, child: ChildProcessWithoutNullStreams) {
  const messages: (Ready | Answer | Failure)[] = [];
  let complaints = '';
  let ended: string | undefined;
  let wake = () => {};
  const end = (how: string) => {
    ended ??= how;
    wake();
  };
  child.stderr.on('data', (data: Buffer) => (complaints = (complaints + data.toString()).slice(-2000)));
  child.stdin.on('error', () => undefined); // 'close' reports the end.
  child.on('error', ({ message }) => end(message));
  child.on('close', (status, signal) => end(`ended with ${signal ?? status}: ${complaints.trim()}`));
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseMessage(line);
    if (message) messages.push(message);
    wake();
  });
  const next = async () => {
    const timer = setTimeout(() => end(`did not answer in ${TIMEOUT_MS / 1000} s`), TIMEOUT_MS);
    try {
      while (messages.length === 0 && ended === undefined) await new Promise<void>((done) => (wake = done));
    } finally {
      clearTimeout(timer);
    }
    const message = messages.shift() ?? { error: ended! };
    if ('error' in message) throw new Error(`Expected ${label} to answer but it ${reasonOf(message)}`);
    return message;
  };
  return { next };
}

function reasonOf({ error }: Failure): string {
  return /^(ended|did not|spawn)/.test(error) ? error : `failed: ${error}`;
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
