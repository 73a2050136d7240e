import type { LabelRule } from '../core/votes';
import type { Numbering } from '../core/emotions';

/** Options for all readers. */
export interface OpenOptions {
  /** Folder where a reader may store converted images. */
  readonly cacheDirectory: string;
  /** The mapping file of the reader `mapping`. */
  readonly mapping?: string;
  /** Label rule of data sets with votes; default `strict`. */
  readonly labels?: LabelRule;
  /** Numbering of classes that are named by numbers; default: such classes are an error. */
  readonly numbered?: Numbering;
  /** Name of the user's option or variable for the folder, for messages. */
  readonly setting?: string;
}

/** Options that only some readers accept. */
export const READER_OPTIONS = ['mapping', 'labels', 'numbered'] as const;

/** One of {@link READER_OPTIONS}. */
export type ReaderOption = (typeof READER_OPTIONS)[number];

/**
 * Returns an option's name as the user types it.
 * @param setting name of the user's option or variable for the folder: after a variable, options are variables, too
 */
export function optionName(option: ReaderOption, setting = 'DIR'): string {
  return /^[A-Z]+_DIR$/.test(setting) ? `DATASET_${option.toUpperCase()}` : `--${option}`;
}
