import { escapeMarkup } from './svg';

/** What a cell holds. */
export type CellValue = string | number | boolean | null | undefined;

/** A table as it is formatted: danfo's DataFrame has this form. */
export interface TableLike {
  readonly columns: readonly string[];
  /** Row by row. */
  readonly values: unknown;
  /** Names of the rows; they are shown where one is a text, as those of `describe()` are. */
  readonly index?: readonly unknown[];
}

/** A table is shown up to this row: a notebook with all rows of a data set would weigh megabytes. */
const MAX_ROWS = 50;

/** How a table is shown. */
export interface TableFormat {
  /** A line above the table. */
  readonly caption?: string;
  /** Digits after the point in columns that hold other than integers; default 3, in columns of percent 2. */
  readonly decimals?: number;
}

/** Tells whether a value has the form of a danfo DataFrame. */
export function isTable(value: unknown): value is TableLike {
  if (typeof value !== 'object' || value === null) return false;
  const { columns, values } = value as Partial<TableLike>;
  return Array.isArray(columns) && Array.isArray(values);
}

/**
 * Writes a table as HTML that JupyterLab, VS Code and GitHub show alike: numbers stand right, all text is escaped.
 * @param table a danfo DataFrame, or columns and values
 */
export function tableToHtml(table: TableLike, format: TableFormat = {}): string {
  const { columns, cells, isNumeric, left } = formatCells(table, format);
  // GitHub drops styles and keeps `align`; JupyterLab's own style sheet overrules `align`.
  const cell = (tag: string, text: string, column: number) => {
    const side = isNumeric[column] ? 'right' : 'left';
    const style = `text-align:${side};font-variant-numeric:tabular-nums;padding:3px 10px`;
    return `<${tag} align="${side}" style="${style}">${escapeMarkup(text)}</${tag}>`;
  };
  const row = (tag: string, texts: readonly string[]) =>
    `<tr>${texts.map((text, column) => cell(tag, text, column)).join('')}</tr>`;
  const { caption } = format;
  const head = caption
    ? `<caption style="text-align:left;font-weight:bold;padding:4px 10px">${escapeMarkup(caption)}</caption>`
    : '';
  const body = cells.map((texts) => row('td', texts)).join('\n');
  const rest = left ? `\n<p>${left}</p>` : '';
  return `<table>${head}\n<thead>${row('th', columns)}</thead>\n<tbody>\n${body}\n</tbody></table>${rest}`;
}

/** Writes a table as plain text in columns: numbers stand right. */
export function tableToText(table: TableLike, format: TableFormat = {}): string {
  const { columns, cells, isNumeric, left } = formatCells(table, format);
  const widths = columns.map((name, column) =>
    Math.max(name.length, ...cells.map((texts) => texts[column].length)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) =>
        isNumeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  const { caption } = format;
  const lines = [...(caption ? [caption, ''] : []), line(columns), rule, ...cells.map(line), left];
  return lines.join('\n').trimEnd();
}

function formatCells(table: TableLike, { decimals }: TableFormat) {
  const { columns, rows, left } = withRowNames(table);
  const byColumn = columns.map((_, column) => rows.map((row) => row[column]));
  const isNumeric = byColumn.map(isNumberColumn);
  const digits = byColumn.map((cells, column) => {
    if (cells.every((cell) => typeof cell !== 'number' || !Number.isFinite(cell) || Number.isInteger(cell)))
      return 0;
    return decimals ?? (columns[column].includes('%') ? 2 : 3);
  });
  const cells = rows.map((row) => columns.map((_, column) => formatCell(row[column], digits[column])));
  return { columns, cells, isNumeric, left };
}

/** Cuts a long table, and puts the names of its rows in front where they say something. */
function withRowNames({ columns, values, index = [] }: TableLike) {
  const all = values as CellValue[][];
  const rows = all.slice(0, MAX_ROWS);
  const left =
    all.length > MAX_ROWS ? `and ${(all.length - MAX_ROWS).toLocaleString('en-US')} more rows` : '';
  if (!index.some((name) => typeof name === 'string')) return { columns, rows, left };
  return { columns: ['', ...columns], rows: rows.map((row, at) => [String(index[at]), ...row]), left };
}

/** A column counts as numeric when it holds a number and otherwise nothing but gaps. */
function isNumberColumn(cells: readonly CellValue[]): boolean {
  return (
    cells.some((cell) => typeof cell === 'number') &&
    cells.every((cell) => typeof cell === 'number' || isGap(cell))
  );
}

function isGap(cell: CellValue): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell);
}

function formatCell(cell: CellValue, digits: number): string {
  if (isGap(cell)) return '–';
  if (typeof cell !== 'number') return String(cell);
  return cell.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
