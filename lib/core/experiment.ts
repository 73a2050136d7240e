import { SPLIT_SETTINGS } from './split';
import type { SplitSetting } from './split';

/** All that decides an experiment's outcome. */
export interface Experiment {
  /** Seed of the split, the weights, the order of the batches and the dropout masks. */
  readonly seed: number;
  readonly split: SplitSetting;
  /** Pixels that a block's box grows by on each side. */
  readonly marginPx: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Clips that the sample has of each character and expression. */
  readonly clipsPerCell: number;
  /** Frames that the sample has of each clip. */
  readonly framesPerClip: number;
  /** Frames that the sample has in all, as many clips as that takes; undefined: clips times frames of each cell. */
  readonly sampleFrames?: number;
}

/** The defaults, each with its source. */
export const DEFAULT_EXPERIMENT: Experiment = {
  seed: 1, // ours: the original seeds nothing
  split: 'frames', // the original's
  marginPx: 10, // the original's report; its code has 30
  epochs: 15, // ours, for a short wait; the original's is 50
  batchSize: 64, // the original's
  learningRate: 1e-3, // the original's
  clipsPerCell: 10, // ours: 6 characters x 7 expressions x 10 clips x 4 frames = 1,680
  framesPerClip: 4,
};

/** The environment variables that {@link readExperiment} reads, and the setting that each stands for. */
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

/** Those of {@link EXPERIMENT_VARIABLES} that size the sample and mean nothing for other data. */
export const SAMPLE_VARIABLES = [
  'CLIPS_PER_CELL',
  'FRAMES_PER_CLIP',
  'SAMPLE_FRAMES',
] as const satisfies readonly (keyof typeof EXPERIMENT_VARIABLES)[];

/** The environment variables that name a data set's folder in place of the sample: one of them at most is set. */
export const FOLDER_VARIABLES = ['FERG_DIR', 'IMAGES_DIR', 'DATASET_DIR'] as const;

/**
 * What goes with `DATASET_DIR`: the data set's reader; for `mapping`, its mapping file; for FER+, the rule that labels
 * by votes; and whose numbers the classes have, which goes with `IMAGES_DIR` too.
 */
export const READER_VARIABLES = ['DATASET', 'DATASET_MAPPING', 'DATASET_LABELS', 'DATASET_NUMBERED'] as const;

/** The environment variable that {@link readCropped} reads. */
export const CROPPED_VARIABLE = 'CROPPED';

/**
 * Reads whether pictures are cropped faces, each whole one a face that no detector has to find: `CROPPED=1`.
 * @param environment such as `process.env`; an empty value counts as none
 * @returns false where nothing is said: then a data set's reader tells
 * @throws RangeError for another value
 */
export function readCropped(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment[CROPPED_VARIABLE];
  if (!value || value === '1') return value === '1';
  throw new RangeError(`Expected 1 or nothing for ${CROPPED_VARIABLE} but received ${value}`);
}

/**
 * Reads an experiment's settings: the defaults, with what the environment says instead.
 * @param environment such as `process.env`; an empty value counts as none
 * @throws RangeError that names the variable, what it takes and what it got
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
  throw new RangeError(`Expected one of ${SPLIT_SETTINGS.join(', ')} for SPLIT but received ${value}`);
}

function readNumber(variable: string, setting: string, value: string): number {
  const number = Number(value);
  if (setting === 'learningRate') {
    if (number > 0 && number < 1) return number;
    throw new RangeError(`Expected a number between 0 and 1 for ${variable} but received ${value}`);
  }
  const least = setting === 'seed' || setting === 'marginPx' ? 0 : 1;
  if (Number.isInteger(number) && number >= least) return number;
  throw new RangeError(`Expected an integer of at least ${least} for ${variable} but received ${value}`);
}

/** Steps that an epoch on little data should have, and the smallest batch: fewer than 64 faces have fewer steps. */
const [FEWEST_STEPS, SMALLEST_BATCH] = [8, 8];

/**
 * Reduces the batch size on little data. With two steps an epoch a network still answers the most frequent expression for
 * every face after all epochs.
 * @param batchSize the size on enough data
 * @param faces number of training faces
 * @returns 8 to batchSize, or batchSize where that is below 8
 */
export function fitBatchSize(batchSize: number, faces: number): number {
  return Math.min(batchSize, Math.max(SMALLEST_BATCH, Math.floor(faces / FEWEST_STEPS)));
}
