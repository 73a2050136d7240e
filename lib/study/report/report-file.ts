import fs from 'node:fs';
import path from 'node:path';
import type { Experiment } from '../../core/experiment';
import { EMOTIONS } from '../../core/emotions';
import type { BlockSet } from '../../core/blocks';
import { SPLIT_PARTS, type SplitPart } from '../../core/record';
import type { Split } from '../../core/split';
import { toCsv } from '../../core/csv';
import type { EngineInfo } from '../../tensor/backend';
import type { BlockIou, BlockIouReport } from '../../faces/store/measure';
import { toSkippedCsv } from '../../faces/store/skipped';
import { countParameters, type Network } from '../../model/networks/network';
import type { Evaluation } from './baselines';
import { facesOfSplit } from '../faces-of-split';
import type { OpenedDataset } from '../open-dataset';
import { PREDICTION_COLUMNS, predictionRow } from '../folds/score-folds';
import type { CachedTraining } from '../train-cached';

const CLASSES = EMOTIONS.length;

/** The report as a file: figures that other programs read. Rates are in 0..1, times in seconds. */
export interface ReportFile {
  readonly dataset: string;
  readonly synthetic: boolean;
  readonly images: number;
  readonly faces: number;
  readonly detectionRate: number;
  /** Mean intersection over union with the true boxes at margin 0, a miss counting 0; null without true landmarks. */
  readonly blockIoU: { readonly eyes: number; readonly mouth: number } | null;
  /** The tail of the same: 5th percentile and worst character of each block; null without true landmarks. */
  readonly blockIoUTail: Readonly<Record<'eyes' | 'mouth', BlockIouTail>> | null;
  readonly split: { readonly name: string } & Readonly<Record<SplitPart, number>>;
  readonly model: string;
  readonly parameters: number;
  /** Whole epochs that were trained: fewer than the experiment's after a stop. */
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly accuracyOfFound: number;
  readonly accuracyOfAll: number;
  /** Wilson's 95 % interval of accuracyOfAll. */
  readonly accuracyOfAllInterval: readonly [number, number];
  readonly macroF1: number;
  /** Accuracy of all images of each baseline, under the same split. */
  readonly baselines: { readonly nearest: number; readonly boxes: number };
  readonly backend: string;
  readonly experiment: Experiment;
  readonly seconds: Readonly<Record<string, number>>;
}

/** How badly a block's boxes sit where they sit worst. */
export type BlockIouTail = Pick<BlockIou, 'percentile5' | 'worst'>;

/** What {@link buildReport} gathers. */
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

/** Gathers a report's figures. */
export function buildReport(parts: ReportParts): ReportFile {
  const { experiment, engine, dataset, preprocessing, split, training, evaluation } = parts;
  const { blocks } = preprocessing;
  const { network, nearest, boxes } = evaluation.scores;
  const [images, faces] = [dataset.records.length, blocks.records.length];
  return {
    dataset: dataset.name,
    synthetic: dataset.synthetic,
    images,
    faces,
    detectionRate: faces / images,
    ...describeBlockQuality(parts.blockQuality),
    split: {
      name: split.name,
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
    },
    model: parts.network.name,
    parameters: countParameters(parts.network),
    epochs: training.history.length,
    bestEpoch: training.bestEpoch,
    accuracyOfFound: network.foundFaces.value,
    accuracyOfAll: network.allImages.value,
    accuracyOfAllInterval: [network.allImages.low, network.allImages.high],
    macroF1: network.macroF1,
    baselines: { nearest: nearest.allImages.value, boxes: boxes.allImages.value },
    backend: engine.backend,
    experiment,
    seconds: {
      sample: round(dataset.seconds),
      preprocess: round(preprocessing.seconds),
      train: round(training.seconds),
      evaluate: round(evaluation.seconds),
    },
  };
}

function describeBlockQuality(
  quality: BlockIouReport | undefined,
): Pick<ReportFile, 'blockIoU' | 'blockIoUTail'> {
  if (!quality) return { blockIoU: null, blockIoUTail: null };
  const { eyes, mouth } = quality;
  const tail = ({ percentile5, worst }: BlockIou) => ({ percentile5, worst });
  return {
    blockIoU: { eyes: eyes.mean, mouth: mouth.mean },
    blockIoUTail: { eyes: tail(eyes), mouth: tail(mouth) },
  };
}

/**
 * Saves a report and what its figures are computed from: the test side's predictions and the split.
 * @param directory is made when it is missing
 */
export function saveReport(
  directory: string,
  report: ReportFile,
  { dataset, preprocessing, split, evaluation }: ReportParts,
): void {
  const { blocks } = preprocessing;
  const { network: prediction } = evaluation.answers;
  const test = facesOfSplit(split, dataset.records, blocks).test.faces;
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  write('report.json', `${JSON.stringify(report, null, 2)}\n`);
  const sides = SPLIT_PARTS.map((side) => [side, split[side].map((index) => dataset.records[index].path)]);
  write('split.json', `${JSON.stringify({ name: split.name, ...Object.fromEntries(sides) }, null, 1)}\n`);
  const rows = test.map((face, row) => {
    const probabilities = [...prediction.probabilities.subarray(CLASSES * row, CLASSES * (row + 1))];
    return predictionRow({ record: blocks.records[face], label: prediction.labels[row], probabilities });
  });
  write('predictions.csv', toCsv([PREDICTION_COLUMNS, ...rows]));
  write('skipped.csv', toSkippedCsv(blocks.skipped));
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
