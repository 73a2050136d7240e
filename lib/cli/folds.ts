import type { Dataset } from '../datasets/dataset';
import { runStoppable } from '../notebook/stop';
import type { FoldResult, FoldSettings } from '../study/folds/run-folds';
import type { CrossValidation } from '../study/folds/score-folds';
import { fitBatch } from './experiment';
import { followOnStderr } from './terminal';

/** How the folds of a leave-one-person-out evaluation are run. */
export interface FoldsRun extends FoldSettings {
  /** A queue on Redis whose workers run the folds; default: this process does. */
  readonly queue?: string;
  /** Whether the user chose the batch size; otherwise it is reduced on little data. */
  readonly keepsBatchSize?: boolean;
  readonly print: (line: string) => void;
  /** Default Ctrl-C. */
  readonly shouldStop?: () => boolean;
}

/** Weights, both of Adam's averages, and the best epoch's weights, each a float32. */
const BYTES_A_PARAMETER = 16;

/**
 * Leaves one person out: trains and tests a network once per person. After a stop the same call continues.
 * @returns undefined when it was stopped
 * @throws RangeError when the persons or a setting cannot be used
 */
export async function crossValidate(dataset: Dataset, run: FoldsRun): Promise<CrossValidation | undefined> {
  const { findArchitecture } = await import('../model/architectures');
  const { countParameters } = await import('../model/networks/network');
  const { expectPersons, planFolds, runFolds } = await import('../study/folds/run-folds');
  const { gatherAnswers, scoreFolds } = await import('../study/folds/score-folds');
  const { preprocessDataset } = await import('../study/open-dataset');
  const { startEngine } = await import('../tensor/backend');
  const start = performance.now();
  const { print, keepsBatchSize } = run;
  expectPersons(dataset.records);
  const { backend } = await startEngine();
  const { inputs, build } = findArchitecture(run.architecture);
  const { blocks, shards } = await preprocessDataset(dataset, run.experiment, followOnStderr('Faces'), {
    wholeFace: inputs.includes('face'),
  });
  const experiment = keepsBatchSize ? run.experiment : fitBatch(run.experiment, blocks.records.length, print);
  const folds = planFolds(blocks).length;
  const network = build({ seed: experiment.seed });
  const { name: model } = network;
  const parameters = countParameters(network);
  network.dispose();
  const megabytes = Math.ceil((folds * parameters * BYTES_A_PARAMETER) / 1e6);
  print(`${folds} folds of ${model}; their checkpoints in data/cache/training take about ${megabytes} MB.`);
  let ended = 0;
  const onFold = (fold: FoldResult) => {
    ended += 1;
    print(`${ended} of ${folds}: ${formatFold(fold, experiment.epochs)}`);
  };
  const runAll = (shouldStop?: () => boolean) =>
    runFolds({ ...run, experiment, blocks, shards, onFold, shouldStop: run.shouldStop ?? shouldStop });
  // The queue's workers continue by themselves: with a queue, Ctrl-C ends this process at once.
  const results = await (run.queue ? runAll() : runStoppable('training', (stop) => runAll(stop.isRequested)));
  if (!results) return undefined;
  const answers = gatherAnswers(dataset.records, blocks, results);
  const figures = scoreFolds(answers, results, experiment.seed);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { dataset, blocks, answers, figures, experiment, model, parameters, folds, backend, seconds };
}

function formatFold({ person, validation, bestEpoch, reusedEpochs }: FoldResult, epochs: number): string {
  const reused = reusedEpochs > 0 ? `, ${reusedEpochs} of them from checkpoints` : '';
  return `${person} tested, ${validation} for validation: ${epochs} epochs${reused}, best epoch ${bestEpoch}`;
}
