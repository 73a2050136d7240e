import fs from 'node:fs/promises';
import path from 'node:path';
import { saveWhole } from '../engine/whole-file';
import type { CheckpointStore } from './checkpoint';

/**
 * Keeps checkpoints as files of one folder. A file is written aside, flushed to the disk and then renamed: who is
 * killed while writing leaves the older file whole. It is the one file of this folder that needs Node.
 * @param directory made when it is missing
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
