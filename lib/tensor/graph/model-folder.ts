import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Writes a SavedModel to a temporary folder and loads it from there, since TensorFlow reads models from folders only.
 * @param model the bytes of saved_model.pb
 * @param load called with the folder's absolute path; the folder is removed afterwards
 * @returns the result of `load`
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
