import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Gives the project's folder, whether this file runs from lib/ or, compiled, from dist/. */
export function projectRoot(): string {
  return path.resolve(__dirname, '..', '..');
}

/** Gives the command that sets up: the project's, or, of the package that is made of it, the package's. */
export function setUpCommand(): string {
  const manifest = fs.readFileSync(path.join(projectRoot(), 'package.json'), 'utf8');
  const { name, scripts } = JSON.parse(manifest) as { name: string; scripts?: { setup?: string } };
  return scripts?.setup ? 'npm run setup' : `npx ${name} setup`;
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
 * @param option what the user named the folder by, such as `--output`
 * @throws Error when it cannot, with the option, or what to do where the folder is ours
 */
export function expectWritable(folder: string, option?: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    if (option === undefined) throw explainUnwritable(error);
    const { code } = findRefusal(error) ?? (error as NodeJS.ErrnoException);
    // Without its cause, which would be explained by what is ours.
    throw new Error(`Expected a folder that can be written for ${option} but received ${code} for ${folder}`);
  }
}

/**
 * Explains an error of the file system, or one that such an error caused, that says that {@link homePath} or the project's
 * folder cannot be written to, such as in a read-only installation.
 * @returns an error that says what to do, with the first as its cause; any other error as it is
 */
export function explainUnwritable(error: unknown): unknown {
  const { code, files } = findRefusal(error) ?? { code: '', files: [] };
  const explain = (file: string | undefined, remedy: string) =>
    file &&
    new Error(`Expected a folder that can be written but received ${code} for ${file}: ${remedy}`, {
      cause: error,
    });
  return (
    explain(files.find(isOfHome), `set ${HOME_VARIABLE} to the absolute path of a folder of your own`) ||
    explain(
      files.find((file) => isInside(projectRoot(), file)),
      'files of the project itself are changed, so take a clone of your own',
    ) ||
    error
  );
}

/** Tells whether a path is one that is written below {@link homePath}, or one that was to be made above it. */
function isOfHome(file: string): boolean {
  return (
    WRITTEN_FOLDERS.some((name) => isInside(homePath(name), file)) ||
    (isInside(file, homePath()) && file !== projectRoot())
  );
}

/**
 * Tells whether a path is a folder's, or one below it.
 * @param folder absolute
 * @param file absolute
 */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Finds in an error and its causes what the file system refused to write, and how it said so. */
function findRefusal(error: unknown): { readonly code: string; readonly files: string[] } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path: file, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // Of a file system that is mounted read-only, Node's recursive mkdir says ENOENT.
  if (code === 'ENOENT' && syscall === 'mkdir' && file) {
    const reason = refusalOf(findFolder(path.dirname(file)), fs.constants.W_OK);
    return reason ? { code: reason, files: [file] } : undefined;
  }
  if (!code || !UNWRITABLE.includes(code)) return findRefusal(error.cause);
  // What is there and cannot be read may have been refused to a reader.
  const isWritten = (one?: string): one is string => !!one && refusalOf(one, fs.constants.R_OK) !== 'EACCES';
  return { code, files: [dest, file].filter(isWritten) };
}

/** Gives the nearest folder that is there. */
function findFolder(folder: string): string {
  return fs.existsSync(folder) ? folder : findFolder(path.dirname(folder));
}

/** Gives the code with which the file system refuses access; undefined when it does not. */
function refusalOf(file: string, mode: number): string | undefined {
  try {
    fs.accessSync(file, mode);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
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
