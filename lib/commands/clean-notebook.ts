/** A notebook file's content, as far as it is looked at here. Source: nbformat 4. */
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

/** What an editor must know; its version and history it need not. */
const KEPT_METADATA = {
  kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
  language_info: { file_extension: '.ts', mimetype: 'text/typescript', name: 'typescript' },
};

/**
 * Strips what differs between two equal runs: execution counts, times, kernel versions, random cell ids, and the
 * native library's log. Outputs stay.
 * @param notebook as parsed from the file; it is not changed
 */
export function cleanNotebook(notebook: NotebookFile): NotebookFile {
  const cells = notebook.cells.map((cell, index) => cleanCell(cell, index));
  return { cells, metadata: KEPT_METADATA, nbformat: 4, nbformat_minor: 5 };
}

/** Writes a notebook as Jupyter does: keys sorted, one space of indent. */
export function formatNotebook(notebook: NotebookFile): string {
  return `${JSON.stringify(sortKeys(notebook), null, 1)}\n`;
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
