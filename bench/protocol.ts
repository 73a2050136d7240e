/*
 * The protocol of a measured program: a program that measures itself. Its first message says
 * that it is ready, or why it cannot start. Then it answers requests. Each message is one line of JSON. The program ends
 * with its standard input. bench/python/program.py implements the same protocol in Python.
 */

/** First message of a program. */
export interface Ready {
  readonly ready: true;
  /** Versions of its software, by name. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Number of parameters of its network, if any; all programs of a row must have the same. */
  readonly parameters?: number;
  /** Information for readers, such as a batch size. */
  readonly note?: string;
}

/** Requests `count` units of work. */
export interface Request {
  readonly count: number;
}

/** Measurement of the requested work. */
export interface Answer {
  readonly seconds: number;
  /** Largest resident set of the process so far. */
  readonly peakMb: number;
  /** Current resident set. */
  readonly residentMb?: number;
  /** Current number of tensors. */
  readonly tensors?: number;
}

/** An error. The program accepts further requests, except when this is its first message. */
export interface Failure {
  readonly error: string;
}

/**
 * Parses a line from a program.
 * @returns undefined for other lines, such as a library's output
 */
export function parseMessage(line: string): Ready | Answer | Failure | undefined {
  if (!line.startsWith('{')) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined; // A library's line that begins with a brace.
  }
  const isMessage = ['ready', 'seconds', 'error'].some((key) => key in (message as object));
  return isMessage ? (message as Ready | Answer | Failure) : undefined;
}
