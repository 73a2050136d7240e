import { type Command, Option } from 'commander';
import { type Experiment, readExperiment } from '../core/experiment';
import { SPLIT_SETTINGS } from '../core/split';
import type { SplitSetting } from '../core/split';
import { numberBetween } from './number';

/** Settings of an experiment as flags give them; what they leave out comes from the environment. */
export type ExperimentFlags = Partial<
  Pick<Experiment, 'epochs' | 'seed' | 'batchSize' | 'learningRate' | 'clipsPerCell' | 'framesPerClip'>
> & { readonly split?: SplitSetting; readonly margin?: number };

const whole = (least: number) => numberBetween(least, 1_000_000, { isWhole: true });

/** Adds the flags of all of an experiment's settings to a command. */
export function addExperimentOptions(command: Command): Command {
  const split = new Option(
    '--split <name>',
    'how images are dealt to training, validation and test; leave-one-person-out is for `evaluate --folds`',
  );
  return addTrainingOptions(command.addOption(split.choices([...SPLIT_SETTINGS])))
    .option('--clips-per-cell <count>', 'clips drawn of each character and expression (default 10)', whole(1))
    .option('--frames-per-clip <count>', 'frames drawn of each clip (default 4)', whole(1));
}

/** Adds the flags of the settings that preprocessing and training have. */
export function addTrainingOptions(command: Command): Command {
  return command
    .option('--epochs <count>', 'times that training goes through all images (default 15)', whole(1))
    .option('--seed <integer>', 'of split, weights, batches and dropout (default 1)', whole(0))
    .option(
      '--batch-size <count>',
      'images a step (default 64; 128 for the Residual networks; smaller on little data)',
      whole(1),
    )
    .option('--learning-rate <rate>', "Adam's (default 0.001)", numberBetween(1e-9, 1))
    .option('--margin <pixels>', 'around each box (default 10)', whole(0));
}

/**
 * Completes flags by the environment's settings and the defaults.
 * @throws RangeError when the environment holds a value that is none
 */
export function experimentOf(flags: ExperimentFlags): Experiment {
  const base = readExperiment(process.env);
  const { split = base.split, margin = base.marginPx } = flags;
  return {
    ...base,
    split,
    marginPx: margin,
    epochs: flags.epochs ?? base.epochs,
    seed: flags.seed ?? base.seed,
    batchSize: flags.batchSize ?? base.batchSize,
    learningRate: flags.learningRate ?? base.learningRate,
    clipsPerCell: flags.clipsPerCell ?? base.clipsPerCell,
    framesPerClip: flags.framesPerClip ?? base.framesPerClip,
  };
}
