import { unexpected } from './errors';
import { SPLIT_SETTINGS } from './split';
import type { SplitSetting } from './split';

/** All settings that determine an experiment's result. */
export interface Experiment {
  /** Seed of the split, the weights, the order of the samples and the dropout masks. */
  readonly seed: number;
  readonly split: SplitSetting;
  /** Pixels by which a block's box grows on each side. */
  readonly marginPx: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Number of clips of each character and expression in the drawn sample. */
  readonly clipsPerCell: number;
  /** Number of frames of each clip in the drawn sample. */
  readonly framesPerClip: number;
  /** Total number of frames in the drawn sample; when given, it is used in place of `clipsPerCell`. */
  readonly sampleFrames?: number;
}

/** The defaults, each with its source. */
export const DEFAULT_EXPERIMENT: Experiment = {
  seed: 1, // ours: the original has no seed
  split: 'frames', // the original's
  marginPx: 10, // the original's report; its code uses 30
  epochs: 15, // ours, to keep the run short; the original trains 50
  batchSize: 64, // the original's
  learningRate: 1e-3, // the original's
  clipsPerCell: 10, // ours: 6 characters x 7 expressions x 10 clips x 4 frames = 1,680
  framesPerClip: 4,
};

/** The environment variables that {@link readExperiment} reads, and the setting that each one changes. */
export const EXPERIMENT_VARIABLES = {
  SEED: 'seed',
  SPLIT: 'split',
  MARGIN: 'marginPx',
  EPOCHS: 'epochs',
  BATCH_SIZE: 'batchSize',
  LEARNING_RATE: 'learningRate',
  CLIPS_PER_CELL: 'clipsPerCell',
  FRAMES_PER_CLIP: 'framesPerClip',
  SAMPLE_FRAMES: 'sampleFrames',
} as const satisfies Record<string, keyof Experiment>;

/** The variables of {@link EXPERIMENT_VARIABLES} that set the size of the drawn sample; other data ignore them. */
export const SAMPLE_VARIABLES = ['CLIPS_PER_CELL', 'FRAMES_PER_CLIP', 'SAMPLE_FRAMES'] as const;

/** The environment variables that name a data set's folder, in place of the drawn sample. At most one may be set. */
export const FOLDER_VARIABLES = ['FERG_DIR', 'IMAGES_DIR', 'DATASET_DIR'] as const;

/**
 * Variables for `DATASET_DIR`: the data set's reader, the mapping file of the reader `mapping`, FER+'s label rule, and
 * the numbering of classes that are named by numbers. The numbering also applies to `IMAGES_DIR`.
 */
export const READER_VARIABLES = ['DATASET', 'DATASET_MAPPING', 'DATASET_LABELS', 'DATASET_NUMBERED'] as const;

/**
 * Reads from `CROPPED=1` whether each picture is a cropped face. Cropped faces are used whole, without a face detector.
 * @param environment such as `process.env`; an empty value counts as unset
 * @returns false when unset: the data set's reader then decides
 * @throws RangeError for any other value
 */
export function readCropped(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment.CROPPED;
  if (!value || value === '1') return value === '1';
  throw unexpected('1 or nothing', 'CROPPED', value);
}

/**
 * Reads an experiment's settings from the environment; unset variables have the default.
 * @param environment such as `process.env`; an empty value counts as unset
 * @throws RangeError that names the variable, the values that it accepts, and the received value
 */
export function readExperiment(environment: Readonly<Record<string, string | undefined>>): Experiment {
  const settings: Record<string, number | string> = { ...DEFAULT_EXPERIMENT };
  for (const [variable, setting] of Object.entries(EXPERIMENT_VARIABLES)) {
    const value = environment[variable];
    if (value)
      settings[setting] = setting === 'split' ? readSplit(value) : readNumber(variable, setting, value);
  }
  return settings as unknown as Experiment;
}

function readSplit(value: string): SplitSetting {
  if ((SPLIT_SETTINGS as readonly string[]).includes(value)) return value as SplitSetting;
  throw unexpected(`one of ${SPLIT_SETTINGS.join(', ')}`, 'SPLIT', value);
}

function readNumber(variable: string, setting: string, value: string): number {
  const number = Number(value);
  if (setting === 'learningRate') {
    if (number > 0 && number < 1) return number;
    throw unexpected('a number between 0 and 1', variable, value);
  }
  const least = setting === 'seed' || setting === 'marginPx' ? 0 : 1;
  if (Number.isInteger(number) && number >= least) return number;
  throw unexpected(`an integer of at least ${least}`, variable, value);
}

/**
 * Reduces the batch size for small data sets. With only two steps per epoch, a network predicts the most frequent
 * expression for every face even after all epochs.
 * @param batchSize the size for large data sets
 * @param faces number of training faces
 * @returns 8 to batchSize, or batchSize when that is below 8
 */
export function limitBatchSize(batchSize: number, faces: number): number {
  const [fewestSteps, smallestBatch] = [8, 8];
  return Math.min(batchSize, Math.max(smallestBatch, Math.floor(faces / fewestSteps)));
}
