/**
 * Writes a CSV table.
 * @param rows fields row by row, the header first
 * @returns text with CRLF line ends; fields with commas, quotes or line breaks are quoted
 * Source: RFC 4180.
 */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
