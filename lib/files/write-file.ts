import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
    if (!isRegular) return { file, isRegular };
    const last = steps[steps.length - 1];
    expectWritable(path.dirname(last), option);
    return { file: last, isRegular };
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
 * Opens a file that appears only when it is committed, with the mode and owner of the file that it replaces. A target that
 * is not a regular file (a device, a pipe, an open file descriptor) is written directly.
 * @param options.option name of the user's option, for messages; default the file itself
 * @param options.flush whether the file is flushed to the disk before it is renamed, default true
 * @returns `handle`, for a regular file also open for reading; `commit`, which flushes, closes and renames the file; and
 *   `discard`, which closes and removes an uncommitted file
 * @throws Error as {@link findTarget}, and when the file cannot be created; if only the renaming fails, the error of
 *   `commit` says where the result is
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
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await handle.close();
  };
  if (target.isRegular) await keepAccess(handle, target.file);
  return {
    handle,
    async commit() {
      if (!target.isRegular) return close();
      if (flush) await handle.sync();
      await close();
      await rename(aside, target.file).catch((cause: NodeJS.ErrnoException) => {
        throw new Error(
          `Expected to put the result in place as ${file} but received ${cause.code}; it is in ${aside}`,
          { cause },
        );
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
    const { handle, commit, discard } = await openWhole(file, options);
    try {
      await (typeof content === 'function' ? content(handle) : writeFile(handle, content));
      await commit();
    } finally {
      await discard();
    }
  } catch (error) {
    throw new Error(`Expected to write ${file} but could not: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Removes partial files of killed writers from a folder. Files of the last hour may be in use and remain.
 * @param now milliseconds since 1970
 */
export async function removeLeftovers(folder: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const changed = name.endsWith('.part') ? await stat(file).catch(() => undefined) : undefined;
    if (changed && now - changed.mtimeMs > LEFTOVER_AGE_MS) await rm(file, { force: true });
  }
}

/** Flushes a folder, so that a rename survives a power failure. Windows and some network disks cannot do this. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
