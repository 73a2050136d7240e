import fs from 'node:fs';
import path from 'node:path';
import { FOLDER_VARIABLES, READER_VARIABLES } from '../core/experiment';
import { listFiles, projectRoot } from '../files/project';

/** The parts of a notebook file that are used here. Source: nbformat 4. */
export interface NotebookFile {
  cells: NotebookCell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

interface NotebookCell {
  cell_type: string;
  id?: string;
  source: string | string[];
  metadata: Record<string, unknown>;
  execution_count?: number | null;
  outputs?: NotebookOutput[];
}

interface NotebookOutput {
  output_type: string;
  name?: string;
  execution_count?: number | null;
  data?: Record<string, unknown>;
}

/** Metadata that editors need. */
const KEPT_METADATA = {
  kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
  language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
};

/**
 * Lists the committed notebooks.
 * @returns absolute paths, sorted
 */
export function listNotebooks(): string[] {
  return listFiles('notebooks', '.ipynb').filter((file) => !file.includes('.ipynb_checkpoints'));
}

/**
 * Removes what differs between two equal runs: execution counts, times, kernel versions, random cell ids, and the
 * native library's log. Outputs stay.
 * @param notebook the parsed file; it is not changed
 */
export function cleanNotebook(notebook: NotebookFile): NotebookFile {
  const cells = notebook.cells.map((cell, index) => cleanCell(cell, index));
  return { cells, metadata: KEPT_METADATA, nbformat: 4, nbformat_minor: 5 };
}

/** Formats a notebook as Jupyter does: sorted keys, indented by one space. */
export function formatNotebook(notebook: NotebookFile): string {
  return `${JSON.stringify(sortKeys(notebook), null, 1)}\n`;
}

/** Converts the text of a notebook file to the text that is committed. */
export function toCleanText(text: string): string {
  return formatNotebook(cleanNotebook(JSON.parse(text) as NotebookFile));
}

/** Cleans all committed notebooks. @returns paths of the changed ones, from the project's folder */
export function cleanNotebooks(): string[] {
  const isChanged = (file: string) => {
    const text = fs.readFileSync(file, 'utf8');
    const clean = toCleanText(text);
    if (clean !== text) fs.writeFileSync(file, clean);
    return clean !== text;
  };
  return listNotebooks()
    .filter(isChanged)
    .map((file) => path.relative(projectRoot(), file));
}

/**
 * Replaces a committed notebook by an executed one, cleaned.
 * @param executed path of the notebook with fresh outputs
 * @param committed path of the notebook to replace
 */
export function commitOutputs(executed: string, committed: string): void {
  fs.writeFileSync(committed, toCleanText(fs.readFileSync(executed, 'utf8')));
}

/** Removes the user's own data set from an environment: committed outputs must not contain it. */
export function withoutData(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...environment };
  for (const name of [...FOLDER_VARIABLES, ...READER_VARIABLES, 'PICTURES', 'SHOW_FACES']) delete rest[name];
  return rest;
}

function cleanCell(cell: NotebookCell, index: number): NotebookCell {
  const base = {
    cell_type: cell.cell_type,
    id: `cell-${String(index).padStart(2, '0')}`,
    metadata: {},
    source: toLines(cell.source),
  };
  if (cell.cell_type !== 'code') return base;
  const outputs = (cell.outputs ?? []).filter((output) => output.name !== 'stderr').map(cleanOutput);
  return { ...base, execution_count: null, outputs };
}

function cleanOutput(output: NotebookOutput): NotebookOutput {
  return output.execution_count === undefined ? output : { ...output, execution_count: null };
}

function toLines(source: string | string[]): string[] {
  return (typeof source === 'string' ? source : source.join('')).split(/(?<=\n)/);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sortKeys(entry)]));
}
