import { EMOTIONS } from './emotions';

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
    throw new RangeError(`Expected ${truth.length} ids for predicted but received ${predicted.length}`);
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

/** Counts the right answers: the sum of the diagonal. */
export function countCorrect(matrix: ConfusionMatrix): number {
  return matrix.reduce((sum, row, id) => sum + row[id], 0);
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

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function checkId(id: number, name: string): number {
  if (id in EMOTIONS) return id;
  throw new RangeError(
    `Expected integer between 0 and ${EMOTIONS.length - 1} for ${name} but received ${id}`,
  );
}

/**
 * Formats a proportion as a percentage, such as `97.51 %`.
 * @param share 0 to 1; NaN is written as a dash
 * @param digits after the decimal point, default 2
 */
export function formatPercent(share: number, digits = 2): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(digits)} %`;
}
