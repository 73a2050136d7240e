import { toCsv } from '../../core/csv';
import type { MissedFrame } from '../../core/blocks';

/** First line of a table of missed frames. */
export const SKIPPED_HEADER = toCsv([['path', 'kind', 'reason']]);

/**
 * Writes missed frames as a CSV table (RFC 4180) with the columns path, kind and reason.
 * @returns text with a header, a line a frame and CRLF line ends; fields with commas, quotes or line breaks are quoted
 */
export function toSkippedCsv(missed: readonly MissedFrame[]): string {
  return SKIPPED_HEADER + toSkippedRows(missed);
}

/** Writes missed frames as lines of such a table. */
export function toSkippedRows(missed: readonly MissedFrame[]): string {
  return toCsv(missed.map(({ record, kind, reason }) => [record.path, kind, reason]));
}
