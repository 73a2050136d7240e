import { Command, Option } from 'commander';
import { LEAVE_ONE_PERSON_OUT } from '../core/split';
import { croppedOption } from './cropped';
import { addTrainingOptions, experimentOf, type ExperimentFlags } from './experiment';
import { numberBetween } from './number';
import { numberedOption } from './reader';

interface EvaluateFlags extends ExperimentFlags {
  readonly data?: string;
  readonly numbered?: string;
  readonly side?: 'train' | 'validation' | 'test' | 'all';
  readonly cropped?: boolean;
  readonly model?: string;
  readonly against?: string;
  readonly abstainBelow?: number;
  readonly by?: string;
  readonly format: 'text' | 'json';
  readonly output?: string;
  readonly folds?: string;
  readonly predictions?: string;
  readonly queue?: string;
}

/** Options of training; they are refused without --folds. */
const FOLDS_ONLY = ['predictions', 'queue', 'epochs', 'seed', 'batchSize', 'learningRate', 'margin'] as const;

/** `evaluate`: how well a model does on labelled images, or which of two does better. */
export const evaluateCommand = new Command('evaluate')
  .description('measure a model on labelled images, or compare two on the same ones')
  .option(
    '--data <folder>',
    "FERG-DB's layout, class folders or a table of labels; default FERG_DIR, IMAGES_DIR, DATASET_DIR or the sample",
  )
  .addOption(numberedOption())
  .addOption(croppedOption())
  .addOption(
    new Option('--side <side>', 'official side to score; default: test, where the data have sides').choices([
      'train',
      'validation',
      'test',
      'all',
    ]),
  )
  .option('-m, --model <file>', 'model file, or face-api; default: the project’s own')
  .option('--against <file>', 'a second model file, or face-api')
  .option(
    '--abstain-below <probability>',
    'less likely answers are `unsure` (default 0.5)',
    numberBetween(0, 1),
  )
  .option(
    '--by <column>',
    'also score each group of a column of the table of labels, of `person` or of `side`',
  )
  .addOption(
    new Option('-f, --format <format>', 'how figures are written').choices(['text', 'json']).default('text'),
  )
  .option(
    '-o, --output <file>',
    'write to a file, whole or not at all, or to a device or pipe; default: standard output, which - is too',
  )
  .addOption(
    new Option(
      '--folds <architecture>',
      'leave one person out (leave-one-subject-out): train a network (Combined, Compact, TerGat, ResidualBlocks, ResidualBlocksAndFace) once for each person, and test it on that person',
    ).conflicts(['model', 'against', 'abstainBelow', 'side', 'by']),
  )
  .option('--predictions <file>', "with --folds: write all folds' predictions as one CSV table")
  .option('--queue <url>', 'with --folds: give the folds to workers by a queue on Redis, redis://host:6379')
  .addHelpText(
    'after',
    `
--epochs, --seed, --batch-size, --learning-rate and --margin are for --folds only; EPOCHS, SEED and the like set them too. A
command with --folds that was stopped goes on when it is called again. Workers of the queue are started by
npx . preprocess --worker redis://host:6379, on machines that share this project's data/cache at the same path.

Class folders: <emotion>/* or <person>/<emotion>/*, with anger, disgust, fear, joy, neutral, sadness, surprise, or
angry, happy, sad and the like; a table of labels: a CSV file with path and label (data/README.md).

--by gives accuracy, recall by class and calibration error of each group with intervals, and the largest difference.

Exit status: 0 all was measured, 1 an error, 2 wrong usage, 130 after Ctrl-C, and nothing is written then.

Example: how do the project's own model and face-api's do on your photographs?
  npx . evaluate --data my-photos --against face-api
Example: how does a network do on people that it never saw?
  npx . evaluate --data my-people --folds Combined --predictions predictions.csv
Example: is the model as good for each age in a table of path, label, person and age?
  npx . evaluate --data labels.csv --by age`,
  )
  .action(async ({ model, against, ...flags }: EvaluateFlags, command: Command) => {
    if (flags.folds !== undefined) return evaluateFolds(flags.folds, flags);
    const stray = FOLDS_ONLY.find((name) => flags[name] !== undefined);
    if (stray)
      command.error(`error: Expected --folds beside --${toFlag(stray)} but received none`, { exitCode: 2 });
    if (process.env.SPLIT === LEAVE_ONE_PERSON_OUT)
      throw new RangeError(
        `Expected --folds ARCHITECTURE beside SPLIT=${LEAVE_ONE_PERSON_OUT} but received none`,
      );
    const { runEvaluate } = await import('../commands/evaluate');
    const models = against === undefined ? [model] : [model, against];
    if (await runEvaluate({ ...flags, models })) return;
    process.stderr.write('Stopped before the last image: nothing was written.\n');
    process.exitCode = 130;
  });

addTrainingOptions(evaluateCommand);

async function evaluateFolds(architecture: string, flags: EvaluateFlags): Promise<void> {
  const { data, numbered, cropped, format, output, predictions, queue } = flags;
  const { SPLIT } = process.env;
  if (SPLIT && SPLIT !== LEAVE_ONE_PERSON_OUT)
    throw new RangeError(
      `Expected no SPLIT beside --folds, which leaves one person out, but received ${SPLIT}`,
    );
  const { evaluateFolds: run } = await import('../commands/folds');
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  const experiment = experimentOf(flags);
  const keepsBatchSize = flags.batchSize !== undefined || Boolean(process.env.BATCH_SIZE);
  const settings = { architecture, experiment, keepsBatchSize, queue };
  if (await run({ data, numbered, cropped, ...settings, format, output, predictions, print })) return;
  process.stderr.write('Stopped before the last fold: nothing was written; the same command goes on.\n');
  process.exitCode = 130;
}

/** Writes an option's name as it is typed. */
function toFlag(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
