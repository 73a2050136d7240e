import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { expectWritable } from './project';

/** Files of the last hour may be in use. */
const LEFTOVER_AGE_MS = 3_600_000;

/** Names of files that are open already: who opened them, such as a shell, goes on writing to the very same file. */
const DESCRIPTOR = /^\/(dev\/(fd\/|stdout$|stderr$)|proc\/)/;

/** How a file is written. */
interface WriteOptions {
  /** What the user named it by, for messages; default the file itself. */
  readonly option?: string;
  /** Whether it has to be on the disk before it is in place, default true; false where many files are soon made again. */
  readonly flush?: boolean;
}

/** Where an output goes. */
interface Target {
  /** The file itself where it is regular, links followed, or the path as it was given. */
  readonly file: string;
  /** Whether it is, or will be, a regular file: it is written aside and renamed. Anything else is written to directly. */
  readonly isRegular: boolean;
}

/** A file that is being written. */
interface WholeFile {
  /** Open for writing; for reading too where the target is a regular file. */
  readonly handle: FileHandle;
  /**
   * Flushes and closes the file and puts it in place.
   * @throws Error when it cannot; where only the renaming fails, the message says where the result is
   */
  commit(): Promise<void>;
  /** Closes and removes what was not committed; does nothing after {@link WholeFile.commit}. */
  discard(): Promise<void>;
}

/**
 * Finds where an output goes, before the work begins. Links are followed, also one to a file that is not there yet; a
 * missing folder is made.
 * @param file from the current folder
 * @param option what the user named it by, such as `--output`
 * @throws Error for a folder, a circle of links, or where nothing can be written
 */
export function findTarget(file: string, option: string): Target {
  const refuse = (found: string) => notWritable(option, found);
  try {
    const found = fs.statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() || file.endsWith('/') || file.endsWith(path.sep))
      throw refuse(`the folder ${file}`);
    const steps = followLinks(file);
    const isRegular = !found || (found.isFile() && !steps.some((step) => DESCRIPTOR.test(step)));
    if (found) fs.accessSync(file, fs.constants.W_OK);
    if (!isRegular) return { file, isRegular };
    const last = steps[steps.length - 1];
    expectWritable(path.dirname(last), option);
    return { file: last, isRegular };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code ? refuse(`${code} for ${file}`) : error;
  }
}

/** Makes the error for an output that cannot be written. @param found what the user named instead, or why it cannot */
export function notWritable(option: string, found: string, cause?: unknown): Error {
  return new Error(`Expected a file that can be written for ${option} but received ${found}`, { cause });
}

/** Gives a file's absolute path, and where it is a link, that of each step to where it leads. */
function followLinks(file: string): string[] {
  const steps = [path.resolve(file)];
  for (;;) {
    const last = steps[steps.length - 1];
    if (!fs.lstatSync(last, { throwIfNoEntry: false })?.isSymbolicLink()) return steps;
    steps.push(path.resolve(fs.realpathSync(path.dirname(last)), fs.readlinkSync(last)));
  }
}

/**
 * Opens a file that appears when it is committed and not before, with the mode and owner of the one that it replaces. What
 * is no regular file (a device, a pipe, an open descriptor) is written to directly.
 * @param file from the current folder; links are followed and a missing folder is made
 * @throws what {@link findTarget} throws, and Error when the file cannot be made
 */
export async function openWhole(
  file: string,
  { option = file, flush = true }: WriteOptions = {},
): Promise<WholeFile> {
  const target = findTarget(file, option);
  const aside = `${target.file}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const { O_WRONLY, O_APPEND } = fs.constants;
  // Not created and not truncated: what is open already is appended to, and a device is no file to be made.
  const opened = target.isRegular ? open(aside, 'wx+') : open(target.file, O_WRONLY | O_APPEND);
  const handle = await opened.catch((cause: NodeJS.ErrnoException) => {
    throw notWritable(option, `${cause.code} for ${file}`, cause);
  });
  let isOpen = true;
  const close = async () => {
    isOpen = false;
    await handle.close();
  };
  if (!target.isRegular)
    return { handle, commit: close, discard: async () => void (isOpen && (await close())) };
  await keepAccess(handle, target.file);
  return {
    handle,
    async commit() {
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
      await rm(aside, { force: true });
    },
  };
}

/** Gives a file the mode and the owner of the one that it replaces, as far as the user may and the file system can. */
async function keepAccess(handle: FileHandle, file: string): Promise<void> {
  const old = await stat(file).catch(() => undefined);
  if (!old) return;
  await handle.chown(old.uid, old.gid).catch(() => undefined);
  await handle.chmod(old.mode).catch(() => undefined);
}

/**
 * Writes a file so that at any moment it is either as it was or whole: aside, flushed to the disk, renamed. Two
 * processes that write the same file do not meet.
 *
 * Ours and not the package write-file-atomic: version 7.0.0 writes once and does not look at how much was written, so that
 * on a full disk it puts a file in place that was cut off; and it does not write piece by piece.
 * @param write fills the file
 * @throws Error when the disk is full or the folder can't be written; nothing is left behind then
 */
export async function writeWhole(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
  options?: WriteOptions,
): Promise<void> {
  try {
    const whole = await openWhole(file, options);
    try {
      await write(whole.handle);
      await whole.commit();
    } finally {
      await whole.discard();
    }
  } catch (error) {
    throw new Error(`Expected to write ${file} but could not: ${(error as Error).message}`, { cause: error });
  }
}

/** Writes bytes, text or parts of bytes as {@link writeWhole} does. */
export function saveWhole(
  file: string,
  content: Uint8Array | string | Iterable<Uint8Array>,
  options?: WriteOptions,
): Promise<void> {
  const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  const write = async (handle: FileHandle) => {
    for (const part of parts) await handle.writeFile(part);
  };
  return writeWhole(file, write, options);
}

/**
 * Removes what writers that were killed left aside in a folder. Files of the last hour are left: they may be in use.
 * @param now milliseconds since 1970
 */
export async function removeLeftovers(folder: string, now = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.part'))) {
    const file = path.join(folder, name);
    const changed = await stat(file).catch(() => undefined);
    if (changed && now - changed.mtimeMs > LEFTOVER_AGE_MS) await rm(file, { force: true });
  }
}

/** Makes a rename last through a power cut, where the system flushes folders: Windows and some networks' disks do not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
