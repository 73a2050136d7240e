import fs from 'node:fs';
import { findTarget, openWhole } from './write-file';

/** Returns true for standard output: no file, or `-`. */
function isStandardOutput(file: string | undefined): file is '-' | undefined {
  return file === undefined || file === '-';
}

/**
 * Checks before the work begins that a result can be written.
 * @param inputs files that are read; the result must not replace one of them
 * @throws RangeError when the file is an input; Error when it is a folder or cannot be written
 */
export function checkOutput(file: string | undefined, option = '--output', inputs: readonly string[] = []) {
  if (isStandardOutput(file)) return;
  const target = findTarget(file, option);
  const old = target.isRegular ? identify(target.file) : undefined;
  if (old !== undefined && inputs.some((input) => identify(input) === old))
    throw new RangeError(`Expected a file of its own for ${option} but received ${file}, which is an input`);
}

/** Returns an id of a file that is the same for all its paths; undefined for a missing file. */
function identify(file: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Opens an output. A device or pipe is written to directly.
 * @param file default standard output
 * @returns `write`; `finish`, which puts a regular file in place; `discard`, which removes an unfinished file
 * @throws Error when the file is a folder or cannot be written
 */
export async function openOutput(file: string | undefined, option = '--output') {
  if (isStandardOutput(file))
    return { write: writeToStdout, finish: async () => undefined, discard: async () => undefined };
  const { handle, commit, discard } = await openWhole(file, { option });
  const write = (text: string) =>
    handle.writeFile(text).catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`Expected to write ${file} for ${option} but received ${cause.code}`, { cause });
    });
  return { write, finish: commit, discard };
}

/** Writes a whole text to an output, as {@link openOutput} does. */
export async function writeOutput(file: string | undefined, text: string, option?: string): Promise<void> {
  const target = await openOutput(file, option);
  try {
    await target.write(text);
    await target.finish();
  } finally {
    await target.discard();
  }
}

/** Writes to standard output, and waits for slow readers. */
function writeToStdout(text: string): Promise<void> {
  if (text === '') return Promise.resolve();
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
