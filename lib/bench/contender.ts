import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import readline from 'node:readline';
import { projectRoot } from '../engine/project';
import { parseMessage, type Answer, type Failure, type Ready } from './protocol';

/** How a contender is started. */
export interface ContenderSpec {
  /** Name in messages, such as `PyTorch`. */
  readonly label: string;
  /** Program, then its arguments. */
  readonly command: readonly string[];
  /** Added to the environment; undefined takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** A contender's living process. Ask one at a time, so that one at most is busy. */
export interface Contender {
  readonly label: string;
  readonly ready: Ready;
  /**
   * Has work done.
   * @param count units of work, 1 or more
   * @throws Error with the contender's message when it fails, dies or takes too long
   */
  run(count: number): Promise<Answer>;
  /** Ends the process and waits for its end. */
  close(): Promise<void>;
}

/** No honest answer takes that long: the slowest, a step on stock WebAssembly, takes half a minute. */
const TIMEOUT_MS = 600_000;

/**
 * Starts a contender and waits until it is ready.
 * @throws Error with its message when it cannot be
 */
export async function startContender(spec: ContenderSpec): Promise<Contender> {
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

/** Gives a process' messages one by one; its end and its failures become errors. */
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
  child.stdin.on('error', () => undefined); // Its end is told by 'close'.
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
  // A process that it started in turn may hold the other ends, which would keep this one alive.
  child.stdout.destroy();
  child.stderr.destroy();
}
