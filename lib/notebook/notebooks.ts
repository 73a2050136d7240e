import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { FOLDER_VARIABLES, READER_VARIABLES } from '../core/experiment-settings';
import { expectWritable, homePath, projectRoot } from '../files/project';
import { venvProgram } from '../setup/python';

/** A notebook file. Source: nbformat 4. */
export interface NotebookFile {
  readonly cells: readonly NotebookCell[];
  readonly metadata: object;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

interface NotebookCell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: string | readonly string[];
  readonly metadata: object;
  readonly execution_count?: number | null;
  readonly outputs?: readonly { readonly name?: string; readonly execution_count?: unknown }[];
}

/** Returns the lines of a text with their ends, as a notebook file holds them. */
export function toLines(source: NotebookCell['source']): string[] {
  return (typeof source === 'string' ? source : source.join('')).split(/(?<=\n)/);
}

/** The notebook of `report`. */
export const REPORT_NOTEBOOK = 'notebooks/emotion-recognition.ipynb';

/** Lists the committed notebooks as sorted paths from the project's folder, such as `notebooks/start-here.ipynb`. */
export function listNotebooks(): string[] {
  const names = fs.readdirSync(path.join(projectRoot(), 'notebooks')).sort();
  return names.filter((name) => name.endsWith('.ipynb')).map((name) => `notebooks/${name}`);
}

/** Formats a notebook as Jupyter does: sorted keys, indented by one space. */
export function formatNotebook(notebook: NotebookFile): string {
  const sortKeys = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1)));
  };
  return `${JSON.stringify(notebook, sortKeys, 1)}\n`;
}

/**
 * Converts the text of a notebook file to the text that is committed, which is the same for two equal runs: without execution
 * counts, times, kernel versions, random cell ids and the native library's log. Outputs are kept.
 */
export function toCleanText(text: string): string {
  const { cells } = JSON.parse(text) as NotebookFile;
  const metadata = {
    kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
    language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
  };
  return formatNotebook({ cells: cells.map(cleanCell), metadata, nbformat: 4, nbformat_minor: 5 });
}

function cleanCell({ cell_type, source, outputs = [] }: NotebookCell, index: number): NotebookCell {
  const id = `cell-${String(index).padStart(2, '0')}`;
  const cell = { cell_type, id, metadata: {}, source: toLines(source) };
  if (cell_type !== 'code') return cell;
  const cleaned = outputs
    .filter((output) => output.name !== 'stderr')
    .map((output) => (output.execution_count === undefined ? output : { ...output, execution_count: null }));
  return { ...cell, execution_count: null, outputs: cleaned };
}

/** Cleans all committed notebooks. @returns paths of the changed ones, from the project's folder */
export function cleanNotebooks(): string[] {
  return listNotebooks().filter((file) => commitOutputs(path.join(projectRoot(), 'notebooks'), file));
}

/**
 * Replaces a committed notebook by an executed one, cleaned.
 * @param folder absolute; it has the executed notebook
 * @param notebook path of the committed one from the project's folder
 * @returns whether the committed one has changed
 */
export function commitOutputs(folder: string, notebook: string): boolean {
  const committed = path.join(projectRoot(), notebook);
  const text = toCleanText(fs.readFileSync(path.join(folder, path.basename(notebook)), 'utf8'));
  if (text === fs.readFileSync(committed, 'utf8')) return false;
  fs.writeFileSync(committed, text);
  return true;
}

/** Removes the user's own data set from an environment: committed outputs must not contain it. */
export function withoutData(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...environment };
  for (const name of [...FOLDER_VARIABLES, ...READER_VARIABLES, 'PICTURES', 'SHOW_FACES']) delete rest[name];
  return rest;
}

/**
 * Executes a copy of a notebook from top to bottom on the tslab kernel.
 * @param notebook path from the project's folder
 * @param resultsDirectory absolute; for the executed notebook, its HTML form, and the results of its cells
 * @param environment settings of the notebook, default: this process' environment
 * @returns whether every cell succeeded; errors were printed
 * @throws Error when results cannot be written
 */
export async function executeNotebook(
  notebook: string,
  resultsDirectory: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  // Checked here because a cell would fail with the file system's own message.
  expectWritable(homePath('data'));
  fs.mkdirSync(resultsDirectory, { recursive: true });
  const target = path.join(resultsDirectory, path.basename(notebook));
  const args = ['scripts/run_notebook.py', notebook, target, target.replace(/\.ipynb$/, '.html')];
  const settings = { ...environment, RESULTS_DIR: resultsDirectory };
  return (await runVisibly(venvProgram('python'), args, settings)) === 0;
}

/**
 * Runs a program in the project's folder, connected to this terminal.
 * @returns its exit status; 130 if a signal ended it
 */
export async function runVisibly(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const child = spawn(program, args, { cwd: projectRoot(), stdio: 'inherit', env });
  const [status] = (await once(child, 'close')) as [number | null];
  return status ?? 130;
}
