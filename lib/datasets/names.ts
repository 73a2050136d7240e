import { EMOTIONS, type Emotion, FER2013_EMOTIONS, isEmotion, type Numbering } from '../core/emotions';
import type { Side } from '../core/record';
import { optionName } from './options';

const EMOTIONS_BY_NUMBER: Readonly<Record<Numbering, readonly Emotion[]>> = { fer2013: FER2013_EMOTIONS };

/** Other names of the expressions, as data sets have them. */
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

const SIDES_BY_NAME: ReadonlyMap<string, Side> = new Map([
  ['train', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
]);

/** Names that {@link readSideName} knows. */
export const SIDE_NAMES: readonly string[] = [...SIDES_BY_NAME.keys()];

/**
 * Reads the name of a class, in any case, or its number.
 * @param numbered whose numbers; default: a number is no name
 * @returns undefined for a name that is not known
 */
export function readClassName(name: string, numbered?: Numbering): Emotion | 'contempt' | undefined {
  const text = name.trim().toLowerCase();
  if (isEmotion(text)) return text;
  if (numbered && isNumber(text)) return EMOTIONS_BY_NUMBER[numbered][Number(text)];
  return ALIASES.get(text);
}

/**
 * Reads the name of an official side, in any case.
 * @returns undefined for a name that is not known
 */
export function readSideName(name: string): Side | undefined {
  return SIDES_BY_NAME.get(name.trim().toLowerCase());
}

/** Tells whether a class is named by a number. */
export function isNumber(name: string): boolean {
  return /^\d+$/.test(name.trim());
}

/**
 * Says which names of classes are not known, all at once, and what to do.
 * @param what has the names, such as `class folders`
 * @param setting what the user set the data to
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
