import fs from 'node:fs/promises';

/** Where a command's result goes. */
export interface Output {
  write(text: string): Promise<void>;
  /** Puts the file in place. */
  finish(): Promise<void>;
  /** Takes away what was not finished. */
  discard(): Promise<void>;
}

/**
 * Opens a file that appears when it is finished and not before, or standard output.
 * @param file default standard output; it is replaced
 * @throws Error when its folder cannot be written to
 */
export async function openOutput(file: string | undefined): Promise<Output> {
  if (file === undefined) {
    return { write: writeToStdout, finish: async () => undefined, discard: async () => undefined };
  }
  const aside = `${file}.${process.pid}.part`;
  const handle = await fs.open(aside, 'w').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`Expected a file that can be written for ${file} but received ${cause.code}`, { cause });
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    write: (text) => handle.writeFile(text),
    finish: async () => {
      await handle.sync();
      await close();
      await fs.rename(aside, file);
    },
    discard: async () => {
      await close();
      await fs.rm(aside, { force: true });
    },
  };
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
