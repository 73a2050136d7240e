import { EMOTIONS, type Emotion, FER2013_EMOTIONS, isEmotion, type Numbering } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord, SplitPart } from '../core/record';
import type { LabelRule } from '../core/votes';

/** A data set: its folder, and one record per image. */
export interface Dataset {
  /** Name in reports. */
  readonly name: string;
  /** Whether this project drew the faces. Results on drawn faces are never compared with published results. */
  readonly synthetic: boolean;
  /** Absolute path of the folder that the records' paths are relative to. */
  readonly directory: string;
  /** Sorted by path. */
  readonly records: readonly FrameRecord[];
  /** True landmarks by the record's path, [68, 2] as x and y in pixels, when known. */
  readonly trueLandmarks?: ReadonlyMap<string, Float32Array>;
  /** Whether the images are cropped faces. They are used whole, without a face detector. */
  readonly cropped?: boolean;
  /** Whether the blocks' margin is the same number of pixels for faces of any size, as in the original on FERG-DB. */
  readonly fixedMargin?: boolean;
  /** Images with votes to which the chosen rule gives no label. They are not records, but some protocols count them. */
  readonly unlabelled?: readonly Pick<FrameRecord, 'path' | 'side' | 'votes'>[];
  /** Notes for the user, such as the number of images left out. */
  readonly notes?: readonly string[];
}

/**
 * Marks a data set's images as cropped faces. The margin then scales with the face.
 * @param cropped false leaves the data set unchanged
 */
export function markCropped<D extends Dataset>(dataset: D, cropped: boolean): D {
  return cropped ? { ...dataset, cropped: true, fixedMargin: false } : dataset;
}

/** Options of readers; each reader uses some. */
export interface OpenOptions {
  /** The mapping file of the reader `mapping`. */
  readonly mapping?: string;
  /** Label rule of data sets with votes; default `strict`. */
  readonly labels?: LabelRule;
  /** Data set whose numbering gives the meaning of class names that are numbers; default: these are an error. */
  readonly numbered?: Numbering;
  /** Name of the user's option or variable for the folder, for messages; default `DIR`. */
  readonly setting?: string;
}

/** An option that only some readers accept. */
export type ReaderOption = 'mapping' | 'labels' | 'numbered';

/**
 * Returns an option's name as the user types it.
 * @param setting as in {@link OpenOptions}; if it is a variable, such as `DATASET_DIR`, options are variables too
 */
export function optionName(option: ReaderOption | 'dataset', setting = 'DIR'): string {
  if (!/^[A-Z]+_DIR$/.test(setting)) return `--${option}`;
  return option === 'dataset' ? 'DATASET' : `DATASET_${option.toUpperCase()}`;
}

/**
 * Checks that a reader found records.
 * @param expected description of the records, for the message
 * @throws RangeError when there are none
 */
export function expectRecords<R>(records: R[], expected: string, setting: string, root: string): R[] {
  if (records.length === 0) throw unexpected(expected, setting, `${root} with none`);
  return records;
}

/** Makes a note with a number, unless it is 0. @param text follows the number */
export function noteCount(count: number, text: string): string[] {
  return count > 0 ? [`${count} ${text}`] : [];
}

/** Names of the expressions in data sets, other than our own. */
const SYNONYMS: Readonly<Record<Exclude<Emotion, 'neutral'> | 'contempt', readonly string[]>> = {
  anger: ['angry'],
  disgust: ['disgusted'],
  fear: ['afraid', 'fearful'],
  joy: ['happy', 'happiness', 'joyful'],
  sadness: ['sad'],
  surprise: ['surprised'],
  contempt: ['contempt', 'contemptuous'],
};

/** Names of the parts of an official split, for messages. */
export const PART_NAMES = 'train, validation, valid, val, test';

/**
 * Reads a class name, in any letter case, or a class number.
 * @param numbered numbering of class numbers; default: numbers are unknown names
 * @returns undefined for an unknown name
 */
export function readClassName(name: string, numbered?: Numbering): Emotion | 'contempt' | undefined {
  const text = name.trim().toLowerCase();
  if (isEmotion(text)) return text;
  if (numbered && isNumber(text)) return FER2013_EMOTIONS[Number(text)];
  const entry = Object.entries(SYNONYMS).find(([, names]) => names.includes(text));
  return entry?.[0] as Emotion | 'contempt' | undefined;
}

/**
 * Reads the name of a part of an official split, one of {@link PART_NAMES} in any letter case.
 * @returns undefined for an unknown name
 */
export function readPartName(name: string): SplitPart | undefined {
  const text = name.trim().toLowerCase();
  if (text === 'train' || text === 'test') return text;
  return ['validation', 'valid', 'val'].includes(text) ? 'validation' : undefined;
}

/** Returns whether a class name is a number. */
export function isNumber(name: string): boolean {
  return /^\d+$/.test(name.trim());
}

/**
 * Makes the error for unknown class names. It lists all names and says what to do.
 * @param what the things with these names, such as `class folders`
 */
export function unknownNames(what: string, names: readonly string[], setting: string): RangeError {
  const found = [...new Set(names)].sort();
  const option = optionName('numbered', setting);
  const typed = option.startsWith('--') ? `${option} fer2013` : `${option}=fer2013`;
  const hint = found.every(isNumber)
    ? `numbers differ between data sets: ${typed} takes 0 to 6 for ${FER2013_EMOTIONS.join(', ')}; others are read by a mapping file`
    : 'other names are read by a mapping file';
  return unexpected(
    `${what} named ${EMOTIONS.join(', ')}, or angry, happy, sad and the like,`,
    setting,
    `${found.join(', ')}; ${hint} (data/README.md)`,
  );
}
