import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { findNearDuplicates, hashFaces } from '../core/perceptual-hash';
import type { FrameRecord } from '../core/record';
import { SPLIT_NAMES, splitRecords } from '../core/split';
import { countAssumed } from '../faces/detector/usual-landmarks';
import { facesOfSplit } from './faces-of-split';

/** Numbers of frames of a character or an expression. */
export interface GroupCount {
  readonly name: string;
  readonly frames: number;
  /** Number of frames with a found face. */
  readonly found: number;
}

/** Number of test faces with a near-duplicate in the training set; or the reason why the split does not exist. */
type SplitDuplicates =
  | { readonly split: string; readonly test: number; readonly duplicates: number }
  | { readonly split: string; readonly reason: string };

/** Result of an audit. */
export interface Audit {
  readonly frames: number;
  readonly characters: readonly GroupCount[];
  readonly emotions: readonly GroupCount[];
  /** Numbers of frames by character (rows, in the order of `characters`) and expression (columns, in the ids' order). */
  readonly cells: readonly (readonly number[])[];
  /** Numbers of frames without blocks, by kind of the reason. */
  readonly missed: Readonly<Record<string, number>>;
  /** Number of cropped faces with assumed landmarks. */
  readonly assumed: number;
  /** Number of faces with a near-duplicate in the data set. */
  readonly duplicates: number;
  readonly splits: readonly SplitDuplicates[];
  /** Contrast of each face: the smaller standard deviation of the grey levels of its two blocks. */
  readonly contrast: Float32Array;
  /** Positions of the faces with the lowest contrast, ascending. */
  readonly worst: readonly number[];
}

/** Number of listed faces. */
const WORST = 24;

const AREA = BLOCK_SIZE * BLOCK_SIZE;

/**
 * Audits a preprocessed data set: counts, near-duplicates across splits, contrast.
 * @param seed seed of the splits
 */
export function auditBlocks(blocks: BlockSet, seed: number): Audit {
  const records = [...blocks.records, ...blocks.skipped.map(({ record }) => record)];
  const hashes = hashFaces(blocks);
  const all = blocks.records.map((_, face) => face);
  const contrast = Float32Array.from(all, (face) =>
    Math.min(deviationOf(blocks.eyes, face), deviationOf(blocks.mouth, face)),
  );
  const characters = countGroups(records, blocks.records, ({ character }) => character);
  return {
    frames: records.length,
    characters,
    emotions: countGroups(records, blocks.records, ({ emotion }) => emotion),
    cells: characters.map(({ name }) =>
      EMOTIONS.map((emotion) =>
        countWhere(records, (one) => one.character === name && one.emotion === emotion),
      ),
    ),
    missed: Object.fromEntries(
      countGroups(blocks.skipped, [], ({ kind }) => kind).map(({ name, frames }) => [name, frames]),
    ),
    assumed: countAssumed(blocks.detectors ?? []),
    duplicates: countFound(findNearDuplicates(hashes, all, all)),
    splits: SPLIT_NAMES.map((split) => duplicatesOf(split, { records, blocks, hashes, seed })),
    contrast,
    worst: [...all].sort((one, other) => contrast[one] - contrast[other]).slice(0, WORST),
  };
}

function countGroups<T>(all: readonly T[], found: readonly T[], groupOf: (one: T) => string): GroupCount[] {
  const names = [...new Set(all.map(groupOf))].sort();
  const count = (some: readonly T[], name: string) => countWhere(some, (one) => groupOf(one) === name);
  return names.map((name) => ({ name, frames: count(all, name), found: count(found, name) }));
}

function countWhere<T>(some: readonly T[], isOne: (one: T) => boolean): number {
  return some.reduce((count, one) => count + (isOne(one) ? 1 : 0), 0);
}

function duplicatesOf(
  split: (typeof SPLIT_NAMES)[number],
  of: {
    readonly records: readonly FrameRecord[];
    readonly blocks: BlockSet;
    readonly hashes: Uint32Array;
    readonly seed: number;
  },
): SplitDuplicates {
  if (split === 'clips' && of.records.every(({ clip }) => clip === undefined))
    return { split, reason: 'the data set names no clips' };
  if (split === 'official' && of.records.every(({ side }) => side === undefined))
    return { split, reason: 'the data set has no official sides' };
  try {
    const { train, test } = facesOfSplit(splitRecords(of.records, split, of.seed), of.records, of.blocks);
    const near = findNearDuplicates(of.hashes, test.faces, train.faces);
    return { split, test: test.faces.length, duplicates: countFound(near) };
  } catch (error) {
    // With too few characters or clips the split does not exist; the audit reports that.
    if (error instanceof RangeError) return { split, reason: error.message };
    throw error;
  }
}

function countFound(near: Int32Array): number {
  return near.reduce((count, other) => count + (other >= 0 ? 1 : 0), 0);
}

function deviationOf(blocks: Uint8Array, face: number): number {
  const block = blocks.subarray(AREA * face, AREA * (face + 1));
  const mean = block.reduce((sum, level) => sum + level, 0) / block.length;
  return Math.sqrt(block.reduce((sum, level) => sum + (level - mean) ** 2, 0) / block.length);
}
