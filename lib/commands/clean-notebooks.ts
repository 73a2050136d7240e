import fs from 'node:fs';
import path from 'node:path';
import { listFiles, projectRoot } from '../files/project';
import { cleanNotebook, formatNotebook } from './clean-notebook';
import type { NotebookFile } from './clean-notebook';

/**
 * Lists the notebooks that are committed.
 * @returns absolute paths, sorted
 */
export function listNotebooks(): string[] {
  return listFiles('notebooks', '.ipynb').filter((file) => !file.includes('.ipynb_checkpoints'));
}

/**
 * Strips what differs between equal runs from every notebook: counts, times, versions, random ids, native logs.
 * @param print gets a line a notebook that was changed
 */
export function runCleanNotebooks(print: (line: string) => void): void {
  for (const file of listNotebooks()) {
    const text = fs.readFileSync(file, 'utf8');
    const clean = toCleanText(text);
    if (clean === text) continue;
    fs.writeFileSync(file, clean);
    print(`${path.relative(projectRoot(), file)}: cleaned`);
  }
}

/**
 * Gives a notebook's text as it is committed.
 * @param text the file's content
 */
export function toCleanText(text: string): string {
  return formatNotebook(cleanNotebook(JSON.parse(text) as NotebookFile));
}
