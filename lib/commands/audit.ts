import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import { findDataset } from '../datasets/registry';
import { expectWritable, homePath } from '../files/project';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import { loadStore } from '../faces/store/store-file';
import { saveFigure } from '../figures/figures';
import { imageGrid } from '../figures/sheets';
import { type Audit, type GroupCount, auditBlocks } from '../study/audit';
import { type PreprocessCommandOptions, runPreprocess } from './preprocess';

/** Seed of the splits in which near-duplicates are looked for: the experiment's default. */
const SEED = 1;

/** Letters that a table's cell has at most. */
const MOST_IN_CELL = 120;

/**
 * Audits a data set's folder: preprocesses it and writes a datasheet, and a picture of the worst blocks, to
 * results/latest/audit.
 * @returns the datasheet's path
 * @throws what preprocessing throws
 */
export async function runAudit(directory: string, options: PreprocessCommandOptions): Promise<string> {
  const store = storeFolder(directory);
  // Before preprocessing checks it as what the user named by --out.
  expectWritable(store);
  const { file, records } = await runPreprocess(directory, { ...options, out: store });
  const blocks = withRecords(await loadStore(file), records);
  const audit = auditBlocks(blocks, SEED);
  const out = homePath('results', 'latest', 'audit');
  fs.mkdirSync(out, { recursive: true });
  if (audit.worst.length > 0) {
    const blockOf = (pixels: Uint8Array, face: number) => ({
      width: 32,
      height: 32,
      data: pixels.subarray(1024 * face, 1024 * face + 1024),
    });
    const items = audit.worst.flatMap((face, index) => [
      { image: blockOf(blocks.eyes, face), caption: `${index + 1} eyes` },
      { image: blockOf(blocks.mouth, face), caption: `${index + 1} mouth` },
    ]);
    await saveFigure(
      await imageGrid(items, { title: 'Blocks of least contrast', columns: 8, cellPx: 96 }),
      out,
      'worst',
    );
  }
  const sheet = path.join(out, 'datasheet.md');
  const { title, licence, access, content } = findDataset(options.dataset);
  fs.writeFileSync(
    sheet,
    formatDatasheet(audit, {
      records: blocks.records,
      title: `${path.basename(path.resolve(directory))}, read as ${title}`,
      licence,
      access,
      content,
    }),
  );
  options.print(`datasheet: ${path.relative('', sheet)}`);
  return sheet;
}

/** Puts the reader's records in the place of the store's, which have no official sides. */
function withRecords(blocks: BlockSet, records: readonly FrameRecord[]): BlockSet {
  const known = new Map(records.map((record) => [record.path, record]));
  const find = (record: FrameRecord) => known.get(record.path) ?? record;
  const skipped = blocks.skipped.map((frame) => ({ ...frame, record: find(frame.record) }));
  return { ...blocks, records: blocks.records.map(find), skipped };
}

/** Each folder has a store of its own, so that audits of two do not take each other's place. */
function storeFolder(directory: string): string {
  const absolute = path.resolve(directory);
  const hash = createHash('sha256').update(absolute).digest('hex').slice(0, 8);
  return homePath('data', 'stores', `audit-${path.basename(absolute)}-${hash}`);
}

/** What a datasheet tells beside the audit. */
export interface DatasheetSubject {
  readonly title: string;
  readonly content: string;
  readonly licence: string;
  readonly access: string;
  /** The faces that were audited, in the blocks' order. */
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
    'The least, numbered as in worst.png:',
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

/** Names and reasons may hold anything: shown as they are, in one line, and not as Markdown. */
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
