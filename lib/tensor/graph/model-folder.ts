import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Lays a SavedModel into a folder for as long as it is loaded: TensorFlow reads models from folders only.
 * @param model the bytes of saved_model.pb
 * @param load is given the folder's absolute path
 * @returns what `load` gives
 */
export function withModelFolder<Result>(model: Uint8Array, load: (folder: string) => Result): Result {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-graph-'));
  try {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), model);
    return load(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
