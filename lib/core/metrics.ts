import { unexpected } from './errors';
import { type BlockSet, EYES_LANDMARKS, MOUTH_LANDMARKS, landmarkBox, landmarksOf } from './blocks';
import { EMOTIONS } from './emotions';
import { intersectionOverUnion } from './geometry';
import { groupBy } from './group-by';
import { mean, type Proportion, wilsonInterval } from './intervals';
import type { FrameRecord } from './record';

/** Counts of answers: rows are true classes, columns predicted classes, both in the order of the label ids. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Metrics of one class. */
export interface ClassMetrics {
  /** Label id, which is also the row in the matrix. */
  readonly id: number;
  /** Share of the answers with this class that are right, 0 to 1; 0 when it is never predicted. */
  readonly precision: number;
  /** Share of this class's images that are answered with it, 0 to 1; 0 when there are none. */
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 to 1; 0 when both are 0. */
  readonly f1: number;
  /** Number of images of this class. */
  readonly support: number;
  /** Number of images that are answered with this class. */
  readonly predicted: number;
}

/**
 * Counts how often each true class is answered with each class.
 * @param truth label ids, [n]
 * @param predicted label ids, [n], in the same order
 * @returns [7, 7]: `matrix[truth][predicted]`
 * @throws RangeError when the lengths differ or an id is out of range
 */
export function confusionMatrix(truth: ArrayLike<number>, predicted: ArrayLike<number>): number[][] {
  if (truth.length !== predicted.length)
    throw unexpected(`${truth.length} ids`, 'predicted', predicted.length);
  const matrix = EMOTIONS.map(() => EMOTIONS.map(() => 0));
  for (let index = 0; index < truth.length; index++) {
    const row = checkId(truth[index], `truth[${index}]`);
    matrix[row][checkId(predicted[index], `predicted[${index}]`)]++;
  }
  return matrix;
}

/**
 * Returns the label id of highest probability in each row; the smaller id in a tie.
 * @param probabilities [n, 7]
 * @returns [n]
 */
export function predictedLabels(probabilities: Float32Array): Uint8Array {
  const { length } = EMOTIONS;
  return Uint8Array.from({ length: probabilities.length / length }, (_, row) => {
    const own = probabilities.subarray(length * row, length * (row + 1));
    return own.indexOf(Math.max(...own));
  });
}

/**
 * Computes the share of right answers.
 * @returns 0 to 1; NaN for an empty matrix
 */
export function accuracy(matrix: ConfusionMatrix): number {
  return countCorrect(matrix) / countAnswers(matrix);
}

function countCorrect(matrix: ConfusionMatrix): number {
  return sumOf(matrix.map((row, id) => row[id]));
}

/** Counts all answers: the sum of all cells. */
export function countAnswers(matrix: ConfusionMatrix): number {
  return matrix.reduce((sum, row) => sum + sumOf(row), 0);
}

/**
 * Computes precision, recall and F1 of each class. A division by zero gives 0.
 * @returns one entry per class, in the order of the label ids
 * Source: scikit-learn's precision_recall_fscore_support with zero_division=0; a test fixture compares both.
 */
export function classMetrics(matrix: ConfusionMatrix): ClassMetrics[] {
  return matrix.map((row, id) => {
    const hits = row[id];
    const support = sumOf(row);
    const predicted = sumOf(matrix.map((other) => other[id]));
    return {
      id,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
      predicted,
    };
  });
}

/**
 * Computes the macro F1: the unweighted mean of the classes' F1. Classes without images and without answers are left
 * out.
 * @returns 0 to 1; NaN for an empty matrix
 * Source: scikit-learn's f1_score with average='macro' and its default labels.
 */
export function macroF1(matrix: ConfusionMatrix): number {
  const occurring = classMetrics(matrix).filter(({ support, predicted }) => support + predicted > 0);
  return sumOf(occurring.map(({ f1 }) => f1)) / occurring.length;
}

/** Score of a classifier on a test set. */
export interface TestScore {
  /** Accuracy on the images with a found face. */
  readonly foundFaces: Proportion;
  /** Accuracy on all images; an image without a found face counts as an error. */
  readonly allImages: Proportion;
  /** Of the found faces; rows are true expressions, columns are answers, both in the ids' order. */
  readonly matrix: ConfusionMatrix;
  readonly classes: readonly ClassMetrics[];
  /** 0 to 1. */
  readonly macroF1: number;
}

/**
 * Computes accuracy, confusion matrix, class metrics and macro F1.
 * @param truth label ids of the found faces, [n]
 * @param answers label ids, [n]
 * @param missed number of test frames without a found face; they count as errors in the accuracy of all images
 */
export function scoreTest(truth: ArrayLike<number>, answers: ArrayLike<number>, missed: number): TestScore {
  const matrix = confusionMatrix(truth, answers);
  const correct = countCorrect(matrix);
  return {
    foundFaces: wilsonInterval(correct, truth.length),
    allImages: wilsonInterval(correct, truth.length + missed),
    matrix,
    classes: classMetrics(matrix),
    macroF1: macroF1(matrix),
  };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function checkId(id: number, name: string): number {
  if (id in EMOTIONS) return id;
  throw unexpected(`integer between 0 and ${EMOTIONS.length - 1}`, name, id);
}

/** How well one block's boxes agree with the true ones: intersection over union, 0 to 1. */
export interface BlockIou {
  readonly mean: number;
  /** A twentieth of the frames is below it. */
  readonly percentile5: number;
  /** The character with the lowest mean. */
  readonly worst: { readonly character: string; readonly mean: number };
}

/** How well the boxes of both blocks agree with the true ones. */
export interface BlockIouReport {
  /** Frames that were measured, misses included. */
  readonly frames: number;
  readonly eyes: BlockIou;
  readonly mouth: BlockIou;
}

/**
 * Measures the boxes around the landmarks that were found, without a margin, against those around the true ones. A
 * frame without blocks counts 0.
 * @param trueLandmarks by path, [68, 2] in pixels; frames that are not in it are left out
 * @throws RangeError when none of the frames is in it
 */
export function measureBlockIou(
  blocks: BlockSet,
  trueLandmarks: ReadonlyMap<string, Float32Array>,
): BlockIouReport {
  const found = blocks.records.map((record, index) => ({ record, landmarks: landmarksOf(blocks, index) }));
  const frames: { record: FrameRecord; landmarks?: Float32Array }[] = [...found, ...blocks.skipped].filter(
    ({ record }) => trueLandmarks.has(record.path),
  );
  if (frames.length === 0) throw unexpected('true landmarks of at least 1 frame', 'trueLandmarks', 'none');
  const summarize = (chosen: readonly number[]): BlockIou => {
    const measured = frames.map(({ record: { path, character }, landmarks }) => {
      if (!landmarks) return { character, iou: 0 };
      const [box, truth] = [landmarks, trueLandmarks.get(path)!].map((all) => landmarkBox(all, chosen));
      return { character, iou: intersectionOverUnion(box, truth) };
    });
    const values = measured.map(({ iou }) => iou).sort((first, second) => first - second);
    const means = Array.from(
      groupBy(measured, ({ character }) => character),
      ([character, own]) => ({
        character,
        mean: mean(own.map(({ iou }) => iou)),
      }),
    );
    const worst = means.reduce((lowest, next) => (next.mean < lowest.mean ? next : lowest));
    return { mean: mean(values), percentile5: values[Math.floor(0.05 * (values.length - 1))], worst };
  };
  return { frames: frames.length, eyes: summarize(EYES_LANDMARKS), mouth: summarize(MOUTH_LANDMARKS) };
}

/**
 * Formats a proportion as a percentage, such as `97.51 %`.
 * @param share 0 to 1; NaN is written as a dash
 * @param digits after the decimal point, default 2
 */
export function formatPercent(share: number, digits = 2): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(digits)} %`;
}
