import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { unexpected } from '../core/errors';
import { expectWritable } from './project';

/** Files of the last hour may be in use. */
const LEFTOVER_AGE_MS = 3_600_000;

/** Names of open files. The process that opened one, such as a shell, continues to write to the same file. */
const DESCRIPTOR = /^\/(dev\/(fd\/|stdout$|stderr$)|proc\/)/;

/**
 * Finds an output's target before the computation starts. Links are followed, also to a file that does not exist yet; a
 * missing folder is created.
 * @param option name of the user's option, such as `--output`
 * @returns whether it is, or will be, a regular file, which is written aside and renamed (others are written directly);
 *   and the path, for a regular file with links followed
 * @throws Error for a folder, a circle of links, or a target that cannot be written
 */
export function findTarget(file: string, option: string): { file: string; isRegular: boolean } {
  try {
    const found = fs.statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() || file.endsWith('/') || file.endsWith(path.sep))
      throw notWritable(option, `the folder ${file}`);
    const steps = followLinks(file);
    const isRegular = !found || (found.isFile() && !steps.some((step) => DESCRIPTOR.test(step)));
    if (found) fs.accessSync(file, fs.constants.W_OK);
    const last = steps[steps.length - 1];
    if (isRegular) expectWritable(path.dirname(last), option);
    return { file: isRegular ? last : file, isRegular };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code ? notWritable(option, `${code} for ${file}`) : error;
  }
}

/** Makes the error for an output that cannot be written. @param found the received target or the reason */
export function notWritable(option: string, found: string, cause?: unknown): Error {
  return new Error(`Expected a file that can be written for ${option} but received ${found}`, { cause });
}

/** Returns a file's absolute path, followed by the path of each step if it is a link. */
function followLinks(file: string): string[] {
  const steps = [path.resolve(file)];
  for (;;) {
    const last = steps[steps.length - 1];
    if (!fs.lstatSync(last, { throwIfNoEntry: false })?.isSymbolicLink()) return steps;
    steps.push(path.resolve(fs.realpathSync(path.dirname(last)), fs.readlinkSync(last)));
  }
}

/**
 * Opens a file that appears only when it is finished, with the mode and owner of the file that it replaces. A target that
 * is not a regular file (a device, a pipe, an open file descriptor) is written directly.
 * @param options.option name of the user's option, for messages; default the file itself
 * @param options.flush whether the file is flushed to the disk before it is renamed, default true
 * @returns `handle`, for a regular file also open for reading; `write`, which appends a text; `finish`, which flushes,
 *   closes and renames the file; and `discard`, which closes and removes an unfinished file
 * @throws Error as {@link findTarget}, and when the file cannot be created; if only the renaming fails, the error of
 *   `finish` says where the result is
 */
export async function openWhole(
  file: string,
  { option = file, flush = true }: { option?: string; flush?: boolean } = {},
) {
  const target = findTarget(file, option);
  const aside = `${target.file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const { O_WRONLY, O_APPEND } = fs.constants;
  // The target is not created or truncated: it is an open file, which is appended to, or an existing device.
  const opened = target.isRegular ? open(aside, 'wx+') : open(target.file, O_WRONLY | O_APPEND);
  const handle = await opened.catch((cause: NodeJS.ErrnoException) => {
    throw notWritable(option, `${cause.code} for ${file}`, cause);
  });
  if (target.isRegular) await keepAccess(handle, target.file);
  let isOpen = true;
  const close = () => {
    isOpen = false;
    return handle.close();
  };
  return {
    handle,
    write: (text: string) =>
      handle.writeFile(text).catch((cause: NodeJS.ErrnoException) => {
        throw new Error(`Expected to write ${file} for ${option} but received ${cause.code}`, { cause });
      }),
    async finish() {
      if (!target.isRegular) return close();
      if (flush) await handle.sync();
      await close();
      await rename(aside, target.file).catch((cause: NodeJS.ErrnoException) => {
        const found = `received ${cause.code}; it is in ${aside}`;
        throw new Error(`Expected to put the result in place as ${file} but ${found}`, { cause });
      });
      if (flush) await syncFolder(path.dirname(target.file));
    },
    async discard() {
      if (!isOpen) return;
      await close();
      if (target.isRegular) await rm(aside, { force: true });
    },
  };
}

/** Copies mode and owner of the replaced file, if user and file system allow it. */
async function keepAccess(handle: FileHandle, file: string): Promise<void> {
  const old = await stat(file).catch(() => undefined);
  if (!old) return;
  await handle.chown(old.uid, old.gid).catch(() => undefined);
  await handle.chmod(old.mode).catch(() => undefined);
}

/**
 * Writes a file so that it is always either unchanged or complete: it is written aside, flushed to the disk and renamed.
 * Two processes may write the same file.
 *
 * The package write-file-atomic (7.0.0) is not used: it does not check how many bytes were written, so that a full disk
 * leaves a truncated file, and it cannot write in parts.
 * @param content bytes, text, parts of bytes, or a function that writes them
 * @param options.flush default true; false for many files that can be recomputed
 * @throws Error when the disk is full or the folder cannot be written; no partial file remains
 */
export async function saveWhole(
  file: string,
  content: Uint8Array | string | Iterable<Uint8Array> | ((handle: FileHandle) => Promise<void>),
  options?: { readonly flush: boolean },
): Promise<void> {
  try {
    const { handle, finish, discard } = await openWhole(file, options);
    const written = typeof content === 'function' ? content(handle) : writeFile(handle, content);
    await written.then(finish).finally(discard);
  } catch (error) {
    throw new Error(`Expected to write ${file} but could not: ${(error as Error).message}`, { cause: error });
  }
}

/** Returns true for standard output: no file, or `-`. */
function isStandardOutput(file: string | undefined): file is '-' | undefined {
  return file === undefined || file === '-';
}

/**
 * Checks before the work begins that a result can be written.
 * @param inputs files that are read; the result must not replace one of them
 * @throws RangeError when the file is an input; Error when it is a folder, lies in a missing folder or cannot be written
 */
export function checkOutput(file: string | undefined, option = '--output', inputs: readonly string[] = []) {
  if (isStandardOutput(file)) return;
  const folder = path.dirname(file);
  const missing = `${folder} does not exist: create it first`;
  if (!fs.existsSync(folder))
    throw new Error(`Expected a file in an existing folder for ${option} but ${missing}`);
  const target = findTarget(file, option);
  const old = target.isRegular ? identify(target.file) : undefined;
  if (old !== undefined && inputs.some((input) => identify(input) === old))
    throw unexpected('a file of its own', option, `${file}, which is an input`);
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
 * Opens the file of `--output` as {@link openWhole} does.
 * @param file default standard output, which waits for slow readers
 */
export async function openOutput(file: string | undefined) {
  if (!isStandardOutput(file)) return openWhole(file, { option: '--output' });
  return { write: writeToStdout, finish: async () => undefined, discard: async () => undefined };
}

function writeToStdout(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes a whole text to a file as {@link saveWhole} does; default standard output. */
export async function writeOutput(file: string | undefined, text: string): Promise<void> {
  await (isStandardOutput(file) ? writeToStdout(text) : saveWhole(file, text));
}

/** Removes partial files of killed writers from a folder. Files of the last hour may be in use and remain. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const changed = name.endsWith('.part') ? await stat(file).catch(() => undefined) : undefined;
    if (changed && Date.now() - changed.mtimeMs > LEFTOVER_AGE_MS) await rm(file, { force: true });
  }
}

/** Flushes a folder, so that a rename survives a power failure. Windows and some network disks cannot do this. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
