import fs from 'node:fs/promises';
import path from 'node:path';
import { listImages } from '../datasets/tree';

/** Stands for standard input in a list of pictures. */
export const STANDARD_INPUT = '-';

/** One thing to look at: a file, a picture's or a video's by its content; a picture's file; the bytes on standard input. */
export interface Input {
  readonly kind: 'file' | 'picture' | 'stdin';
  /** As the user named it, or the path below a folder that was named. */
  readonly source: string;
}

const GLOB = /[*?[\]{}]/;

/**
 * Turns what a user named into single pictures and videos: files stay, folders give the images in them (and below
 * them), sorted; patterns such as `photos/**\/*.jpg` give what they match, for shells that leave them as they are.
 * @param names paths from the current folder, patterns, or {@link STANDARD_INPUT}
 * @throws RangeError for a pattern without a match or a folder without images; a file that is missing is no error
 *   here: looking at it says so
 */
export async function expandInputs(names: readonly string[]): Promise<Input[]> {
  const expanded = await Promise.all(names.map(expandName));
  return expanded.flat();
}

async function expandName(name: string): Promise<Input[]> {
  if (name === STANDARD_INPUT) return [{ kind: 'stdin', source: 'standard input' }];
  const stat = await fs.stat(name).catch(() => undefined);
  if (stat?.isDirectory()) return expandFolder(name);
  if (stat || !GLOB.test(name)) return [toInput(name)];
  const { glob } = await import('tinyglobby');
  const matches = await glob(name, { onlyFiles: true, absolute: path.isAbsolute(name) });
  if (matches.length > 0) return matches.sort().map(toInput);
  throw new RangeError(`Expected files that match ${name} but found none`);
}

async function expandFolder(folder: string): Promise<Input[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name)); // prettier-ignore
  const pictures = [folder, ...folders.sort()].flatMap((one) =>
    listImages(one).map((name) => path.join(one, name)),
  );
  if (pictures.length > 0) return pictures.map(toInput);
  throw new RangeError(`Expected images in ${folder} but found none`);
}

function toInput(source: string): Input {
  return { kind: 'file', source };
}
