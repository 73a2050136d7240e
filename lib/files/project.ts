import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Returns the project's folder; this file may run from lib/ or, compiled, from dist/. */
export function projectRoot(): string {
  return path.resolve(__dirname, '..', '..');
}

/** Returns the set-up command: the project's, or that of the package that is built from it. */
export function setUpCommand(): string {
  const manifest = fs.readFileSync(path.join(projectRoot(), 'package.json'), 'utf8');
  const { name, scripts } = JSON.parse(manifest) as { name: string; scripts?: { setup?: string } };
  return scripts?.setup ? 'npm run setup' : `npx ${name} setup`;
}

/** The environment variable that names the folder for all written files. */
export const HOME_VARIABLE = 'PRIOR_ATTENTION_HOME';

/** Folders that are written there: data (drawn, converted or cached), results, and the bench's peers. */
const WRITTEN_FOLDERS = ['data', 'results', '.bench'];

/** Error codes of a file system where nothing can be written. */
const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'];

/**
 * Returns a path for written files, below the folder that `PRIOR_ATTENTION_HOME` names; default the project's folder.
 * Installed files (.venv, .tensorflow, dist) and committed files always stay in the project's folder.
 * @param names such as `'data', 'cache', 'blocks'`
 * @throws RangeError for a relative path in the variable, since processes are started in several folders
 */
export function homePath(...names: readonly string[]): string {
  const home = process.env[HOME_VARIABLE] || projectRoot();
  if (path.isAbsolute(home)) return path.join(home, ...names);
  throw new RangeError(`Expected an absolute path for ${HOME_VARIABLE} but received ${home}`);
}

/**
 * Checks that a folder can be written, before a long computation. A missing folder is created.
 * @param folder absolute
 * @param option name of the user's option for the folder, such as `--output`; undefined for the project's own folders
 * @throws Error that names the option, or says what to do about the project's own folder
 */
export function expectWritable(folder: string, option?: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    if (option === undefined) throw explainUnwritable(error);
    const { code = (error as NodeJS.ErrnoException).code } = findRefusal(error);
    // Without the cause, for which explainUnwritable would describe the project's own folders.
    throw new Error(`Expected a folder that can be written for ${option} but received ${code} for ${folder}`);
  }
}

/**
 * Explains a file-system error, or an error that it caused, when {@link homePath} or the project's folder cannot be
 * written, for example in a read-only installation.
 * @returns an error that says what to do, with the given error as its cause; any other error unchanged
 */
export function explainUnwritable(error: unknown): unknown {
  const { code, files } = findRefusal(error);
  const ofHome = files.find(isOfHome);
  const file = ofHome ?? files.find((one) => isInside(projectRoot(), one));
  if (file === undefined) return error;
  const remedy = ofHome
    ? `set ${HOME_VARIABLE} to the absolute path of a folder of your own`
    : 'files of the project itself are changed, so take a clone of your own';
  const message = `Expected a folder that can be written but received ${code} for ${file}: ${remedy}`;
  return new Error(message, { cause: error });
}

/** Returns whether a path is written below {@link homePath}, or is a missing folder above it. */
function isOfHome(file: string): boolean {
  const isAbove = isInside(file, homePath()) && file !== projectRoot();
  return isAbove || WRITTEN_FOLDERS.some((name) => isInside(homePath(name), file));
}

/** Returns whether a path is a folder or lies below it; both absolute. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Finds in an error and its causes which files could not be written, if any, and the error code. */
function findRefusal(error: unknown): { readonly code?: string; readonly files: string[] } {
  if (!(error instanceof Error)) return { files: [] };
  const { code, syscall, path: file, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  // On a file system that is mounted read-only, Node's recursive mkdir fails with ENOENT.
  if (code === 'ENOENT' && syscall === 'mkdir' && file) {
    const reason = refusalOf(findFolder(path.dirname(file)), fs.constants.W_OK);
    return { code: reason, files: reason ? [file] : [] };
  }
  if (!code || !UNWRITABLE.includes(code)) return findRefusal(error.cause);
  // An existing file that cannot be read may have failed at reading, not writing.
  const isWritten = (one?: string): one is string => !!one && refusalOf(one, fs.constants.R_OK) !== 'EACCES';
  return { code, files: [dest, file].filter(isWritten) };
}

/** Returns the nearest existing folder. */
function findFolder(folder: string): string {
  return fs.existsSync(folder) ? folder : findFolder(path.dirname(folder));
}

/** Returns the error code of an access check; undefined if access is allowed. */
function refusalOf(file: string, mode: number): string | undefined {
  try {
    fs.accessSync(file, mode);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/**
 * Computes one SHA-256 of the names and bytes of files.
 * @param files absolute paths, or paths from the project's folder
 */
export function hashFiles(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files.map((name) => path.resolve(projectRoot(), name))) {
    hash.update(`${path.relative(projectRoot(), file)}\0`);
    hash.update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Lists the files below a folder, sorted by path.
 * @param folder absolute, or from the project's folder
 * @param extension end of their names, dot included
 */
export function listFiles(folder: string, extension: string): string[] {
  const absolute = path.resolve(projectRoot(), folder);
  return fs
    .readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => path.join(absolute, name));
}
