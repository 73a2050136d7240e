import { EMOTIONS } from './emotions';
import { mean } from './numbers';

/** A classifier's probabilities and the true labels of n images. */
export interface LabelledProbabilities {
  /** Softmax outputs, [n, 7], each row's sum 1. */
  readonly probabilities: Float32Array;
  /** True label ids, [n]. */
  readonly labels: ArrayLike<number>;
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** The bin holds confidences above `low` and up to `high`; the first bin also holds 0. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean confidence of the bin's answers; NaN for an empty bin. */
  readonly confidence: number;
  /** Share of right answers, 0 to 1; NaN for an empty bin. */
  readonly accuracy: number;
}

/** One point of a risk-coverage curve. */
export interface RiskPoint {
  /** Share of the images that are answered, above 0 and up to 1. */
  readonly coverage: number;
  /** Share of wrong answers among the answered images, 0 to 1. */
  readonly risk: number;
  /** Lowest confidence that is answered. */
  readonly threshold: number;
}

const CLASSES = EMOTIONS.length;

/**
 * Sorts answers by confidence into bins of equal width.
 * @param binCount number of bins, default 10
 * @returns one entry per bin, by rising confidence
 * @throws RangeError when the probabilities are not [n, 7] for n labels
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", section 2.
 */
export function reliabilityBins(answers: LabelledProbabilities, binCount: number = 10): ReliabilityBin[] {
  const ranked = rankAnswers(answers);
  return Array.from({ length: binCount }, (_, bin) => {
    const own = ranked.filter(({ confidence }) => binOf(confidence, binCount) === bin);
    return {
      low: bin / binCount,
      high: (bin + 1) / binCount,
      count: own.length,
      confidence: mean(own.map(({ confidence }) => confidence)),
      accuracy: mean(own.map(({ right }) => right)),
    };
  });
}

/**
 * Measures the expected calibration error: the mean gap between confidence and accuracy over the bins, weighted by the
 * number of answers in each bin.
 * @param binCount number of bins, default 10
 * @returns 0 (confidence equals accuracy) to 1; NaN without answers
 * @throws RangeError when the probabilities are not [n, 7] for n labels
 * Source: Guo et al. 2017, equation 3.
 */
export function expectedCalibrationError(answers: LabelledProbabilities, binCount: number = 10): number {
  if (answers.labels.length === 0) return NaN;
  const gaps = reliabilityBins(answers, binCount)
    .filter(({ count }) => count > 0)
    .map(({ count, confidence, accuracy }) => count * Math.abs(confidence - accuracy));
  return gaps.reduce((sum, gap) => sum + gap, 0) / answers.labels.length;
}

/**
 * Computes the risk-coverage curve: the risk when only the answers of highest confidence are given.
 * @returns one point per distinct confidence, in order of rising coverage
 * @throws RangeError when the probabilities are not [n, 7] for n labels
 * Source: Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks".
 */
export function riskCoverage(answers: LabelledProbabilities): RiskPoint[] {
  const ranked = rankAnswers(answers).sort((first, second) => second.confidence - first.confidence);
  let wrong = 0;
  return ranked.flatMap(({ confidence, right }, index) => {
    wrong += 1 - right;
    // Answers of the same confidence are given or withheld together.
    if (ranked[index + 1]?.confidence === confidence) return [];
    const answered = index + 1;
    return [{ coverage: answered / ranked.length, risk: wrong / answered, threshold: confidence }];
  });
}

function rankAnswers({ probabilities, labels }: LabelledProbabilities) {
  if (probabilities.length !== labels.length * CLASSES) {
    const expected = labels.length * CLASSES;
    throw new RangeError(
      `Expected ${expected} numbers for probabilities but received ${probabilities.length}`,
    );
  }
  return Array.from(labels, (label, index) => {
    const row = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
    const confidence = Math.max(...row);
    return { confidence, right: Number(row.indexOf(confidence) === label) };
  });
}

/**
 * Returns the bin of a confidence. Bins have equal width; the upper end belongs to the bin.
 * @returns 0 to binCount - 1
 */
export function binOf(confidence: number, binCount: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1));
}
