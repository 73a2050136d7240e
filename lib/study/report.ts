import fs from 'node:fs';
import path from 'node:path';
import { type BlockSet, toSkippedCsv } from '../core/blocks';
import { toCsv } from '../core/csv';
import { EMOTIONS } from '../core/emotions';
import type { Experiment } from '../core/experiment-settings';
import { type BlockIou, type BlockIouReport, formatPercent } from '../core/metrics';
import { mapParts } from '../core/record';
import type { Split } from '../core/split';
import { countParameters, type Network } from '../model/networks/network';
import type { EngineInfo } from '../tensor/backend';
import { listPredictions } from './folds/score-folds';
import { formatCount, markdownTable } from './markdown';
import type { OpenedDataset } from './open-dataset';
import { facesOfSplit } from './evaluate-split';
import type { Evaluation } from './evaluate-split';
import type { CachedTraining } from './train-cached';

const CLASSES = EMOTIONS.length;

/** Results of all steps of a report. */
export interface ReportParts {
  readonly experiment: Experiment;
  readonly engine: EngineInfo;
  readonly dataset: OpenedDataset;
  readonly preprocessing: { readonly blocks: BlockSet; readonly seconds: number };
  /** Undefined without true landmarks. */
  readonly blockQuality: BlockIouReport | undefined;
  readonly split: Split;
  readonly network: Pick<Network, 'name' | 'parameters'>;
  readonly training: Pick<CachedTraining, 'history' | 'bestEpoch' | 'seconds'>;
  readonly evaluation: Evaluation;
}

/** The report as a file: results/latest/report.json. Rates are in 0..1, times in seconds. */
export type ReportFile = ReturnType<typeof buildReport>;

/** Computes the figures of a report. */
export function buildReport(parts: ReportParts) {
  const { experiment, dataset, preprocessing, blockQuality: quality, split, training, evaluation } = parts;
  const { network, nearest, boxes } = evaluation.scores;
  const [images, faces] = [dataset.records.length, preprocessing.blocks.records.length];
  const tail = ({ percentile5, worst }: BlockIou) => ({ percentile5, worst });
  const round = ({ seconds }: { readonly seconds: number }) => Math.round(seconds * 10) / 10;
  const seconds: Readonly<Record<string, number>> = {
    sample: round(dataset),
    preprocess: round(preprocessing),
    train: round(training),
    evaluate: round(evaluation),
  };
  return {
    dataset: dataset.name,
    synthetic: dataset.synthetic,
    images,
    faces,
    detectionRate: faces / images,
    /** Mean intersection over union with the true boxes at margin 0, a missed face counting 0; null without true landmarks. */
    blockIoU: quality ? { eyes: quality.eyes.mean, mouth: quality.mouth.mean } : null,
    /** Lower tail of the same: 5th percentile and worst character of each block; null without true landmarks. */
    blockIoUTail: quality ? { eyes: tail(quality.eyes), mouth: tail(quality.mouth) } : null,
    split: { name: split.name, ...mapParts(split, ({ length }) => length) },
    model: parts.network.name,
    parameters: countParameters(parts.network),
    /** Number of trained epochs; less than the experiment's when training was stopped. */
    epochs: training.history.length,
    bestEpoch: training.bestEpoch,
    accuracyOfFound: network.foundFaces.value,
    accuracyOfAll: network.allImages.value,
    /** Wilson's 95 % interval of accuracyOfAll. */
    accuracyOfAllInterval: [network.allImages.low, network.allImages.high] as const,
    macroF1: network.macroF1,
    /** Accuracy of all images of each baseline on the same split. */
    baselines: { nearest: nearest.allImages.value, boxes: boxes.allImages.value },
    backend: parts.engine.backend,
    experiment,
    seconds,
  };
}

/**
 * Saves a report with the predictions on the test set, the split, and the skipped images.
 * @param directory created if missing
 */
export function saveReport(
  directory: string,
  report: ReportFile,
  { dataset, preprocessing, split, evaluation }: ReportParts,
): void {
  const { blocks } = preprocessing;
  const { labels, probabilities } = evaluation.answers.network;
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  const sides = mapParts(split, (indices) => indices.map((index) => dataset.records[index].path));
  write('split.json', `${JSON.stringify({ name: split.name, ...sides }, null, 1)}\n`);
  const answers = facesOfSplit(split, dataset.records, blocks).test.faces.map((face, row) => ({
    record: blocks.records[face],
    label: labels[row],
    probabilities: [...probabilities.subarray(CLASSES * row, CLASSES * (row + 1))],
  }));
  write('predictions.csv', toCsv(listPredictions(answers)));
  write('skipped.csv', toSkippedCsv(blocks.skipped));
}

/**
 * Formats a report as the README's table.
 * @returns Markdown, the accuracy in bold
 */
export function resultsToMarkdown(report: ReportFile): string {
  const accuracy = formatPercent(report.accuracyOfAll);
  const rows = reportRows(report).map(({ what, value }) => [
    what,
    value.startsWith(`${accuracy} (Wilson`) ? value.replace(accuracy, `**${accuracy}**`) : value,
  ]);
  const seconds = Math.round(report.seconds.total - report.seconds.setup);
  return markdownTable(['', ''], [...rows, ['time on two cores, downloads aside', `${seconds} s`]]);
}

/**
 * Formats the figures of a report, without times, as rows of a table.
 * @returns `what`: name of the figure; `value`: its value with its unit
 */
export function reportRows(report: ReportFile): { what: string; value: string }[] {
  const [low, high] = report.accuracyOfAllInterval;
  const { train, validation, test, name } = report.split;
  const rows = {
    data: `${report.dataset}, ${formatCount(report.images)} images`,
    split: `by ${name}: ${train} train, ${validation} validation, ${test} test`,
    'faces found': `${formatPercent(report.detectionRate)} (${report.faces} of ${report.images})`,
    ...describeBlocks(report),
    [`${report.model}, ${report.epochs} epochs: accuracy of all test images`]: `${formatPercent(report.accuracyOfAll)} (Wilson 95 %: ${formatPercent(low)} to ${formatPercent(high)})`,
    'the same, of the images with a face': formatPercent(report.accuracyOfFound),
    'macro F1': report.macroF1.toFixed(4),
    'nearest training neighbour, which learns nothing': formatPercent(report.baselines.nearest),
    'boxes only, which sees no pixel': formatPercent(report.baselines.boxes),
  };
  return Object.entries(rows).map(([what, value]) => ({ what, value }));
}

function describeBlocks({ blockIoU, blockIoUTail }: ReportFile): Record<string, string> {
  if (!blockIoU || !blockIoUTail) return {};
  const { eyes, mouth } = blockIoUTail;
  const means = `eyes ${blockIoU.eyes.toFixed(3)}, mouth ${blockIoU.mouth.toFixed(3)}`;
  const fifths = `5th percentile ${eyes.percentile5.toFixed(3)} and ${mouth.percentile5.toFixed(3)}`;
  const worst = [eyes, mouth].map((tail) => `${tail.worst.mean.toFixed(3)} (${tail.worst.character})`);
  const all = `${means}; ${fifths}; worst character ${worst.join(' and ')}`;
  return { 'mean IoU of the blocks with the true ones': all };
}
