import { unexpected } from './errors';
import { EMOTIONS, type Emotion } from './emotions';
import { groupBy } from './group-by';
import { createRandom } from './random';
import type { FrameRecord, SplitPart } from './record';

/** Names of the splits into one training, one validation and one test set. */
export const SPLIT_NAMES = ['frames', 'clips', 'characters', 'official'] as const;

/** Name of a split protocol. */
export type SplitName = (typeof SPLIT_NAMES)[number];

/** The protocol with one fold per person: {@link leaveOneCharacterOut}. */
export const LEAVE_ONE_PERSON_OUT = 'leave-one-person-out';

/** Values of an experiment's split setting: one split, or folds. */
export const SPLIT_SETTINGS = [...SPLIT_NAMES, LEAVE_ONE_PERSON_OUT] as const;

/** One of {@link SPLIT_SETTINGS}. */
export type SplitSetting = (typeof SPLIT_SETTINGS)[number];

/** A split: the positions of each part's frames in the list of records, ascending. */
export interface Split {
  readonly name: SplitName;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Share of the frames, clips or characters in the training set. Source: the original's 80 %. */
export const TRAIN_SHARE = 0.8;

/** Without an official validation set, one in this many official training images becomes a validation image. */
const VALIDATION_STEP = 10;

/** Smallest cell that is split on its own; smaller ones are pooled, since 80 % of one image rounds down to none. */
const FEWEST_OF_CELL = 10;

/** The function that makes each split. */
const SPLITTERS: Readonly<Record<SplitName, (records: readonly FrameRecord[], seed: number) => Split>> = {
  frames: splitByFrame,
  clips: splitByClip,
  characters: splitByCharacter,
  official: splitOfficially,
};

/**
 * Splits a data set.
 * @param name `frames`: the original's protocol, at random within each character and expression; neighbouring frames
 *   of a clip may be in different parts. `clips`: whole clips. `characters`: whole characters. `official`: the split of
 *   the data set's authors; without an official validation set, a tenth of each expression's training images.
 * @param seed the same seed gives the same split
 * @throws RangeError when the data set has no clips, no official split or too few groups, and for
 *   `leave-one-person-out`, which is not a single split
 */
export function splitRecords(records: readonly FrameRecord[], name: SplitSetting, seed: number): Split {
  return SPLITTERS[expectOneSplit(name)](records, seed);
}

/**
 * Checks that a setting names one split into training, validation and test set.
 * @throws RangeError for `leave-one-person-out`, with the commands that accept it
 */
export function expectOneSplit(name: SplitSetting): SplitName {
  if (name !== LEAVE_ONE_PERSON_OUT) return name;
  throw new RangeError(
    `Expected one of ${SPLIT_NAMES.join(', ')} for SPLIT or --split but received ${name}, which trains once a person: ` +
      '`npx . evaluate --folds ARCHITECTURE` does that, and `SPLIT=leave-one-person-out npx . report`',
  );
}

/**
 * Makes the leave-one-character-out folds. Each character is the test set once. The next character in alphabetical
 * order is the validation set; after the last comes the first.
 * @throws RangeError with fewer than 3 characters
 */
export function leaveOneCharacterOut(
  records: readonly FrameRecord[],
): (Split & { readonly character: string })[] {
  const characters = listCharacters(records);
  return characters.map((character, index) => {
    const validation = characters[(index + 1) % characters.length];
    const partOf = (record: FrameRecord): SplitPart =>
      record.character === character ? 'test' : record.character === validation ? 'validation' : 'train';
    return { character, ...collect('characters', records, partOf) };
  });
}

/** Returns the expressions that occur in the data set but not in one part of its split. */
export function missingExpressions(
  split: Split,
  records: readonly FrameRecord[],
  part: SplitPart,
): Emotion[] {
  const present = new Set(split[part].map((index) => records[index].emotion));
  const all = new Set(records.map(({ emotion }) => emotion));
  return EMOTIONS.filter((emotion) => all.has(emotion) && !present.has(emotion));
}

/**
 * The original's split: 80 % of each cell (character and expression) to training; each other image to validation or
 * test with equal chance. Cells of fewer than ten images are pooled by expression: 80 % to training, the others to
 * validation and test alternately.
 */
function splitByFrame(records: readonly FrameRecord[], seed: number): Split {
  const parts = new Map<FrameRecord, SplitPart>();
  const small: FrameRecord[] = [];
  for (const [cell, members] of groupBy(records, cellOf)) {
    if (members.length < FEWEST_OF_CELL) {
      small.push(...members);
      continue;
    }
    const random = createRandom(seed, 'split by frame', cell);
    const trainCount = Math.floor(members.length * TRAIN_SHARE);
    random.shuffle(members).forEach((record, position) => {
      const part = random.next() < 0.5 ? 'validation' : 'test';
      parts.set(record, position < trainCount ? 'train' : part);
    });
  }
  for (const [emotion, members] of groupBy(small, (record) => record.emotion)) {
    const trainCount = Math.round(members.length * TRAIN_SHARE);
    const shuffled = createRandom(seed, 'split of small cells', emotion).shuffle(members);
    shuffled.forEach((record, position) => {
      const part = (position - trainCount) % 2 === 0 ? 'validation' : 'test';
      parts.set(record, position < trainCount ? 'train' : part);
    });
  }
  return collect('frames', records, (record) => parts.get(record)!);
}

function splitByClip(records: readonly FrameRecord[], seed: number): Split {
  const parts = new Map<string, SplitPart>();
  for (const [cell, members] of groupBy(records, cellOf)) {
    const clips = [...new Set(members.map(clipOf))].sort();
    expectGroups(clips.length, `clips of ${cell.replace('\0', ' ')}`);
    assignGroups(createRandom(seed, 'split by clip', cell).shuffle(clips), parts);
  }
  return collect('clips', records, (record) => parts.get(clipOf(record))!);
}

function splitByCharacter(records: readonly FrameRecord[], seed: number): Split {
  const parts = new Map<string, SplitPart>();
  assignGroups(createRandom(seed, 'split by character').shuffle(listCharacters(records)), parts);
  return collect('characters', records, ({ character }) => parts.get(character)!);
}

function splitOfficially(records: readonly FrameRecord[], seed: number): Split {
  const split = collect('official', records, officialPartOf);
  for (const part of ['train', 'test'] as const)
    if (split[part].length === 0) throw unexpected(`${part} images`, 'the official split', 'none');
  if (split.validation.length > 0) return split;
  const train = split.train.map((index) => records[index]);
  const held = takeTenth(train, seed);
  if (held.size === 0)
    throw unexpected(
      'validation images, or 2 images of an expression to take one from,',
      'the official split',
      `${train.length} in train`,
    );
  return collect('official', records, (record) => (held.has(record) ? 'validation' : officialPartOf(record)));
}

/** Takes a tenth of each expression's images at random, at least one of every expression with two images or more. */
function takeTenth(train: readonly FrameRecord[], seed: number): Set<FrameRecord> {
  const groups = [...groupBy(train, ({ emotion }) => emotion)].filter(([, { length }]) => length >= 2);
  return new Set(
    groups.flatMap(([emotion, members]) =>
      createRandom(seed, 'official validation', emotion)
        .shuffle(members)
        .filter((_, position) => position % VALIDATION_STEP === 0),
    ),
  );
}

/**
 * Assigns about 80 % of the groups to training, and at least one each to validation and test.
 * @param parts receives the part of each group
 */
function assignGroups(shuffled: readonly string[], parts: Map<string, SplitPart>): void {
  const held = Math.max(2, Math.round(shuffled.length * (1 - TRAIN_SHARE)));
  const validationCount = Math.floor(held / 2);
  shuffled.forEach((group, position) => {
    parts.set(group, position < validationCount ? 'validation' : position < held ? 'test' : 'train');
  });
}

function collect(
  name: SplitName,
  records: readonly FrameRecord[],
  partOf: (record: FrameRecord) => SplitPart,
): Split {
  const split = { name, train: [] as number[], validation: [] as number[], test: [] as number[] };
  records.forEach((record, index) => split[partOf(record)].push(index));
  return split;
}

function cellOf({ character, emotion }: FrameRecord): string {
  return `${character}\0${emotion}`;
}

function clipOf(record: FrameRecord): string {
  if (record.clip !== undefined) return `${cellOf(record)}\0${record.clip}`;
  throw unexpected('a clip', record.path, 'none: this data set names no clips');
}

function officialPartOf({ path, side }: FrameRecord): SplitPart {
  if (side) return side;
  throw unexpected('an official side', path, 'none: this data set has no sides, take another SPLIT');
}

function listCharacters(records: readonly FrameRecord[]): string[] {
  const characters = [...new Set(records.map(({ character }) => character))].sort();
  expectGroups(characters.length, 'characters');
  return characters;
}

function expectGroups(count: number, what: string): void {
  if (count < 3) throw unexpected(`at least 3 ${what}`, 'the split', count);
}
