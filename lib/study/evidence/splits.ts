import { createRandom } from '../../core/random';
import type { FrameRecord } from '../../core/record';
import { leaveOneCharacterOut, splitRecords, type Split, type SplitName } from '../../core/split';
import type { CharacterSet } from './character-sets';
import type { DevelopmentShares } from './sizes';

/** The split protocols that every model is compared under, easiest first. */
export const PROTOCOLS = ['frames', 'clips', 'characters'] as const;

/** One of {@link PROTOCOLS}. */
export type Protocol = (typeof PROTOCOLS)[number];

/** What the split protocols are called in tables and figures. */
export const PROTOCOL_NAMES = {
  frames: 'frames (the original)',
  clips: 'clips',
  characters: 'characters',
  growth: 'development characters',
  unseen: 'final characters',
} as const;

/** Numbers of generated characters in training whose accuracy on unseen ones is measured. */
export const TRAINING_COUNTS = [6, 12, 25, 50, 100] as const;

/** Identifies a split in jobs and files. */
export type SplitId =
  | `${'frames' | 'clips'}-${1 | 2}`
  | `character-${string}`
  | `growth-${(typeof TRAINING_COUNTS)[number]}`
  | 'final-original'
  | 'final';

/** A split of the evidence; positions are those of the joined records. */
export interface EvidenceSplit extends Split {
  readonly id: SplitId;
  /** The protocol; `growth`: a number of generated characters in training; `unseen`: the final characters are tested. */
  readonly protocol: keyof typeof PROTOCOL_NAMES;
  /** How many generated characters are in training; undefined outside of `growth`. */
  readonly trainingCharacters?: number;
}

/** All splits by their ids. */
export type EvidenceSplits = ReadonlyMap<SplitId, EvidenceSplit>;

/** Records with the set that each belongs to. */
export interface SplitRecords {
  readonly records: readonly FrameRecord[];
  readonly setOf: (record: FrameRecord) => CharacterSet;
}

/** Lists the splits of a protocol. */
export function splitsOf(splits: EvidenceSplits, protocol: EvidenceSplit['protocol']): EvidenceSplit[] {
  return [...splits.values()].filter((split) => split.protocol === protocol);
}

/** Adds to a split what its id says. */
export function describeSplit(id: SplitId, split: Split): EvidenceSplit {
  const trainingCharacters = TRAINING_COUNTS.find((count) => id === `growth-${count}`);
  if (trainingCharacters) return { ...split, id, protocol: 'growth', trainingCharacters };
  const isUnseen = id === 'final' || id === 'final-original';
  return { ...split, id, protocol: isUnseen ? 'unseen' : (split.name as Protocol) };
}

/**
 * Makes all splits of the evidence, by id.
 * - `frames-N`, `clips-N`: of the six characters, with seed N
 * - `character-NAME`: of the six, leaving one out
 * - `growth-N`: N development characters in training; other development ones and the six are tested
 * - `final`: nothing in training, the final set is tested: for a model that was trained elsewhere
 * - `final-original`: as `frames-1`, but the final set is tested
 */
export function buildSplits(data: SplitRecords, shares: DevelopmentShares): EvidenceSplits {
  const splits: [SplitId, Split][] = [];
  for (const seed of [1, 2] as const)
    for (const name of ['frames', 'clips'] as const)
      splits.push([`${name}-${seed}`, splitSix(data, name, seed)]);
  const six = positionsOf(data, 'six');
  for (const fold of leaveOneCharacterOut(six.map((position) => data.records[position])))
    splits.push([`character-${fold.character}`, toPositions(fold, six)]);
  if (positionsOf(data, 'development').length > 0) splits.push(...splitGrowth(data, shares));
  if (positionsOf(data, 'final').length > 0) splits.push(...splitFinal(data, shares));
  return new Map(splits.map(([id, split]) => [id, describeSplit(id, split)]));
}

function splitSix(data: SplitRecords, name: SplitName, seed: number): Split {
  const six = positionsOf(data, 'six');
  const records = six.map((position) => data.records[position]);
  return toPositions(splitRecords(records, name, seed), six);
}

function splitGrowth(data: SplitRecords, shares: DevelopmentShares): [SplitId, Split][] {
  const { train, validation, test } = dealDevelopment(data, shares);
  // Which characters are the few is drawn once; more of them contain the fewer.
  const shuffled = createRandom(1, 'growth').shuffle(train);
  return TRAINING_COUNTS.filter((count) => count <= shares.train).map((count) => [
    `growth-${count}`,
    {
      name: 'characters',
      train: ofCharacters(data, shuffled.slice(0, count)),
      validation: ofCharacters(data, validation),
      test: [...positionsOf(data, 'six'), ...ofCharacters(data, test)],
    },
  ]);
}

function splitFinal(data: SplitRecords, shares: DevelopmentShares): [SplitId, Split][] {
  const validation = ofCharacters(data, dealDevelopment(data, shares).validation);
  const test = positionsOf(data, 'final');
  return [
    ['final-original', { ...splitSix(data, 'frames', 1), test }],
    ['final', { name: 'characters', train: [], validation, test }],
  ];
}

function dealDevelopment(data: SplitRecords, shares: DevelopmentShares) {
  const positions = positionsOf(data, 'development');
  const names = [...new Set(positions.map((position) => data.records[position].character))].sort();
  return {
    train: names.slice(0, shares.train),
    validation: names.slice(shares.train, shares.train + shares.validation),
    test: names.slice(shares.train + shares.validation),
  };
}

function ofCharacters({ records }: SplitRecords, characters: readonly string[]): number[] {
  const chosen = new Set(characters);
  return records.flatMap(({ character }, position) => (chosen.has(character) ? [position] : []));
}

function positionsOf({ records, setOf }: SplitRecords, set: CharacterSet): number[] {
  return records.flatMap((record, position) => (setOf(record) === set ? [position] : []));
}

function toPositions({ name, train, validation, test }: Split, positions: readonly number[]): Split {
  const take = (side: readonly number[]) => side.map((index) => positions[index]);
  return { name, train: take(train), validation: take(validation), test: take(test) };
}
