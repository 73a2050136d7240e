import type { BlockSet } from '../../core/blocks';
import { EMOTIONS } from '../../core/emotions';
import type { Experiment } from '../../core/experiment';
import { LEAVE_ONE_PERSON_OUT } from '../../core/split';
import type { Dataset } from '../../datasets/dataset';
import type { FoldAnswer, FoldsScore } from './score-folds';
import { describeConfusion, toInterval, toPercent } from '../evaluation-text';

/** A finished leave-one-person-out evaluation. */
export interface CrossValidation {
  readonly dataset: Dataset;
  readonly blocks: BlockSet;
  readonly answers: readonly FoldAnswer[];
  readonly figures: FoldsScore;
  readonly experiment: Experiment;
  readonly model: string;
  readonly parameters: number;
  readonly folds: number;
  readonly backend: string;
  readonly seconds: number;
}

/**
 * Formats the figures for other programs. Rates are in 0..1, times in seconds.
 * @param leftOut parts of a report that such an evaluation does not have
 */
export function foldsToJson(done: CrossValidation, leftOut?: readonly string[]): string {
  const { dataset, figures, experiment, model, parameters, folds, backend, seconds } = done;
  const { score, accuracy, macroF1, persons } = figures;
  const [images, faces] = [score.allImages.trials, score.foundFaces.trials];
  const report = {
    dataset: dataset.name,
    synthetic: dataset.synthetic,
    images,
    faces,
    detectionRate: faces / images,
    split: { name: LEAVE_ONE_PERSON_OUT, folds },
    model,
    parameters,
    epochs: experiment.epochs,
    accuracyOfFound: score.foundFaces.value,
    accuracyOfAll: accuracy.value,
    accuracyOfAllInterval: [accuracy.low, accuracy.high],
    macroF1: macroF1.value,
    macroF1Interval: [macroF1.low, macroF1.high],
    intervals: '95 %, over persons',
    labels: EMOTIONS,
    matrix: score.matrix,
    classes: score.classes,
    persons,
    backend,
    experiment: { ...experiment, split: LEAVE_ONE_PERSON_OUT },
    leftOut,
    seconds: { folds: seconds },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Formats the figures for people. */
export function foldsToText({ dataset, figures, model, folds }: CrossValidation): string {
  const { score, accuracy, macroF1, persons } = figures;
  const width = Math.max('person'.length, ...persons.map(({ person }) => person.length));
  const [low, high] = [macroF1.low, macroF1.high].map((value) => value.toFixed(4));
  const lines = [
    `Data: ${dataset.name}, ${score.allImages.trials} images of ${persons.length} persons`,
    `${model}, trained ${folds} times: each person is tested once, the next one chooses the epoch, all others train`,
    `  accuracy of all images         ${toPercent(score.allImages)}`,
    `  over persons                   ${toInterval(accuracy)}`,
    `  accuracy where a face is found ${toPercent(score.foundFaces)}`,
    `  macro F1 where a face is found ${macroF1.value.toFixed(4)} (95 %, persons drawn anew: ${low} to ${high})`,
    ...describeConfusion(score.matrix),
    `  ${'person'.padEnd(width)}  images  no face  right  best epoch`,
    ...persons.map(({ person, images, missed, correct, bestEpoch = 'no fold' }) => {
      const cells = [String(images).padStart(6), String(missed).padStart(7), String(correct).padStart(5)];
      return `  ${[person.padEnd(width), ...cells, String(bestEpoch).padStart(10)].join('  ')}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
