import { EMOTIONS, type Emotion, FER2013_EMOTIONS, isEmotion, type Numbering } from '../core/emotions';
import type { SplitPart } from '../core/record';
import { optionName } from './options';

const EMOTIONS_BY_NUMBER: Readonly<Record<Numbering, readonly Emotion[]>> = { fer2013: FER2013_EMOTIONS };

/** Alternative names of the expressions in data sets. */
const ALIASES: ReadonlyMap<string, Emotion | 'contempt'> = new Map([
  ['angry', 'anger'],
  ['disgusted', 'disgust'],
  ['afraid', 'fear'],
  ['fearful', 'fear'],
  ['happy', 'joy'],
  ['happiness', 'joy'],
  ['joyful', 'joy'],
  ['sad', 'sadness'],
  ['surprised', 'surprise'],
  ['contempt', 'contempt'],
  ['contemptuous', 'contempt'],
]);

const PARTS_BY_NAME: ReadonlyMap<string, SplitPart> = new Map([
  ['train', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
]);

/** Names that {@link readPartName} accepts. */
export const PART_NAMES: readonly string[] = [...PARTS_BY_NAME.keys()];

/**
 * Reads a class name, in any letter case, or a class number.
 * @param numbered numbering of class numbers; default: numbers are unknown names
 * @returns undefined for an unknown name
 */
export function readClassName(name: string, numbered?: Numbering): Emotion | 'contempt' | undefined {
  const text = name.trim().toLowerCase();
  if (isEmotion(text)) return text;
  if (numbered && isNumber(text)) return EMOTIONS_BY_NUMBER[numbered][Number(text)];
  return ALIASES.get(text);
}

/**
 * Reads the name of a part of an official split, in any letter case.
 * @returns undefined for an unknown name
 */
export function readPartName(name: string): SplitPart | undefined {
  return PARTS_BY_NAME.get(name.trim().toLowerCase());
}

/** Returns whether a class name is a number. */
export function isNumber(name: string): boolean {
  return /^\d+$/.test(name.trim());
}

/**
 * Makes the error for unknown class names. It lists all names and says what to do.
 * @param what what has the names, such as `class folders`
 * @param setting name of the user's option or variable for the data
 */
export function unknownNames(what: string, names: readonly string[], setting: string): RangeError {
  const found = [...new Set(names)].sort();
  const hint = found.every(isNumber) ? numbersHint(setting) : 'other names are read by a mapping file';
  return new RangeError(
    `Expected ${what} named ${EMOTIONS.join(', ')}, or angry, happy, sad and the like, for ${setting} but received ${found.join(', ')}; ${hint} (data/README.md)`,
  );
}

function numbersHint(setting: string): string {
  const name = optionName('numbered', setting);
  const option = name.startsWith('--') ? `${name} fer2013` : `${name}=fer2013`;
  return `numbers differ between data sets: ${option} takes 0 to 6 for ${FER2013_EMOTIONS.join(', ')}; others are read by a mapping file`;
}
