import { createRandom } from '../../core/random';
import type { FrameRecord } from '../../core/record';
import { leaveOneCharacterOut, splitRecords, type Split, type SplitName } from '../../core/split';
import type { CharacterSet } from './character-sets';
import type { DevelopmentShares } from './sizes';

/** The split protocols, from the easiest to the hardest. */
export const PROTOCOLS = ['frames', 'clips', 'characters'] as const;

/** One of {@link PROTOCOLS}. */
export type Protocol = (typeof PROTOCOLS)[number];

/** Display names of the split protocols. */
export const PROTOCOL_NAMES = {
  frames: 'frames (the original)',
  clips: 'clips',
  characters: 'characters',
  growth: 'development characters',
  unseen: 'final characters',
} as const;

/** Numbers of generated training characters of the learning curve. */
export const TRAINING_COUNTS = [6, 12, 25, 50, 100] as const;

/** Id of a split in jobs and files. */
export type SplitId =
  | `${'frames' | 'clips'}-${1 | 2}`
  | `character-${string}`
  | `growth-${(typeof TRAINING_COUNTS)[number]}`
  | 'final-original'
  | 'final';

/** A split of the evidence; its positions refer to the joined records of all sets. */
export interface EvidenceSplit extends Split {
  readonly id: SplitId;
  /** `growth`: splits of the learning curve; `unseen`: the final characters are the test set. */
  readonly protocol: keyof typeof PROTOCOL_NAMES;
  /** Number of generated training characters; undefined outside of `growth`. */
  readonly trainingCharacters?: number;
}

/** All splits by id. */
export type EvidenceSplits = ReadonlyMap<SplitId, EvidenceSplit>;

/** Records and their sets of characters. */
interface SplitRecords {
  readonly records: readonly FrameRecord[];
  readonly setOf: (record: FrameRecord) => CharacterSet;
}

/** Lists the splits of a protocol. */
export function splitsOf(splits: EvidenceSplits, protocol: EvidenceSplit['protocol']): EvidenceSplit[] {
  return [...splits.values()].filter((split) => split.protocol === protocol);
}

/** Adds the protocol of its id to a split. */
export function describeSplit(id: SplitId, split: Split): EvidenceSplit {
  const trainingCharacters = TRAINING_COUNTS.find((count) => id === `growth-${count}`);
  if (trainingCharacters) return { ...split, id, protocol: 'growth', trainingCharacters };
  const isUnseen = id === 'final' || id === 'final-original';
  return { ...split, id, protocol: isUnseen ? 'unseen' : (split.name as Protocol) };
}

/**
 * Creates all splits of the evidence.
 * - `frames-N`, `clips-N`: the six characters, with seed N
 * - `character-NAME`: the six characters, one left out
 * - `growth-N`: training on N development characters, test on other development characters and the six
 * - `final`: test on the final characters, without a training set, for models that are trained elsewhere
 * - `final-original`: training as in `frames-1`, test on the final characters
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
  // One random order: a larger training set contains the smaller ones.
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
