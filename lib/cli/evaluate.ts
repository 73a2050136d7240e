import { Command, Option } from 'commander';
import { croppedOption } from './cropped';
import { numberBetween } from './number';
import { numberedOption } from './reader';

interface EvaluateFlags {
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
}

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
  ) // prettier-ignore
  .option(
    '--by <column>',
    'also score each group of a column of the table of labels, of `person` or of `side`',
  )
  .addOption(
    new Option('-f, --format <format>', 'how figures are written').choices(['text', 'json']).default('text'),
  ) // prettier-ignore
  .option('-o, --output <file>', 'write to a file, whole or not at all; default: standard output')
  .addHelpText(
    'after',
    `
Class folders: <emotion>/* or <person>/<emotion>/*, with anger, disgust, fear, joy, neutral, sadness, surprise, or
angry, happy, sad and the like; a table of labels: a CSV file with path and label (data/README.md).

--by gives accuracy, recall by class and calibration error of each group with intervals, and the largest difference.

Exit status: 0 all was measured, 1 an error, 2 wrong usage, 130 after Ctrl-C, and nothing is written then.

Example: how do the project's own model and face-api's do on your photographs?
  npx . evaluate --data my-photos --against face-api
Example: is the model as good for each age in a table of path, label, person and age?
  npx . evaluate --data labels.csv --by age`,
  )
  .action(async ({ model, against, ...flags }: EvaluateFlags) => {
    const { runEvaluate } = await import('../commands/evaluate');
    const models = against === undefined ? [model] : [model, against];
    if (await runEvaluate({ ...flags, models })) return;
    process.stderr.write('Stopped before the last image: nothing was written.\n');
    process.exitCode = 130;
  });
