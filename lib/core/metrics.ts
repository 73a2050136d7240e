import { EMOTIONS } from './emotions';

/** Counts of a classifier's answers: row = true class, column = predicted class, both in the ids' order. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** How well one class is told from the others. */
export interface ClassMetrics {
  /** Class id, which is also the row's position. */
  readonly id: number;
  /** Share of the answers "this class" that are right, 0 to 1; 0 when it was never answered. */
  readonly precision: number;
  /** Share of this class's images that were found, 0 to 1; 0 when there is none. */
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 to 1; 0 when both are 0. */
  readonly f1: number;
  /** Images of this class. */
  readonly support: number;
  /** Images that were answered with this class. */
  readonly predicted: number;
}

/**
 * Counts how often each true class was answered with each class.
 * @param truth class ids, [n], integers from 0 to classCount - 1
 * @param predicted class ids, [n], in the same order
 * @param classCount how many classes there are, default 7
 * @returns [classCount, classCount], rows true, columns predicted: `matrix[truth][predicted]`
 * @throws RangeError when the lengths differ or an id is none of the classes
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classCount: number = EMOTIONS.length,
): number[][] {
  if (truth.length !== predicted.length)
    throw new RangeError(`Expected ${truth.length} ids for predicted but received ${predicted.length}`);
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let index = 0; index < truth.length; index++) {
    const row = checkId(truth[index], classCount, `truth[${index}]`);
    matrix[row][checkId(predicted[index], classCount, `predicted[${index}]`)]++;
  }
  return matrix;
}

/**
 * Gives each row's likeliest label id; the smaller id of two equals.
 * @param probabilities [n, 7]
 * @returns [n]
 */
export function likeliestOf(probabilities: Float32Array): Uint8Array {
  const classes = EMOTIONS.length;
  return Uint8Array.from({ length: probabilities.length / classes }, (_, row) => {
    const own = probabilities.subarray(classes * row, classes * (row + 1));
    return own.indexOf(Math.max(...own));
  });
}

/**
 * Takes the share of right answers.
 * @returns 0 to 1; NaN when nothing was counted
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
 * Takes precision, recall and F1 of each class. A division by zero gives 0.
 * @returns one entry a class, in the ids' order
 * Source: scikit-learn's precision_recall_fscore_support with zero_division=0, which a fixture compares.
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
 * Takes the mean of the classes' F1, each class weighing the same. Classes that occur neither in truth nor among the
 * answers do not count.
 * @returns 0 to 1; NaN when nothing was counted
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

function checkId(id: number, classCount: number, name: string): number {
  if (Number.isInteger(id) && id >= 0 && id < classCount) return id;
  throw new RangeError(`Expected integer between 0 and ${classCount - 1} for ${name} but received ${id}`);
}
