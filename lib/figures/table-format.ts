import { escapeMarkup } from './svg';

/** Content of a table's cell. */
export type CellValue = string | number | boolean | null | undefined;

/** A table with the properties of danfo's DataFrame. */
export interface TableLike {
  readonly columns: readonly string[];
  /** Row by row. */
  readonly values: unknown;
  /** Names of the rows; shown if one of them is a text, as those of `describe()` are. */
  readonly index?: readonly unknown[];
}

/** Maximum number of rows that are shown: all rows of a data set would take megabytes in a notebook. */
const MAX_ROWS = 50;

/** Returns whether a value has the properties of a danfo DataFrame. */
export function isTable(value: unknown): value is TableLike {
  const { columns, values } = Object(value) as Partial<TableLike>;
  return Array.isArray(columns) && Array.isArray(values);
}

/** Formats a table as HTML that looks the same in JupyterLab, VS Code and GitHub: numbers are aligned right. */
export function tableToHtml(table: TableLike, caption?: string): string {
  const { columns, rowCount, rest } = formatColumns(table);
  const row = (tag: string, at: number) => {
    const cells = columns.map(({ texts, isNumeric }) => {
      // GitHub removes styles and keeps `align`; JupyterLab's style sheet overrides `align`.
      const side = isNumeric ? 'right' : 'left';
      const style = `text-align:${side};font-variant-numeric:tabular-nums;padding:3px 10px`;
      return `<${tag} align="${side}" style="${style}">${escapeMarkup(texts[at])}</${tag}>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  };
  const style = 'text-align:left;font-weight:bold;padding:4px 10px';
  const head = caption ? `<caption style="${style}">${escapeMarkup(caption)}</caption>` : '';
  const body = Array.from({ length: rowCount }, (_, at) => row('td', at + 1)).join('\n');
  const end = rest ? `\n<p>${rest}</p>` : '';
  return `<table>${head}\n<thead>${row('th', 0)}</thead>\n<tbody>\n${body}\n</tbody></table>${end}`;
}

/** Formats a table as plain text in columns: numbers are aligned right. */
export function tableToText(table: TableLike, caption?: string): string {
  const { columns, rowCount, rest } = formatColumns(table);
  const padded = columns.map(({ texts, isNumeric }) => {
    const width = Math.max(...texts.map(({ length }) => length));
    const [name, ...cells] = texts.map((text) => (isNumeric ? text.padStart(width) : text.padEnd(width)));
    return [name, '-'.repeat(width), ...cells];
  });
  const lines = Array.from({ length: rowCount + 2 }, (_, at) => padded.map((texts) => texts[at]).join('  '));
  return [...(caption ? [caption, ''] : []), ...lines.map((line) => line.trimEnd()), rest]
    .join('\n')
    .trimEnd();
}

/** Formats each column: its name, then the cells of the shown rows. */
function formatColumns({ columns: names, values, index = [] }: TableLike) {
  const all = values as CellValue[][];
  const isNamed = index.some((name) => typeof name === 'string');
  const rows = all.slice(0, MAX_ROWS).map((row, at) => (isNamed ? [String(index[at]), ...row] : row));
  const columns = (isNamed ? ['', ...names] : names).map((name, column) => {
    const cells = rows.map((row) => row[column]);
    const isWhole = cells.every((cell) => !Number.isFinite(cell) || Number.isInteger(cell));
    const digits = isWhole ? 0 : name.includes('%') ? 2 : 3;
    // A column is numeric if it has numbers and, apart from gaps, nothing else.
    const isNumeric =
      cells.some((cell) => typeof cell === 'number') &&
      cells.every((cell) => typeof cell === 'number' || isGap(cell));
    return { texts: [name, ...cells.map((cell) => formatCell(cell, digits))], isNumeric };
  });
  const rest =
    all.length > MAX_ROWS ? `and ${(all.length - MAX_ROWS).toLocaleString('en-US')} more rows` : '';
  return { columns, rowCount: rows.length, rest };
}

const isGap = (cell: CellValue): boolean => cell === null || cell === undefined || Number.isNaN(cell);

function formatCell(cell: CellValue, digits: number): string {
  if (isGap(cell)) return '–';
  if (typeof cell !== 'number') return String(cell);
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
