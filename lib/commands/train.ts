import type { BlockSet } from '../core/blocks';
import { EMOTIONS } from '../core/emotions';
import { type Experiment, limitBatchSize } from '../core/experiment';
import { formatPercent } from '../core/numbers';
import { expectOneSplit, splitRecords, TRAIN_SHARE } from '../core/split';
import type { Dataset } from '../datasets/dataset';
import { startEngine } from '../tensor/backend';
import { findTarget, saveWhole } from '../files/whole-file';
import { findArchitecture } from '../model/architectures';
import { countAssumed, describeAssumed } from '../faces/detector/usual-landmarks';
import { formatEpoch } from '../model/training/history';
import { encodeModel } from '../model/files/model-file';
import { runStoppable } from '../notebook/stop';
import { openData, openGenerated, preprocessDataset } from '../study/open-dataset';
import type { TestScore } from '../study/score-test';
import { expectExpressions } from '../study/train-cached';
import { describeMissing, trainModel } from '../study/train-model';
import { followOnStderr, tellNotes } from './progress';

/** What {@link runTrain} is asked for. */
export interface TrainRequest {
  readonly experiment: Experiment;
  /** Folder of the data set; default what the environment names, else the sample. */
  readonly data?: string;
  /** Whose numbers the data's classes have. */
  readonly numbered?: string;
  /** Whether its images are cropped faces; default what `CROPPED` and the reader say. */
  readonly cropped?: boolean;
  /** How many generated characters to draw and train on, in place of a data set. */
  readonly generated?: number;
  readonly architecture: string;
  /** Path of the model file to write. */
  readonly output: string;
  /** Whether the batch size was asked for: if not, it is smaller on little data. */
  readonly keepsBatchSize?: boolean;
  readonly print: (line: string) => void;
}

/**
 * Trains a model and writes its file, whole or not at all. Ctrl-C ends it after the batch at hand: the epochs so far
 * are kept and continued from.
 * @returns whether all epochs were trained
 * @throws Error or RangeError, with what is wrong
 */
export async function runTrain(request: TrainRequest): Promise<boolean> {
  const { experiment, data, numbered, cropped, generated, architecture, output, print } = request;
  // Wrong settings are refused before anything is drawn or loaded.
  expectOneSplit(experiment.split);
  findArchitecture(architecture);
  findTarget(output, '--output');
  await startEngine();
  const onDrawn = followOnStderr('Drawing');
  const dataset = generated
    ? await openGenerated(experiment, generated, onDrawn)
    : await openData(experiment, data, onDrawn, { numbered, cropped });
  tellNotes(dataset);
  // Finding faces takes long: what the images alone tell is told before.
  expectExpressions(dataset.records.map(({ emotion }) => emotion));
  const split = splitRecords(dataset.records, experiment.split, experiment.seed);
  for (const warning of describeMissing(split, dataset.records)) print(warning);
  const { blocks } = await preprocessDataset(dataset, experiment, followOnStderr('Faces'));
  const assumed = describeAssumed(countAssumed(blocks.detectors ?? []), blocks.records.length);
  if (assumed) print(assumed);
  for (const line of describeFound(dataset, blocks)) print(line);
  const settings = request.keepsBatchSize ? experiment : fitBatch(experiment, blocks.records.length, print);
  const { model, score, faces, bestEpoch, stopped } = await runStoppable('training', (stop) =>
    trainModel({
      dataset,
      blocks,
      experiment: settings,
      architecture,
      shouldStop: stop.isRequested,
      onEpoch: (history) => print(formatEpoch(history[history.length - 1], experiment.epochs)),
    }),
  );
  try {
    const { network, ...metadata } = model;
    await saveWhole(output, encodeModel(network, metadata));
    print(`${metadata.description}.`);
    const { train, validation, test } = faces;
    print(
      `Faces: ${train.faces.length} trained on, ${validation.faces.length} validated on, ${test.faces.length} on the test side.`,
    );
    for (const warning of warnOfOneAnswer(score)) print(warning);
    const f1 = score ? `, macro F1 ${score.macroF1.toFixed(4)} of the found test faces` : '';
    print(`Best epoch ${bestEpoch}, temperature ${metadata.temperature.toFixed(3)}${f1}.`);
    if (test.faces.length === 0) print('The test side has no face: how good the model is was not measured.');
    else if (!score) print('The test side was not asked: `npx . evaluate --model` does that.');
    print(`${output} was written${stopped ? ', although training was stopped' : ''}.`);
    return !stopped;
  } finally {
    model.network.dispose();
  }
}

/**
 * Fits the batch to what training gets of some faces by most splits, and says so where it becomes smaller.
 * @param found how many faces there are in all
 */
export function fitBatch(experiment: Experiment, found: number, print: (line: string) => void): Experiment {
  const batchSize = limitBatchSize(experiment.batchSize, Math.floor(TRAIN_SHARE * found));
  if (batchSize < experiment.batchSize)
    print(
      `Batches of ${batchSize} images, because there are few; --batch-size or BATCH_SIZE says otherwise.`,
    );
  return { ...experiment, batchSize };
}

/** Says where a network has not learned to tell expressions apart. */
function warnOfOneAnswer(score: TestScore | undefined): string[] {
  const answers = score?.classes.filter(({ predicted }) => predicted > 0) ?? [];
  const expressions = score?.classes.filter(({ support }) => support > 0) ?? [];
  if (answers.length !== 1 || expressions.length < 2) return [];
  return [
    `Warning: every test answer is ${EMOTIONS[answers[0].id]}. Take more --epochs or a smaller --batch-size.`,
  ];
}

/** Images whose longer side is shorter look like cropped faces, in which detectors find little. */
const SMALL_IMAGE_PX = 100;

/** Share of missed images from which a likely cause is named. */
const MANY_MISSED = 0.1;

/** Says how many images have a face, and where many have none, what may be the cause. */
function describeFound({ records, cropped }: Dataset, { skipped, imageSizes }: BlockSet): string[] {
  const found = records.length - skipped.length;
  const line = `Faces found in ${found} of ${records.length} images, ${skipped.length} missed.`;
  if (skipped.length <= MANY_MISSED * records.length) return [line];
  const isSmall = found === 0 || imageSizes.filter((side) => side < SMALL_IMAGE_PX).length > found;
  const cause = !cropped && isSmall ? ' Are these cropped faces? Add --cropped.' : '';
  return [
    line,
    `Warning: ${formatPercent(skipped.length / records.length, 0)} of the images have no face that is found, and teach nothing.${cause}`,
  ];
}
