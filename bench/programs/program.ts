/*
 * A measured program measures itself. Its first message says that it is ready, or why it cannot start. Then it answers
 * requests, `{"count": units of work}`, until its standard input ends. Each message is one line of JSON.
 * bench/python/program.py does the same in Python.
 */
import readline from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../lib/tensor/backend';
import { registerWasmTrainingKernels, unregisterWasmTrainingKernels } from '../../lib/tensor/wasm';

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
export type Failure = { readonly error: string };

/** The content of a program's first message, and its work. */
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
  const fail = (error: unknown) => tell({ error: (error as Error).message });
  let program: Program;
  try {
    program = await prepare();
  } catch (error) {
    fail(error);
    return;
  }
  tell({ ready: true, ...program.ready });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const { count } = JSON.parse(line) as { count: number };
      const start = performance.now();
      const more = await program.work(count);
      const seconds = (performance.now() - start) / 1000;
      // maxRSS is in kilobytes on all systems.
      tell({ seconds, peakMb: process.resourceUsage().maxRSS / 1024, ...more });
    } catch (error) {
      fail(error);
    }
  }
}

/**
 * Starts the engine of the `ENGINE` environment variable, with or without this project's kernels.
 * @param kind `stock`: only the kernels of tfjs' own packages
 * @returns the backend, and the versions of tfjs and of TensorFlow
 */
export async function startProgramEngine(kind: 'ours' | 'stock') {
  const { backend, tensorflow } = await startEngine();
  if (backend === 'wasm' && kind === 'ours') registerWasmTrainingKernels();
  if (backend === 'wasm' && kind === 'stock') unregisterWasmTrainingKernels();
  const versions = { tfjs: tf.version_core, ...(tensorflow ? { TensorFlow: tensorflow } : {}) };
  return { backend, versions };
}

/** Returns the number of tensors and the resident memory of this process. */
export function memoryNow() {
  return { tensors: tf.memory().numTensors, residentMb: process.memoryUsage().rss / 2 ** 20 };
}
