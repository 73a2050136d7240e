import { type Proportion, wilsonInterval } from '../core/intervals';
import {
  type ClassMetrics,
  classMetrics,
  type ConfusionMatrix,
  confusionMatrix,
  countCorrect,
  macroF1,
} from '../core/metrics';

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
export function scoreTest(truth: Uint8Array, answers: Uint8Array, missed: number): TestScore {
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
