import { unexpected } from './errors';

/**
 * Writes a CSV table.
 * @param rows fields of each row; the header is the first row
 * @returns text with CRLF line ends; fields with commas, quotes or line breaks are quoted
 * Source: RFC 4180.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/**
 * Reads a CSV table.
 * @param text with line ends of any kind; quoted fields may contain separators, doubled quotes and line breaks
 * @param separator between fields, default a comma
 * @returns fields of each row, a header included; empty lines are left out
 * @throws RangeError with the row's number, for a quoted field that does not end or has text after its closing quote
 * Source: RFC 4180.
 */
export function parseCsv(text: string, separator: ',' | ';' | '\t' = ','): string[][] {
  const field = `(?:"([^"]*(?:""[^"]*)*)"|(?!")([^${separator}\\r\\n]*))`;
  const next = new RegExp(`${field}(${separator}|\\r\\n|\\r|\\n|$)`, 'y');
  const rows: string[][] = [];
  let row: string[] = [];
  while (next.lastIndex < text.length || row.length > 0) {
    const match = next.exec(text);
    if (!match) throw unexpected('a closing quote and a separator', `row ${rows.length + 1}`, 'neither');
    const [, quoted, plain, end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === separator) continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
