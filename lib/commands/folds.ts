import fs from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../core/experiment';
import { LEAVE_ONE_PERSON_OUT } from '../core/split';
import type { Dataset } from '../datasets/dataset';
import { startEngine } from '../tensor/backend';
import { toSkippedCsv } from '../faces/store/skipped';
import { findArchitecture } from '../model/architectures';
import { countParameters } from '../model/networks/network';
import { runStoppable } from '../notebook/stop';
import { confusionChart } from '../figures/confusion-chart';
import { nameFigures, saveFigure } from '../figures/figures';
import { expectPersons, planFolds, runFolds } from '../study/folds/run-folds';
import type { FoldResult, FoldSettings } from '../study/queue/jobs';
import { openData, openDataset, preprocessDataset } from '../study/open-dataset';
import { gatherAnswers, scoreFolds, toPredictionsCsv } from '../study/folds/score-folds';
import { type CrossValidation, foldsToJson, foldsToText } from './folds-text';
import { checkOutput, openOutput } from './output';
import { followOnStderr, tellNotes } from './progress';
import { fitBatch } from './train';

/** How folds are run, whatever becomes of their figures. */
interface FoldsRun extends FoldSettings {
  /** A queue on Redis whose workers run the folds; default: this process does. */
  readonly queue?: string;
  /** Whether the batch size was asked for: if not, it is smaller on little data. */
  readonly keepsBatchSize?: boolean;
  readonly print: (line: string) => void;
  /** Default Ctrl-C. */
  readonly shouldStop?: () => boolean;
}

/** What {@link evaluateFolds} is asked for. */
export interface FoldsRequest extends FoldsRun {
  readonly data?: string;
  /** Whose numbers the data's classes have. */
  readonly numbered?: string;
  /** Whether its images are cropped faces; default what `CROPPED` and the reader say. */
  readonly cropped?: boolean;
  readonly format: 'text' | 'json';
  readonly output?: string;
  /** File for the table of all predictions; default: none is written. */
  readonly predictions?: string;
}

/**
 * Leaves one person out: trains and tests a network once a person of a labelled folder.
 * @returns whether it went to its end; stopped, it writes nothing, and the same call goes on with what was trained
 * @throws RangeError when the folder, its persons or a setting cannot be used
 */
export async function evaluateFolds(request: FoldsRequest): Promise<boolean> {
  const { data, numbered, cropped, experiment, format, output, predictions } = request;
  findArchitecture(request.architecture);
  checkOutput(output);
  checkOutput(predictions, '--predictions');
  if (predictions !== undefined && predictions === output)
    throw new RangeError(`Expected two files for --output and --predictions but received ${output} for both`);
  const dataset = await openData(experiment, data, followOnStderr('Drawing'), { numbered, cropped });
  const done = await crossValidate(dataset, request);
  if (!done) return false;
  if (predictions !== undefined)
    await writeFile(predictions, toPredictionsCsv(done.answers), '--predictions');
  await writeFile(output, format === 'json' ? foldsToJson(done) : foldsToText(done));
  return true;
}

/** What `report` leaves out of a leave-one-person-out evaluation: it is about one training. */
const LEFT_OUT = [
  'the executed notebook',
  'learning curves',
  'the baselines nearest and boxes',
  'sample, block and attention figures',
  'overlap of blocks with true ones',
];

/**
 * Makes the report of a leave-one-person-out evaluation of TerGat: report.json, predictions.csv, split.json, skipped.csv
 * and the confusion matrix.
 * @param options.resultsDirectory is made when it is missing
 * @returns whether it went to its end
 * @throws what {@link evaluateFolds} throws
 */
export async function reportFolds(
  options: Omit<FoldsRun, 'experiment' | 'architecture'> & {
    readonly resultsDirectory: string;
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Default TerGat. */
    readonly architecture?: string;
  },
): Promise<boolean> {
  const { environment, resultsDirectory, architecture = 'TerGat', print } = options;
  const experiment = readExperiment(environment);
  const dataset = await openDataset(experiment, environment, followOnStderr('Drawing'));
  const keepsBatchSize = Boolean(environment.BATCH_SIZE);
  const done = await crossValidate(dataset, { ...options, experiment, architecture, keepsBatchSize });
  if (!done) return false;
  const { answers, blocks, figures } = done;
  fs.mkdirSync(resultsDirectory, { recursive: true });
  const write = (name: string, text: string) => fs.writeFileSync(path.join(resultsDirectory, name), text);
  write('report.json', foldsToJson(done, LEFT_OUT));
  write('predictions.csv', toPredictionsCsv(answers));
  write('skipped.csv', toSkippedCsv(blocks.skipped));
  const folds = figures.persons.map(({ person, validation }) => ({ test: person, validation }));
  write('split.json', `${JSON.stringify({ name: LEAVE_ONE_PERSON_OUT, folds }, null, 1)}\n`);
  const subtitle = `${dataset.name}, one person left out, all folds`;
  const chart = confusionChart(figures.score.matrix, { subtitle });
  await saveFigure(chart, resultsDirectory, nameFigures(done.experiment).heatmap);
  print(foldsToText(done).trimEnd());
  print(`A report of ${LEAVE_ONE_PERSON_OUT} leaves out: ${LEFT_OUT.join(', ')}.`);
  return true;
}

async function crossValidate(dataset: Dataset, run: FoldsRun): Promise<CrossValidation | undefined> {
  const start = performance.now();
  const { architecture, print } = run;
  tellNotes(dataset);
  expectPersons(dataset.records);
  const { backend } = await startEngine();
  const wholeFace = findArchitecture(architecture).inputs.includes('face');
  const { blocks, shards } = await preprocessDataset(dataset, run.experiment, followOnStderr('Faces'), {
    wholeFace,
  });
  const { experiment: asked, keepsBatchSize } = run;
  const experiment = keepsBatchSize ? asked : fitBatch(asked, blocks.records.length, print);
  const count = planFolds(blocks).length;
  const { name, parameters } = describeNetwork(architecture, experiment.seed);
  const megabytes = Math.ceil((count * parameters * BYTES_A_PARAMETER) / 1e6);
  print(`${count} folds of ${name}; their checkpoints in data/cache/training take about ${megabytes} MB.`);
  let ended = 0;
  const onFold = (fold: FoldResult) => {
    ended += 1;
    print(`${ended} of ${count}: ${formatFold(fold, experiment.epochs)}`);
  };
  const runAll = (shouldStop?: () => boolean) =>
    runFolds({ ...run, experiment, blocks, shards, onFold, shouldStop: run.shouldStop ?? shouldStop });
  // The queue's workers go on by themselves: there Ctrl-C ends this process at once.
  const results = await (run.queue ? runAll() : runStoppable('training', (stop) => runAll(stop.isRequested)));
  if (!results) return undefined;
  const answers = gatherAnswers(dataset.records, blocks, results);
  const figures = scoreFolds(answers, results, experiment.seed);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return {
    dataset,
    blocks,
    answers,
    figures,
    experiment,
    model: name,
    parameters,
    folds: count,
    backend,
    seconds,
  };
}

/** Weights, both of Adam's averages, and the best epoch's weights, each a float32. */
const BYTES_A_PARAMETER = 16;

function describeNetwork(architecture: string, seed: number): { name: string; parameters: number } {
  const network = findArchitecture(architecture).build({ seed });
  try {
    return { name: network.name, parameters: countParameters(network) };
  } finally {
    network.dispose();
  }
}

function formatFold({ person, validation, bestEpoch, reusedEpochs }: FoldResult, epochs: number): string {
  const reused = reusedEpochs > 0 ? `, ${reusedEpochs} of them from checkpoints` : '';
  return `${person} tested, ${validation} for validation: ${epochs} epochs${reused}, best epoch ${bestEpoch}`;
}

async function writeFile(file: string | undefined, text: string, option?: string): Promise<void> {
  const target = await openOutput(file, option);
  try {
    await target.write(text);
    await target.finish();
  } finally {
    await target.discard();
  }
}
