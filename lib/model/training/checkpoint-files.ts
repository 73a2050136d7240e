import fs from 'node:fs/promises';
import path from 'node:path';
import { saveWhole } from '../../files/whole-file';
import type { CheckpointStore } from './checkpoint';

/**
 * Stores checkpoints as files in one folder. A file is written under another name, flushed to disk and then renamed, so
 * that a process killed while writing leaves the previous file intact. It is the only module here that needs Node.js.
 * @param directory created when it is missing
 */
export function createFileStore(directory: string): CheckpointStore {
  return {
    read: (name) => readIfThere(path.join(directory, name)),
    write: (name, parts) => saveWhole(path.join(directory, name), parts),
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
