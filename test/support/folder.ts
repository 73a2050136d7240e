import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Makes a temporary folder for each test of the surrounding `describe` and removes it afterwards.
 * @returns a function that gives the running test's folder
 */
export function useTemporaryFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/**
 * Writes files below a folder, with the folders they need.
 * @param files content by path, with forward slashes
 */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}
