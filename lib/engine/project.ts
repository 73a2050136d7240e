import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Gives the project's folder, whether this file runs from lib/ or, compiled, from dist/. */
export function projectRoot(): string {
  return path.resolve(__dirname, '..', '..');
}

/** The environment variable that names the folder in which all is written. */
export const HOME_VARIABLE = 'PRIOR_ATTENTION_HOME';

/** What is written there: data that are drawn, read or cached, results, the bench's peers. */
const WRITTEN_FOLDERS = ['data', 'results', '.bench'];

/** How a file system says that nothing can be written in a place. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'];

/**
 * Gives the path of what is written: below the folder that `PRIOR_ATTENTION_HOME` names, default the project's own. What
 * set-up installs (.venv, .tensorflow, dist) and what is committed are parts of the project and stay in its folder.
 * @param names such as `'data', 'cache', 'blocks'`
 * @throws RangeError when the variable holds a relative path: processes are started in several folders
 */
export function homePath(...names: readonly string[]): string {
  const home = process.env[HOME_VARIABLE] || projectRoot();
  if (path.isAbsolute(home)) return path.join(home, ...names);
  throw new RangeError(`Expected an absolute path for ${HOME_VARIABLE} but received ${home}`);
}

/**
 * Checks before long work that a folder can be written. It is made where it is missing.
 * @param folder absolute
 * @throws Error when it cannot, with what to do where it is ours
 */
export function expectWritable(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    throw explainUnwritable(error);
  }
}

/**
 * Explains an error of the file system that says that {@link homePath} or the project's folder cannot be written to, such
 * as in a read-only installation.
 * @returns an error that says what to do, with the first as its cause; any other error as it is
 */
export function explainUnwritable(error: unknown): unknown {
  const { code = '', path: file, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (!UNWRITABLE.includes(code)) return error;
  const refused = [dest, file].filter((one): one is string => one !== undefined && !isUnreadable(one));
  const explain = (found: string | undefined, remedy: string) =>
    found && new Error(`Expected a folder that can be written but received ${code} for ${found}: ${remedy}`, { cause: error }); // prettier-ignore
  // A path above is refused where the folder itself was to be made.
  const isWritten = (one: string) =>
    WRITTEN_FOLDERS.some((name) => isInside(homePath(name), one)) || isInside(one, homePath());
  return (
    explain(refused.find(isWritten), `set ${HOME_VARIABLE} to the absolute path of a folder of your own`) ??
    explain(
      refused.find((one) => isInside(projectRoot(), one)),
      'files of the project itself are changed, so take a clone of your own',
    ) ??
    error
  );
}

function isInside(folder: string, file: string): boolean {
  return file === folder || file.startsWith(`${folder}${path.sep}`);
}

/** Tells whether a path is there and cannot be read: what failed then may have been reading. */
function isUnreadable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
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
