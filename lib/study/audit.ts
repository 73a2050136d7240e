import { BLOCK_SIZE, type BlockSet, countAssumed, describeAssumed } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { groupBy } from '../core/group-by';
import { mean } from '../core/intervals';
import { findNearDuplicates, hashFaces } from '../core/perceptual-hash';
import type { FrameRecord } from '../core/record';
import { SPLIT_NAMES, splitRecords } from '../core/split';
import { markdownTable } from './markdown';
import { facesOfSplit } from './evaluate-split';

/** Maximum number of low-contrast faces that are listed. */
const WORST = 24;

const AREA = BLOCK_SIZE * BLOCK_SIZE;

/** Result of {@link auditBlocks}. */
type Audit = ReturnType<typeof auditBlocks>;

/**
 * Audits a preprocessed data set: counts of frames and faces, near-duplicates across splits, contrast of the blocks.
 * @param seed seed of the splits
 */
export function auditBlocks(blocks: BlockSet, seed: number) {
  const records = [...blocks.records, ...blocks.skipped.map(({ record }) => record)];
  const hashes = hashFaces(blocks);
  const all = [...blocks.records.keys()];
  const contrast = Float32Array.from(all, (face) =>
    Math.min(deviationOf(blocks.eyes, face), deviationOf(blocks.mouth, face)),
  );
  const characters = countGroups(records, blocks.records, ({ character }) => character);
  const duplicatesAmong = (faces: readonly number[], others: readonly number[]) =>
    findNearDuplicates(hashes, faces, others).filter((other) => other >= 0).length;
  const auditSplit = (split: (typeof SPLIT_NAMES)[number]) => {
    if (split === 'clips' && records.every(({ clip }) => clip === undefined))
      return { split, reason: 'the data set names no clips' };
    if (split === 'official' && records.every(({ side }) => side === undefined))
      return { split, reason: 'the data set has no official sides' };
    try {
      const { train, test } = facesOfSplit(splitRecords(records, split, seed), records, blocks);
      return { split, test: test.faces.length, duplicates: duplicatesAmong(test.faces, train.faces) };
    } catch (error) {
      // With too few characters or clips the split does not exist; the audit reports that.
      if (error instanceof RangeError) return { split, reason: error.message };
      throw error;
    }
  };
  return {
    frames: records.length,
    characters,
    emotions: countGroups(records, blocks.records, ({ emotion }) => emotion),
    /** Numbers of frames by character (rows, in the order of `characters`) and expression (columns, in the ids' order). */
    cells: characters.map(({ name }) =>
      EMOTIONS.map(
        (emotion) => records.filter((one) => one.character === name && one.emotion === emotion).length,
      ),
    ),
    /** Numbers of frames without blocks, by kind of the reason. */
    missed: countGroups(blocks.skipped, [], ({ kind }) => kind),
    /** Number of cropped faces with assumed landmarks. */
    assumed: countAssumed(blocks.detectors ?? []),
    /** Number of faces with a near-duplicate in the data set. */
    duplicates: duplicatesAmong(all, all),
    /** Number of test faces with a near-duplicate in the training set, or the reason why the split does not exist. */
    splits: SPLIT_NAMES.map(auditSplit),
    /** Contrast of each face: the smaller standard deviation of the grey levels of its two blocks. */
    contrast,
    /** Positions of the faces with the lowest contrast, ascending. */
    worst: [...all].sort((one, other) => contrast[one] - contrast[other]).slice(0, WORST),
  };
}

/** Counts the frames of each group, and those with a found face; sorted by name. */
function countGroups<T>(all: readonly T[], found: readonly T[], groupOf: (one: T) => string) {
  const ofFound = groupBy(found, groupOf);
  return Array.from(groupBy(all, groupOf), ([name, { length: frames }]) => {
    return { name, frames, found: ofFound.get(name)?.length ?? 0 };
  }).sort((one, other) => (one.name < other.name ? -1 : 1));
}

function deviationOf(blocks: Uint8Array, face: number): number {
  const levels = [...blocks.subarray(AREA * face, AREA * (face + 1))];
  const middle = mean(levels);
  return Math.sqrt(mean(levels.map((level) => (level - middle) ** 2)));
}

/** Longer texts are cut to this many characters in a table's cell. */
const MOST_IN_CELL = 120;

/**
 * Formats an audit as a datasheet in Markdown.
 * @param about.records the audited faces, in the order of the blocks
 */
export function formatDatasheet(
  audit: Audit,
  about: Readonly<Record<'title' | 'content' | 'licence' | 'access', string>> & {
    readonly records: readonly FrameRecord[];
  },
): string {
  const { frames, characters, contrast } = audit;
  const found = characters.reduce((sum, group) => sum + group.found, 0);
  const assumed = describeAssumed(audit.assumed, found);
  const foundTable = (label: string, groups: Audit['characters']) =>
    table(
      [label, 'found', ''],
      groups.map((one) => [one.name, `${one.found} of ${one.frames}`, percent(one.found, one.frames)]),
    );
  const cells = audit.cells.map((row, index) => [characters[index].name, ...row]);
  const missed = audit.missed.map((one) => [one.name, one.frames]);
  const splits = audit.splits.map((one) =>
    one.reason !== undefined
      ? [one.split, 'no such split', one.reason]
      : [one.split, `${one.duplicates} of ${one.test}`, percent(one.duplicates, one.test)],
  );
  const worst = audit.worst.map((face, index) => {
    const { path: file, character, emotion } = about.records[face];
    return [index + 1, file, character, emotion, contrast[face].toFixed(1)];
  });
  return [
    `# Datasheet: ${about.title}`,
    `Content: ${about.content}. Licence: ${about.licence}. How to get it: ${about.access}.`,
    `${frames} frames, ${found} with blocks (${percent(found, frames)}).`,
    ...(assumed ? [assumed] : []),
    '## Frames by character and expression',
    table(['character', ...EMOTIONS], cells),
    '## Faces found',
    foundTable('character', characters),
    foundTable('expression', audit.emotions),
    '## Frames without blocks',
    missed.length === 0 ? 'None.' : table(['kind', 'frames'], missed),
    '## Near-duplicates',
    `${audit.duplicates} faces have a near-duplicate: another face whose hash of both blocks differs in at most 3 of 64 bits. Test faces with a near-duplicate in the training set:`,
    table(['split', 'test faces', ''], splits),
    '## Block quality',
    `Contrast (standard deviation of the grey levels of the weaker block): ${quantiles(contrast)}.`,
    ...(worst.length > 0 ? ['The lowest contrasts, numbered as in worst.png:'] : []),
    ...(worst.length > 0 ? [table(['', 'picture', 'character', 'expression', 'contrast'], worst)] : []),
    '',
  ].join('\n\n');
}

/** Formats a table; each cell is one line, with Markdown escaped. */
function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const toCell = (content: string | number) => {
    const letters = [...String(content).replace(/\s+/g, ' ').trim()];
    if (letters.length > MOST_IN_CELL) letters.splice(MOST_IN_CELL - 1, Infinity, '…');
    return letters.join('').replace(/[\\`*_<>|[\]]/g, '\\$&');
  };
  return markdownTable(
    header,
    rows.map((row) => row.map(toCell)),
  );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(2)} %`;
}

function quantiles(values: Float32Array): string {
  if (values.length === 0) return 'no faces';
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(1);
  return `minimum ${at(0)}, 5th percentile ${at(0.05)}, median ${at(0.5)}`;
}
