import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment-settings';
import { toBundle } from '../figures/bundle';
import { confusionChart } from '../figures/class-charts';
import { nameFigures, saveFigure } from '../figures/figure';
import { lossChart } from '../figures/learning-charts';
import { expectWritable, homePath } from '../files/project';
import type { Network } from '../model/networks/network';
import { type EpochRecord, formatEpoch } from '../model/training/history';
import { isCompiledStale } from '../setup';
import type { SplitFaces } from '../study/evaluate-split';
import { buildReport, saveReport, type ReportFile, type ReportParts } from '../study/report';
import { trainCached, type CachedTraining } from '../study/train-cached';
import { startEngine, type EngineInfo } from '../tensor/backend';
import { openCellOutput } from './kernel';
import { liveDisplay, resultsDirectory } from './show';
import { runStoppable } from './stop';

const STALE = 'dist is older than lib: run `npm run setup`, then restart the kernel';

/**
 * Starts TensorFlow for a notebook, and shows versions and settings. Warns if the compiled helpers are older than their
 * sources.
 * @throws Error when the results cannot be written; what {@link startEngine} throws
 */
export async function startNotebook(experiment: Experiment): Promise<EngineInfo> {
  expectWritable(homePath('data'));
  const send = openCellOutput();
  const engine = await startEngine();
  const { backend, tensorflow, device, oneDnn, reason } = engine;
  const library = tensorflow ? `TensorFlow ${tensorflow}` : 'TensorFlow.js';
  const settings = {
    ...(isCompiledStale() && { warning: STALE }),
    'Node.js': process.version,
    backend: `${backend} (${library}, ${device}${oneDnn ? ', oneDNN' : ''})`,
    ...(reason && { 'why not native': reason }),
    ...experiment,
  };
  const rows = Object.entries(settings).map(([name, value]) => ({ name, value: String(value) }));
  send?.(await toBundle(rows, { caption: 'What runs, and with which settings' }));
  return engine;
}

/**
 * Trains a network on both blocks, and shows a line and the chart of the loss after each epoch. The stop button ends training
 * after the current batch; the cell resumes it when it runs again. The chart is saved.
 * @param network takes [eyes, mouth]; afterwards it has the weights of the best epoch
 * @throws what {@link trainCached} throws
 */
export async function trainInCell(
  network: Network,
  blocks: BlockSet,
  faces: Pick<SplitFaces, 'train' | 'validation'>,
  experiment: Experiment,
): Promise<CachedTraining> {
  const { epochs } = experiment;
  const named = { epochs, model: network.name };
  const showChart = liveDisplay();
  const onEpoch = (history: readonly EpochRecord[]) => {
    process.stdout.write(`${formatEpoch(history[history.length - 1], epochs)}\n`);
    void showChart(lossChart(history, named));
  };
  const training = await runStoppable('training', (shouldStop) =>
    trainCached({ network, blocks, faces, experiment, shouldStop, inputs: ['eyes', 'mouth'], onEpoch }),
  );
  const { history, reusedEpochs, bestEpoch } = training;
  const figure = lossChart(history, named);
  await showChart(figure);
  const { loss } = nameFigures({ ...experiment, model: network.name });
  await saveFigure(figure, resultsDirectory(process.env), loss);
  process.stdout.write(
    `${history.length} epochs, ${reusedEpochs} of them from checkpoints; best on validation: epoch ${bestEpoch}\n`,
  );
  return training;
}

/** Saves a report, predictions, split, skipped images and the figure of the confusion matrix in the results folder. */
export async function finishReport(parts: ReportParts): Promise<ReportFile> {
  const { dataset, split, experiment, evaluation } = parts;
  const directory = resultsDirectory(process.env);
  const report = buildReport(parts);
  saveReport(directory, report, parts);
  const subtitle = `${dataset.name}, split by ${split.name}, test side`;
  const chart = confusionChart(evaluation.scores.network.matrix, { subtitle });
  await saveFigure(chart, directory, nameFigures(experiment).heatmap);
  return report;
}
