import { escapeMarkup } from './svg';

/** What a cell holds. */
export type CellValue = string | number | boolean | null | undefined;

/** A table as it is formatted: danfo's DataFrame has this form. */
export interface TableLike {
  readonly columns: readonly string[];
  /** Row by row. */
  readonly values: unknown;
}

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
  const { columns, cells, isNumeric } = formatCells(table, format);
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
  return `<table>${head}\n<thead>${row('th', columns)}</thead>\n<tbody>\n${body}\n</tbody></table>`;
}

/** Writes a table as plain text in columns: numbers stand right. */
export function tableToText(table: TableLike, format: TableFormat = {}): string {
  const { columns, cells, isNumeric } = formatCells(table, format);
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
  return [...(caption ? [caption, ''] : []), line(columns), rule, ...cells.map(line)].join('\n');
}

function formatCells({ columns, values }: TableLike, { decimals }: TableFormat) {
  const rows = values as CellValue[][];
  const byColumn = columns.map((_, column) => rows.map((row) => row[column]));
  const isNumeric = byColumn.map(isNumberColumn);
  const digits = byColumn.map((cells, column) => {
    if (cells.every((cell) => typeof cell !== 'number' || !Number.isFinite(cell) || Number.isInteger(cell)))
      return 0;
    return decimals ?? (columns[column].includes('%') ? 2 : 3);
  });
  const cells = rows.map((row) => columns.map((_, column) => formatCell(row[column], digits[column])));
  return { columns, cells, isNumeric };
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
