import fs from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointStore } from './checkpoint';

/**
 * Stores checkpoints as files in one folder. A file is written under another name, flushed to disk and then renamed, so
 * that a process killed while writing leaves the previous file intact. It is the only module here that needs Node.js.
 * @param directory created when it is missing
 */
export function createFileStore(directory: string): CheckpointStore {
  return {
    read: (name) => readIfThere(path.join(directory, name)),
    async write(name, parts) {
      await fs.mkdir(directory, { recursive: true });
      const file = path.join(directory, name);
      const aside = `${file}.${process.pid}.part`;
      try {
        await writeParts(aside, parts);
        await fs.rename(aside, file);
      } finally {
        await fs.rm(aside, { force: true });
      }
    },
  };
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function writeParts(file: string, parts: Iterable<Uint8Array>): Promise<void> {
  const handle = await fs.open(file, 'w');
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
