import { createRandom } from '../../core/random';
import type { FrameRecord } from '../../core/record';
import { leaveOneCharacterOut, splitRecords, type Split, type SplitName } from '../../core/split';
import type { EvidenceSet } from './data';

/** Numbers of generated characters in training whose accuracy on unseen ones is measured. */
export const GROWTH = [6, 12, 25, 50, 100] as const;

/** How the development characters are dealt: the first train, the next choose the epoch, the last are asked. */
export interface DevelopmentShares {
  readonly train: number;
  readonly validation: number;
}

/** Records with the set that each is of. */
export interface SplitRecords {
  readonly records: readonly FrameRecord[];
  readonly setOf: (record: FrameRecord) => EvidenceSet;
}

/**
 * Makes all splits of the evidence, by name: positions in the joined records.
 * - `frames-N`, `clips-N`: of the six characters, with seed N
 * - `character-NAME`: of the six, leaving one out
 * - `growth-N`: N development characters in training, other development ones and the six hand-made ones asked
 * - `final`: nothing in training, the final set asked: for a model that was trained elsewhere
 * - `final-original`: as `frames-1`, the final set asked
 */
export function buildSplits(data: SplitRecords, shares: DevelopmentShares): Map<string, Split> {
  const splits = new Map<string, Split>();
  for (const seed of [1, 2]) {
    for (const name of ['frames', 'clips'] as const)
      splits.set(`${name}-${seed}`, splitSix(data, name, seed));
  }
  const six = positionsOf(data, 'six');
  for (const fold of leaveOneCharacterOut(six.map((position) => data.records[position])))
    splits.set(`character-${fold.character}`, toPositions(fold, six));
  if (positionsOf(data, 'development').length > 0) addGrowth(splits, data, shares);
  if (positionsOf(data, 'final').length > 0) addFinal(splits, data, shares);
  return splits;
}

function splitSix(data: SplitRecords, name: SplitName, seed: number): Split {
  const six = positionsOf(data, 'six');
  return toPositions(splitRecords(six.map((position) => data.records[position]), name, seed), six); // prettier-ignore
}

function addGrowth(splits: Map<string, Split>, data: SplitRecords, shares: DevelopmentShares): void {
  const { train, validation, test } = dealDevelopment(data, shares);
  for (const count of GROWTH.filter((number) => number <= shares.train)) {
    // Which characters are the few is drawn once; more of them contain the fewer.
    const chosen = new Set(createRandom(1, 'growth').shuffle(train).slice(0, count));
    splits.set(`growth-${count}`, {
      name: 'characters',
      train: ofCharacters(data, chosen),
      validation: ofCharacters(data, new Set(validation)),
      test: [...positionsOf(data, 'six'), ...ofCharacters(data, new Set(test))],
    });
  }
}

function addFinal(splits: Map<string, Split>, data: SplitRecords, shares: DevelopmentShares): void {
  const { validation } = dealDevelopment(data, shares);
  const asked = positionsOf(data, 'final');
  const original = splitSix(data, 'frames', 1);
  splits.set('final-original', { ...original, test: asked });
  splits.set('final', {
    name: 'characters',
    train: [],
    validation: ofCharacters(data, new Set(validation)),
    test: asked,
  });
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

function ofCharacters({ records }: SplitRecords, chosen: ReadonlySet<string>): number[] {
  return records.flatMap(({ character }, position) => (chosen.has(character) ? [position] : []));
}

function positionsOf({ records, setOf }: SplitRecords, set: EvidenceSet): number[] {
  return records.flatMap((record, position) => (setOf(record) === set ? [position] : []));
}

function toPositions({ name, train, validation, test }: Split, positions: readonly number[]): Split {
  const take = (side: readonly number[]) => side.map((index) => positions[index]);
  return { name, train: take(train), validation: take(validation), test: take(test) };
}
