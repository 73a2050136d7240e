import { unexpected } from '../core/errors';
import { readExperiment } from '../core/experiment-settings';
import { SPLIT_PARTS, type SplitPart } from '../core/record';
import { LEAVE_ONE_PERSON_OUT } from '../core/split';
import type { Dataset } from '../datasets/dataset';
import { checkOutput, writeOutput } from '../files/write-file';
import { runStoppable } from '../notebook/stop';
import type { ModelEvaluation } from '../study/evaluate-models';
import {
  choice,
  chooseFormat,
  defineCommand,
  findGiven,
  followOnStderr,
  STOPPED,
  tell,
  text,
  type ValuesOf,
} from './command';
import { chooseExperiment, crossValidate, type FoldsRun, openLabelled, SHARED } from './experiment';

const FOLDS_OPTIONS = {
  predictions: text('--predictions <file>', 'with --folds: CSV table for the predictions of all folds'),
  queue: text('--queue <url>', 'with --folds: a queue on Redis whose workers run them, redis://host:6379'),
  ...SHARED.training,
};

const FORMATS = ['text', 'json'] as const;
const SIDES = [...SPLIT_PARTS, 'all'] as const;

const OPTIONS = {
  ...SHARED.data,
  side: choice(
    '--side <side>',
    'official side to score; default: test if the data have sides, else all',
    SIDES,
  ),
  ...SHARED.prediction,
  against: text('--against <file>', 'a second model file, or face-api'),
  by: text('--by <column>', 'also score each group: a column of the table of labels, `person` or `side`'),
  format: choice(
    '-f, --format <format>',
    'format of the figures; default: by the ending of --output, else text',
    FORMATS,
  ),
  folds: text(
    '--folds <architecture>',
    'leave one person out (leave-one-subject-out): train a network (Combined, Compact, TerGat, ResidualBlocks, ResidualBlocksAndFace) once per person, and test it on that person',
  ).conflicts(['model', 'against', 'abstainBelow', 'side', 'by']),
  ...FOLDS_OPTIONS,
};

type Values = ValuesOf<typeof OPTIONS>;

const HELP = `--epochs, --seed, --batch-size, --learning-rate and --margin require --folds; EPOCHS, SEED etc. set them too. The same
command continues folds that were stopped. \`npx . preprocess --worker redis://host:6379\` starts a worker of the queue, on
machines that share this project's data/cache at the same path.

Class folders: <emotion>/* or <person>/<emotion>/*, named anger, disgust, fear, joy, neutral, sadness, surprise, or
angry, happy, sad etc. Table of labels: a CSV file with the columns path and label (data/README.md).
--by reports accuracy, recall by class and calibration error of each group with intervals, and the largest difference.

Exit status: 0 all images were evaluated; 1 an error; 2 wrong usage; 130 after Ctrl-C, and nothing is written.

Examples:
  npx . evaluate --data my-photos --against face-api    # the project's model and face-api's on your photographs
  npx . evaluate --data my-people --folds Combined --predictions predictions.csv    # a network on unseen persons
  npx . evaluate --data labels.csv --by age             # accuracy for each age, a column of the table of labels`;

/** Defines `evaluate`. */
export const define = defineCommand({
  options: OPTIONS,
  help: HELP,
  async run(values, _, refuse) {
    const { SPLIT } = process.env;
    const { folds: architecture } = values;
    if (!architecture) {
      const stray = findGiven(FOLDS_OPTIONS, values);
      if (stray) return refuse(`Expected --folds with ${stray} but received none`);
      if (SPLIT === LEAVE_ONE_PERSON_OUT)
        throw new RangeError(`Expected --folds ARCHITECTURE with SPLIT=${SPLIT} but received none`);
      if (await evaluate(values)) return;
      tell('Stopped before the last image: nothing was written.');
      return STOPPED;
    }
    const only = 'no SPLIT with --folds, which leaves one person out,';
    if (SPLIT && SPLIT !== LEAVE_ONE_PERSON_OUT)
      throw new RangeError(`Expected ${only} but received ${SPLIT}`);
    const experiment = chooseExperiment(values);
    if (await evaluateFolds({ ...values, experiment, architecture, print: tell })) return;
    tell('Stopped before the last fold: nothing was written; the same command continues.');
    return STOPPED;
  },
});

/**
 * Evaluates one model on labelled images, or compares two image by image. Ctrl-C stops before the next image.
 * @returns false when it was stopped; nothing is written then
 * @throws RangeError when a model or the data cannot be used, or the data do not have the column
 */
export async function evaluate(values: Values): Promise<boolean> {
  const { model, against, abstainBelow, by, side, format, output } = values;
  const { loadPicturePredictor } = await import('../predict/predictor');
  const { findColumn } = await import('../study/evaluate-groups');
  const { compareEvaluations, evaluateModel, evaluationsToJson, evaluationsToText } =
    await import('../study/evaluate-models');
  checkOutput(output);
  const opened = await openLabelled(values, readExperiment(process.env));
  const column = by === undefined ? undefined : findColumn(opened, by);
  const dataset = chooseSide(opened, side ?? (column?.name === 'side' ? 'all' : undefined));
  const { cropped } = dataset;
  const evaluations: ModelEvaluation[] = [];
  const isWhole = await runStoppable('evaluation', async (shouldStop) => {
    for (const name of against === undefined ? [model] : [model, against]) {
      const predictor = await loadPicturePredictor({ model: name, abstainBelow, cropped, faces: 'largest' });
      const onProgress = followOnStderr(`Images (${predictor.classifier.name})`);
      const evaluation = await evaluateModel(predictor, dataset, { onProgress, shouldStop }).finally(() =>
        predictor.dispose(),
      );
      if (!evaluation) return false;
      evaluations.push(evaluation);
    }
    return true;
  });
  if (!isWhole) return false;
  const results = compareEvaluations(dataset, evaluations, column);
  const isJson = chooseFormat(FORMATS, format, output) === 'json';
  await writeOutput(output, isJson ? evaluationsToJson(results) : evaluationsToText(results));
  return true;
}

/**
 * Selects one official side of a data set, and adds it to the name.
 * @throws RangeError for a side without images
 */
export function chooseSide(dataset: Dataset, side?: SplitPart | 'all'): Dataset {
  const isOfficialSplit = dataset.records.every((record) => record.side);
  const chosen = side ?? (isOfficialSplit ? 'test' : 'all');
  if (chosen === 'all') return dataset;
  const records = dataset.records.filter((record) => record.side === chosen);
  if (records.length === 0)
    throw unexpected(`images of the ${chosen} side`, dataset.name, 'none: use --side all');
  return { ...dataset, name: `${dataset.name}, ${chosen} side`, records };
}

/**
 * Leaves one person out: trains and tests a network once per person of the data.
 * @returns false when it was stopped: nothing is written then, and the same call continues
 * @throws RangeError when the data, their persons or a setting cannot be used
 */
export async function evaluateFolds(request: Values & FoldsRun): Promise<boolean> {
  const { experiment, format, output, predictions } = request;
  const { findArchitecture } = await import('../model/architectures');
  const { foldsToJson, foldsToText, toPredictionsCsv } = await import('../study/folds/score-folds');
  findArchitecture(request.architecture);
  checkOutput(output);
  checkOutput(predictions, '--predictions');
  if (predictions !== undefined && predictions === output)
    throw unexpected('two files', '--output and --predictions', `${output} for both`);
  const done = await crossValidate(await openLabelled(request, experiment), request);
  if (!done) return false;
  if (predictions) await writeOutput(predictions, toPredictionsCsv(done.answers));
  const isJson = chooseFormat(FORMATS, format, output) === 'json';
  await writeOutput(output, isJson ? foldsToJson(done) : foldsToText(done));
  return true;
}
