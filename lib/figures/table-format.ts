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
  const { columns, cells, isNumeric, rest } = formatCells(table);
  // GitHub removes styles and keeps `align`; JupyterLab's style sheet overrides `align`.
  const cell = (tag: string, text: string, column: number) => {
    const side = isNumeric[column] ? 'right' : 'left';
    const style = `text-align:${side};font-variant-numeric:tabular-nums;padding:3px 10px`;
    return `<${tag} align="${side}" style="${style}">${escapeMarkup(text)}</${tag}>`;
  };
  const row = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text, column) => cell(tag, text, column)).join('')}</tr>`;
  const head = caption
    ? `<caption style="text-align:left;font-weight:bold;padding:4px 10px">${escapeMarkup(caption)}</caption>`
    : '';
  const body = cells.map((texts) => row('td', texts)).join('\n');
  const end = rest ? `\n<p>${rest}</p>` : '';
  return `<table>${head}\n<thead>${row('th', columns)}</thead>\n<tbody>\n${body}\n</tbody></table>${end}`;
}

/** Formats a table as plain text in columns: numbers are aligned right. */
export function tableToText(table: TableLike, caption?: string): string {
  const { columns, cells, isNumeric, rest } = formatCells(table);
  const widths = columns.map((name, column) =>
    Math.max(name.length, ...cells.map((texts) => texts[column].length)),
  );
  const pad = (text: string, column: number) =>
    isNumeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  const line = (texts: readonly string[]) => texts.map(pad).join('  ').trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const head = caption ? [caption, ''] : [];
  return [...head, line(columns), rule, ...cells.map(line), rest].join('\n').trimEnd();
}

function formatCells({ columns: names, values, index = [] }: TableLike) {
  const all = values as CellValue[][];
  const isNamed = index.some((name) => typeof name === 'string');
  const columns = isNamed ? ['', ...names] : names;
  const rows = all.slice(0, MAX_ROWS).map((row, at) => (isNamed ? [String(index[at]), ...row] : row));
  const byColumn = columns.map((_, column) => rows.map((row) => row[column]));
  const digits = byColumn.map((cells, column) => {
    const isWhole = cells.every((cell) => !Number.isFinite(cell) || Number.isInteger(cell));
    return isWhole ? 0 : columns[column].includes('%') ? 2 : 3;
  });
  return {
    columns,
    cells: rows.map((row) => columns.map((_, column) => formatCell(row[column], digits[column]))),
    isNumeric: byColumn.map(isNumberColumn),
    rest: all.length > MAX_ROWS ? `and ${(all.length - MAX_ROWS).toLocaleString('en-US')} more rows` : '',
  };
}

/** A column is numeric if it has numbers and, apart from gaps, nothing else. */
function isNumberColumn(cells: readonly CellValue[]): boolean {
  const isNumber = (cell: CellValue) => typeof cell === 'number';
  return cells.some(isNumber) && cells.every((cell) => isNumber(cell) || isGap(cell));
}

const isGap = (cell: CellValue): boolean => cell === null || cell === undefined || Number.isNaN(cell);

function formatCell(cell: CellValue, digits: number): string {
  if (isGap(cell)) return '–';
  if (typeof cell !== 'number') return String(cell);
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
