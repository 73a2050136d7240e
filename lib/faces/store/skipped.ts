import type { SkippedFrame } from '../../core/blocks';
import { toCsv } from '../../core/csv';

/**
 * Writes skipped frames as a CSV table (RFC 4180) with the columns path, kind and reason.
 * @returns text with a header, a line per frame and CRLF line ends; fields with commas, quotes or line breaks are quoted
 */
export function toSkippedCsv(skipped: readonly SkippedFrame[]): string {
  return toCsv([['path', 'kind', 'reason']]) + toSkippedRows(skipped);
}

/** Writes skipped frames as lines of such a table. */
export function toSkippedRows(skipped: readonly SkippedFrame[]): string {
  return toCsv(skipped.map(({ record, kind, reason }) => [record.path, kind, reason]));
}
