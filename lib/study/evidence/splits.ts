import { createRandom } from '../../core/random';
import { mapParts, type FrameRecord } from '../../core/record';
import { leaveOneCharacterOut, splitRecords, type Split } from '../../core/split';

/** The sets of characters in the order of their frames. */
export const CHARACTER_SETS = ['six', 'development', 'final'] as const;

/** One of {@link CHARACTER_SETS}. */
export type CharacterSet = (typeof CHARACTER_SETS)[number];

/** Returns the set of a frame: its path begins with the set's name. */
export function setOf({ path }: Pick<FrameRecord, 'path'>): CharacterSet {
  return path.slice(0, path.indexOf('/')) as CharacterSet;
}

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

/** A split of the evidence; its positions refer to the joined records of all sets. */
export interface EvidenceSplit extends Split {
  /** Id in jobs and files, see {@link buildSplits}. */
  readonly id: string;
  /** `growth`: splits of the learning curve; `unseen`: the final characters are the test set. */
  readonly protocol: keyof typeof PROTOCOL_NAMES;
  /** Number of generated training characters; undefined outside of `growth`. */
  readonly trainingCharacters?: number;
}

/** All splits by id. */
export type EvidenceSplits = ReadonlyMap<string, EvidenceSplit>;

/** Lists the splits of a protocol. */
export function splitsOf(splits: EvidenceSplits, protocol: EvidenceSplit['protocol']): EvidenceSplit[] {
  return [...splits.values()].filter((split) => split.protocol === protocol);
}

/** Adds the protocol of its id to a split. */
export function describeSplit(id: string, split: Split): EvidenceSplit {
  const trainingCharacters = TRAINING_COUNTS.find((count) => id === `growth-${count}`);
  const isUnseen = id === 'final' || id === 'final-original';
  const protocol = trainingCharacters ? 'growth' : isUnseen ? 'unseen' : (split.name as Protocol);
  return { ...split, id, protocol, trainingCharacters };
}

/**
 * Creates all splits of the evidence.
 * - `frames-N`, `clips-N`: the six characters, with seed N
 * - `character-NAME`: the six characters, one left out
 * - `growth-N`: training on N development characters, test on other development characters and the six
 * - `final`: test on the final characters, without a training set, for models that are trained elsewhere
 * - `final-original`: training as in `frames-1`, test on the final characters
 * @param shares numbers of development characters in training and validation set; the remaining ones are the test set
 */
export function buildSplits(
  records: readonly FrameRecord[],
  shares: { readonly train: number; readonly validation: number },
): EvidenceSplits {
  const [six, development, final] = CHARACTER_SETS.map((set) =>
    [...records.keys()].filter((position) => setOf(records[position]) === set),
  );
  const splits = new Map<string, EvidenceSplit>();
  const add = (id: string, split: Split) => splits.set(id, describeSplit(id, split));
  const sixRecords = six.map((position) => records[position]);
  const addOfSix = (id: string, split: Split) =>
    add(id, { name: split.name, ...mapParts(split, (part) => part.map((index) => six[index])) });
  for (const seed of [1, 2] as const)
    for (const name of ['frames', 'clips'] as const)
      addOfSix(`${name}-${seed}`, splitRecords(sixRecords, name, seed));
  for (const fold of leaveOneCharacterOut(sixRecords)) addOfSix(`character-${fold.character}`, fold);
  const names = [...new Set(development.map((position) => records[position].character))].sort();
  const ofCharacters = (chosen: readonly string[]) =>
    development.filter((position) => chosen.includes(records[position].character));
  const validation = ofCharacters(names.slice(shares.train, shares.train + shares.validation));
  if (development.length > 0) {
    // One random order: a larger training set contains the smaller ones.
    const shuffled = createRandom(1, 'growth').shuffle(names.slice(0, shares.train));
    const test = [...six, ...ofCharacters(names.slice(shares.train + shares.validation))];
    for (const count of TRAINING_COUNTS.filter((one) => one <= shares.train)) {
      const train = ofCharacters(shuffled.slice(0, count));
      add(`growth-${count}`, { name: 'characters', train, validation, test });
    }
  }
  if (final.length > 0) {
    add('final-original', { ...splits.get('frames-1')!, test: final });
    add('final', { name: 'characters', train: [], validation, test: final });
  }
  return splits;
}
