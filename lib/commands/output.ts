import fs from 'node:fs';
import { findTarget, openWhole } from '../files/whole-file';

/** Where a command's result goes. */
export interface Output {
  write(text: string): Promise<void>;
  /** Puts the file in place. */
  finish(): Promise<void>;
  /** Takes away what was not finished. */
  discard(): Promise<void>;
}

/** Stands for standard output, as it stands for standard input among inputs. */
const STANDARD_OUTPUT = '-';

/**
 * Checks before the work begins that a result can be written where it is to go.
 * @param inputs files that are read: the result may replace none of them
 * @throws Error when that is a folder, an input, or cannot be written
 */
export function checkOutput(
  file: string | undefined,
  option = '--output',
  inputs: readonly string[] = [],
): void {
  if (file === undefined || file === STANDARD_OUTPUT) return;
  const target = findTarget(file, option);
  const old = target.isRegular ? identify(target.file) : undefined;
  if (old !== undefined && inputs.some((input) => identify(input) === old))
    throw new RangeError(`Expected a file of its own for ${option} but received ${file}, which is an input`);
}

/** Gives what two paths have in common that lead to one file; undefined where there is none. */
function identify(file: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/**
 * Opens where a result goes: a file that appears when it is finished and not before, a device or a
 * pipe that is written to as the work goes on, or standard output.
 * @param file default standard output, which `-` stands for too; links are followed
 * @param option what the user named it by
 * @throws Error when it is a folder or cannot be written
 */
export async function openOutput(file: string | undefined, option = '--output'): Promise<Output> {
  if (file === undefined || file === STANDARD_OUTPUT)
    return { write: writeToStdout, finish: async () => undefined, discard: async () => undefined };
  const { handle, commit, discard } = await openWhole(file, { option });
  const write = (text: string) =>
    handle.writeFile(text).catch((cause: NodeJS.ErrnoException) => {
      throw new Error(`Expected to write ${file} for ${option} but received ${cause.code}`, { cause });
    });
  return { write, finish: commit, discard };
}

/** Waits for slow readers. One that went away, such as `head`, ends the command quietly, as it does any other's. */
function writeToStdout(text: string): Promise<void> {
  if (text === '') return Promise.resolve();
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'EPIPE') process.exit(0);
      if (error) reject(error);
      else resolve();
    });
  });
}
