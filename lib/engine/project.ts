import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Gives the project's folder, whether this file runs from lib/ or, compiled, from dist/. */
export function projectRoot(): string {
  return path.resolve(__dirname, '..', '..');
}

/**
 * Gives one hash of many files: any change of a name or a byte changes it.
 * @param files absolute paths, or paths from the project's folder
 * @returns hexadecimal SHA-256
 */
export function hashFiles(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${path.relative(projectRoot(), path.resolve(projectRoot(), file))}\0`);
    hash.update(fs.readFileSync(path.resolve(projectRoot(), file)));
  }
  return hash.digest('hex');
}

/**
 * Lists the files below a folder, sorted by path.
 * @param folder absolute, or from the project's folder
 * @param extension what their names end with, dot included
 */
export function listFiles(folder: string, extension: string): string[] {
  const absolute = path.resolve(projectRoot(), folder);
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => path.join(absolute, name));
}
