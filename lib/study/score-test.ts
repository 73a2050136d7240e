import { estimateAccuracy } from '../core/intervals';
import type { AccuracyEstimates } from '../core/intervals';
import { classMetrics, confusionMatrix, countCorrect, macroF1 } from '../core/metrics';
import type { ClassMetrics, ConfusionMatrix } from '../core/metrics';

/** How well a classifier did on a test side. */
export interface TestScore extends AccuracyEstimates {
  /** Rows are the true expressions, columns the answers, both in the ids' order; found faces only. */
  readonly matrix: ConfusionMatrix;
  readonly classes: readonly ClassMetrics[];
  /** 0 to 1. */
  readonly macroF1: number;
}

/**
 * Scores answers.
 * @param truth label ids of the found faces, [n]
 * @param answers label ids, [n]
 * @param missed frames of the test side in which no face was found; they count as errors of all images
 */
export function scoreTest(truth: Uint8Array, answers: Uint8Array, missed: number): TestScore {
  const matrix = confusionMatrix(truth, answers);
  return {
    ...estimateAccuracy(countCorrect(matrix), truth.length, missed),
    matrix,
    classes: classMetrics(matrix),
    macroF1: macroF1(matrix),
  };
}
