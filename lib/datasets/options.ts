import type { LabelRule } from '../core/votes';
import type { Numbering } from '../core/emotions';

/** What a reader may be told beside the folder. */
export interface OpenOptions {
  /** Where a reader may keep what it converts. */
  readonly cacheDirectory: string;
  /** The mapping file, for `mapping`. */
  readonly mapping?: string;
  /** Which images are records, for data sets with votes; default `strict`. */
  readonly labels?: LabelRule;
  /** Whose numbers classes that are named by numbers have; default: such classes are refused. */
  readonly numbered?: Numbering;
  /** What the user set the folder to, for messages. */
  readonly setting?: string;
}

/** Options that some readers take and others refuse. */
export const READER_OPTIONS = ['mapping', 'labels', 'numbered'] as const;

/** One of {@link READER_OPTIONS}. */
export type ReaderOption = (typeof READER_OPTIONS)[number];

/**
 * Names an option as the user types it.
 * @param setting what the user set the folder to: beside a variable, options are variables too
 */
export function optionName(option: ReaderOption, setting = 'DIR'): string {
  return /^[A-Z]+_DIR$/.test(setting) ? `DATASET_${option.toUpperCase()}` : `--${option}`;
}
