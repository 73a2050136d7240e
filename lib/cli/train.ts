import { type BlockSet, countAssumed, describeAssumed, describeUnusable, NO_FACE } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { type Experiment, FOLDER_VARIABLES } from '../core/experiment-settings';
import { formatPercent, type TestScore } from '../core/metrics';
import { expectOneSplit, SPLIT_SETTINGS, splitRecords } from '../core/split';
import type { Dataset } from '../datasets/dataset';
import { checkOutput, saveWhole } from '../files/write-file';
import { runStoppable } from '../notebook/stop';
import {
  choice,
  defineCommand,
  findGiven,
  followOnStderr,
  integer,
  print,
  STOPPED,
  text,
  type ValuesOf,
} from './command';
import { chooseExperiment, fitBatch, openLabelled, SHARED } from './experiment';

const OPTIONS = {
  output: text('-o, --output <file>', 'model file to write, *.safetensors').needed(),
  architecture: text(
    '--architecture <name>',
    'Combined (the quickest of the accurate ones), Compact, TerGat (the original), ResidualBlocks or ResidualBlocksAndFace',
  ).or('Combined'),
  ...SHARED.data,
  generated: integer('--generated <count>', 'train on generated characters', 1, 1e5).conflicts([
    'data',
    'cropped',
  ]),
  split: choice(
    '--split <name>',
    'how images are divided into training, validation and test; leave-one-person-out is for `npx . evaluate --folds`',
    SPLIT_SETTINGS,
  ),
  ...SHARED.training,
  ...SHARED.sample,
};

/** Defines `train`. */
export const define = defineCommand({
  options: OPTIONS,
  help: `With fewer than 640 faces, batches are smaller than 64, unless --batch-size is given.
Ctrl-C ends training after the current batch; the same command continues after the last whole epoch.`,
  async run(values, _, refuse) {
    const { data, generated } = values;
    // The size of drawn characters says nothing about other data: a user who sets it expects fewer images.
    const stray = findGiven(SHARED.sample, values);
    const beside = data !== undefined ? '--data' : FOLDER_VARIABLES.find((name) => process.env[name]);
    if (stray !== undefined && beside !== undefined && generated === undefined)
      return refuse(
        `Expected no ${stray} with ${beside} (it is the size of drawn characters) but received one: omit one of them`,
      );
    return (await train(values, chooseExperiment(values), print)) ? 0 : STOPPED;
  },
});

/**
 * Trains a model and writes its file, whole or not at all. After Ctrl-C the same call continues.
 * @returns whether all epochs were trained
 * @throws Error or RangeError for settings or data that cannot be used
 */
export async function train(
  values: ValuesOf<typeof OPTIONS>,
  experiment: Experiment,
  print: (line: string) => void,
): Promise<boolean> {
  const { generated, architecture, output, batchSize } = values;
  const { findArchitecture } = await import('../model/architectures');
  const { encodeModel } = await import('../model/files/model-file');
  const { formatEpoch } = await import('../model/training/history');
  const { openGenerated, preprocessDataset } = await import('../study/open-dataset');
  const { expectExpressions } = await import('../study/train-cached');
  const { describeMissing, trainModel } = await import('../study/train-model');
  const { startEngine } = await import('../tensor/backend');
  // Wrong settings are refused before anything is drawn or loaded.
  expectOneSplit(experiment.split);
  findArchitecture(architecture);
  checkOutput(output);
  await startEngine();
  const dataset = generated
    ? await openGenerated(experiment, generated, followOnStderr('Drawing'))
    : await openLabelled(values, experiment);
  // Checked before faces are detected, which takes long.
  expectExpressions(dataset.records.map(({ emotion }) => emotion));
  const split = splitRecords(dataset.records, experiment.split, experiment.seed);
  for (const warning of describeMissing(split, dataset.records)) print(warning);
  const { blocks } = await preprocessDataset(dataset, experiment, followOnStderr('Faces'));
  const assumed = describeAssumed(countAssumed(blocks.detectors ?? []), blocks.records.length);
  if (assumed) print(assumed);
  for (const line of describeFound(dataset, blocks)) print(line);
  const { model, score, faces, bestEpoch, reusedEpochs, stopped } = await runStoppable(
    'training',
    (shouldStop) =>
      trainModel({
        dataset,
        blocks,
        experiment: fitBatch(experiment, batchSize, blocks.records.length, print),
        architecture,
        shouldStop,
        onEpoch: (history) => print(formatEpoch(history[history.length - 1], experiment.epochs)),
      }),
  );
  try {
    const { network, ...metadata } = model;
    await saveWhole(output, encodeModel(network, metadata));
    if (reusedEpochs > 0) print(`Epochs from checkpoints in data/cache/training: ${reusedEpochs}.`);
    print(`${metadata.description}.`);
    const sides = [faces.train, faces.validation, faces.test].map((side) => side.faces.length);
    print(`Faces: ${sides[0]} for training, ${sides[1]} for validation, ${sides[2]} on the test side.`);
    for (const warning of warnOfOneAnswer(score)) print(warning);
    const f1 = score ? `, macro F1 ${score.macroF1.toFixed(4)} of the found test faces` : '';
    print(`Best epoch ${bestEpoch}, temperature ${metadata.temperature.toFixed(3)}${f1}.`);
    if (sides[2] === 0) print('The test side has no face: the accuracy of the model is unknown.');
    else if (!score) print('The model was not tested on the test side: `npx . evaluate --model` does that.');
    print(`${output} was written${stopped ? ', although training was stopped' : ''}.`);
    return !stopped;
  } finally {
    model.network.dispose();
  }
}

/** Warns if the network gives the same answer for all expressions. */
function warnOfOneAnswer(score: TestScore | undefined): string[] {
  const answers = score?.classes.filter(({ predicted }) => predicted > 0) ?? [];
  const expressions = score?.classes.filter(({ support }) => support > 0) ?? [];
  if (answers.length !== 1 || expressions.length < 2) return [];
  const answer = EMOTIONS[answers[0].id];
  return [`Warning: every test answer is ${answer}. Use more --epochs or a smaller --batch-size.`];
}

/** Smaller images look like cropped faces, in which detectors often find no face. */
const SMALL_IMAGE_PX = 100;

/** Above this share of missed images, a likely cause is printed. */
const MANY_MISSED = 0.1;

/** States how many images have a face, and a likely cause if many have none. */
function describeFound({ records, cropped }: Dataset, { skipped, imageSizes }: BlockSet): string[] {
  const found = records.length - skipped.length;
  const unusable = skipped.filter(({ kind }) => kind !== NO_FACE);
  const missed = skipped.length - unusable.length;
  const note = describeUnusable(unusable);
  const lines = [
    `Faces found in ${found} of ${records.length} images, ${missed} missed.`,
    ...(note ? [note] : []),
  ];
  if (missed <= MANY_MISSED * records.length) return lines;
  const isSmall = found === 0 || imageSizes.filter((side) => side < SMALL_IMAGE_PX).length > found;
  const cause = !cropped && isSmall ? ' Are these cropped faces? Add --cropped.' : '';
  const share = formatPercent(missed / records.length, 0);
  return [...lines, `Warning: no face was found in ${share} of the images; they are not trained on.${cause}`];
}
