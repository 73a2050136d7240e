import fs from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../files/project';

/**
 * Formats a Markdown table.
 * @param header one text per column
 * @param rows cells in the columns' order
 * @param alignment one letter per column: `l` left, `r` right; default all left
 * @returns lines without a newline at the end
 */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  alignment = 'l'.repeat(header.length),
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = Array.from(alignment, (letter) => (letter === 'r' ? '---:' : '---'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** Formats an integer with commas between thousands: `1,680`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/**
 * Replaces the text between `<!-- name -->` and `<!-- /name -->`.
 * @throws RangeError when one of the two marks is missing
 */
export function replaceSection(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start)
    throw new RangeError(`Expected ${open} and ${close} in the text but received none`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${text.slice(end)}`;
}

/**
 * Replaces a section of a committed text, as {@link replaceSection} does.
 * @param file path from the project's folder
 */
export function replaceSectionIn(file: string, name: string, content: string): void {
  const absolute = path.join(projectRoot(), file);
  fs.writeFileSync(absolute, replaceSection(fs.readFileSync(absolute, 'utf8'), name, content));
}
