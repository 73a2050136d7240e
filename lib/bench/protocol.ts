/*
 * A contender is a program that measures itself. It first tells that it is ready, or why it cannot be; then it
 * answers requests, one JSON object a line. It ends when its standard input does. scripts/bench/contender.py is
 * the same for Python.
 */

/** What a contender tells first. */
export interface Ready {
  readonly ready: true;
  /** Versions of what it runs on, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** How many numbers its network trains, where it has one: all of a row's must have the same. */
  readonly parameters?: number;
  /** What a reader has to know, such as a batch size. */
  readonly note?: string;
}

/** Asks for `count` units of work. */
export interface Request {
  readonly count: number;
}

/** What the work took. */
export interface Answer {
  readonly seconds: number;
  /** The process' largest resident set so far. */
  readonly peakMb: number;
  /** Resident set now. */
  readonly residentMb?: number;
  /** Tensors alive now. */
  readonly tensors?: number;
}

/** Tells what went wrong; the contender can be asked again unless it said so instead of being ready. */
export interface Failure {
  readonly error: string;
}

/**
 * Reads a line of a contender's.
 * @returns undefined for a line that is no message, such as what a library prints
 */
export function parseMessage(line: string): Ready | Answer | Failure | undefined {
  if (!line.startsWith('{')) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined; // A library's line that happens to begin with a brace.
  }
  const isMessage = ['ready', 'seconds', 'error'].some((key) => key in (message as object));
  return isMessage ? (message as Ready | Answer | Failure) : undefined;
}
