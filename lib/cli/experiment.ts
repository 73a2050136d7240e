import { type Command, Option } from 'commander';
import { type Experiment, limitBatchSize, readExperiment } from '../core/experiment';
import { SPLIT_SETTINGS, type SplitSetting, TRAIN_SHARE } from '../core/split';
import { numberBetween } from './number';

/** Settings of an experiment as flags; the environment gives what they leave out. */
export type ExperimentFlags = Partial<
  Pick<Experiment, 'epochs' | 'seed' | 'batchSize' | 'learningRate' | 'clipsPerCell' | 'framesPerClip'>
> & { readonly split?: SplitSetting; readonly margin?: number };

const whole = (least: number) => numberBetween(least, 1_000_000, { isWhole: true });

/** Adds the flags of the settings that preprocessing and training have. */
export function addTrainingOptions(command: Command): Command {
  return command
    .option('--epochs <count>', 'passes over all training images (default 15)', whole(1))
    .option('--seed <integer>', 'seed of split, weights, batches and dropout (default 1)', whole(0))
    .option(
      '--batch-size <count>',
      'images per step (default 64; 128 for the Residual networks; smaller on little data)',
      whole(1),
    )
    .option('--learning-rate <rate>', "Adam's learning rate (default 0.001)", numberBetween(1e-9, 1))
    .option('--margin <pixels>', 'margin around each box (default 10)', whole(0));
}

/** Adds the flag of the split. */
export function addSplitOption(command: Command): Command {
  const split = new Option(
    '--split <name>',
    'how images are divided into training, validation and test; leave-one-person-out is for `npx . evaluate --folds`',
  );
  return command.addOption(split.choices([...SPLIT_SETTINGS]));
}

/** Adds the flags of the size of a drawn sample. */
export function addSampleOptions(command: Command): Command {
  return command
    .option('--clips-per-cell <count>', 'clips of each character and expression (default 10)', whole(1))
    .option('--frames-per-clip <count>', 'frames of each clip (default 4)', whole(1));
}

/**
 * Completes flags by the environment's settings and the defaults.
 * @throws RangeError when the environment holds an invalid value
 */
export function experimentOf({ margin, ...flags }: ExperimentFlags): Experiment {
  const base = readExperiment(process.env);
  return {
    ...base,
    split: flags.split ?? base.split,
    marginPx: margin ?? base.marginPx,
    epochs: flags.epochs ?? base.epochs,
    seed: flags.seed ?? base.seed,
    batchSize: flags.batchSize ?? base.batchSize,
    learningRate: flags.learningRate ?? base.learningRate,
    clipsPerCell: flags.clipsPerCell ?? base.clipsPerCell,
    framesPerClip: flags.framesPerClip ?? base.framesPerClip,
  };
}

/** Tells whether the user chose the batch size; otherwise it is reduced on little data. */
export function hasOwnBatchSize({ batchSize }: ExperimentFlags): boolean {
  return batchSize !== undefined || Boolean(process.env.BATCH_SIZE);
}

/**
 * Reduces the batch size where few faces are left for training, and says so.
 * @param found number of faces in all
 */
export function fitBatch(experiment: Experiment, found: number, print: (line: string) => void): Experiment {
  const batchSize = limitBatchSize(experiment.batchSize, Math.floor(TRAIN_SHARE * found));
  if (batchSize < experiment.batchSize)
    print(`Batches of ${batchSize} images, because there are few; --batch-size or BATCH_SIZE sets another.`);
  return { ...experiment, batchSize };
}
