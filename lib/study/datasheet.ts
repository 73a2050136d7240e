import { EMOTIONS } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import type { Audit, GroupCount } from './audit';

/** Maximum number of letters in a table's cell. */
const MOST_IN_CELL = 120;

/** Facts of a datasheet beside the audit. */
export interface DatasheetSubject {
  readonly title: string;
  readonly content: string;
  readonly licence: string;
  readonly access: string;
  /** The audited faces, in the order of the blocks. */
  readonly records: readonly FrameRecord[];
}

/** Formats an audit as a datasheet in Markdown. */
export function formatDatasheet(audit: Audit, about: DatasheetSubject): string {
  const found = audit.characters.reduce((sum, group) => sum + group.found, 0);
  const assumed = describeAssumed(audit.assumed, found);
  const lines = audit.splits.map((one) =>
    'reason' in one
      ? [one.split, 'no such split', one.reason]
      : [one.split, `${one.duplicates} of ${one.test}`, percent(one.duplicates, one.test)],
  );
  return [
    `# Datasheet: ${about.title}`,
    `Content: ${about.content}. Licence: ${about.licence}. How to get it: ${about.access}.`,
    `${audit.frames} frames, ${found} with blocks (${percent(found, audit.frames)}).`,
    ...(assumed ? [assumed] : []),
    '## Frames by character and expression',
    table(
      ['character', ...EMOTIONS],
      audit.cells.map((row, index) => [audit.characters[index].name, ...row.map(String)]),
    ),
    '## Faces found',
    foundTable('character', audit.characters),
    foundTable('expression', audit.emotions),
    '## Frames without blocks',
    missedTable(audit.missed),
    '## Near-duplicates',
    `${audit.duplicates} faces have another whose hash of both blocks differs in at most 3 of 64 bits. Test faces with one in training:`,
    table(['split', 'test faces', ''], lines),
    '## Block quality',
    `Contrast (standard deviation of the grey levels of the weaker block): ${quantiles(audit.contrast)}.`,
    ...worstTable(audit, about.records),
    '',
  ].join('\n\n');
}

function worstTable({ worst, contrast }: Audit, records: readonly FrameRecord[]): string[] {
  if (worst.length === 0) return [];
  const rows = worst.map((face, index) => {
    const { path: file, character, emotion } = records[face];
    return [String(index + 1), file, character, emotion, contrast[face].toFixed(1)];
  });
  return [
    'The lowest contrasts, numbered as in worst.png:',
    table(['', 'picture', 'character', 'expression', 'contrast'], rows),
  ];
}

function missedTable(missed: Audit['missed']): string {
  const rows = Object.entries(missed).map(([kind, count]) => [kind, String(count)]);
  return rows.length === 0 ? 'None.' : table(['kind', 'frames'], rows);
}

function foundTable(label: string, groups: readonly GroupCount[]): string {
  const rows = groups.map(({ name, frames, found }) => [
    name,
    `${found} of ${frames}`,
    percent(found, frames),
  ]);
  return table([label, 'found', ''], rows);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => `| ${row.map(toCell).join(' | ')} |`;
  return [cells(header), cells(header.map(() => '---')), ...rows.map(cells)].join('\n');
}

/** Escapes a name or reason so that it is shown in one line, and not read as Markdown. */
function toCell(text: string): string {
  const letters = [...text.replace(/\s+/g, ' ').trim()];
  const short = letters.length > MOST_IN_CELL ? [...letters.slice(0, MOST_IN_CELL - 1), '…'] : letters;
  return short.join('').replace(/[\\`*_<>|[\]]/g, '\\$&');
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(2)} %`;
}

function quantiles(values: Float32Array): string {
  if (values.length === 0) return 'no faces';
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
  return `least ${at(0)}, a twentieth below ${at(0.05)}, median ${at(0.5)}`;
}
