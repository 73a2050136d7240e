import { unexpected } from './errors';
import { EMOTIONS } from './emotions';
import { mean } from './intervals';

/** A classifier's probabilities and the true labels of n images. */
interface LabelledProbabilities {
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
  const scored = scoreAnswers(answers);
  return Array.from({ length: binCount }, (_, bin) => {
    const own = scored.filter(({ confidence }) => binOf(confidence, binCount) === bin);
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
  const ranked = scoreAnswers(answers).sort((first, second) => second.confidence - first.confidence);
  let wrong = 0;
  return ranked.flatMap(({ confidence, right }, index) => {
    wrong += 1 - right;
    // Answers of the same confidence are given or withheld together.
    if (ranked[index + 1]?.confidence === confidence) return [];
    const answered = index + 1;
    return [{ coverage: answered / ranked.length, risk: wrong / answered, threshold: confidence }];
  });
}

function scoreAnswers({ probabilities, labels }: LabelledProbabilities) {
  const expected = labels.length * CLASSES;
  if (probabilities.length !== expected)
    throw unexpected(`${expected} numbers`, 'probabilities', probabilities.length);
  return Array.from(labels, (label, index) => {
    const row = probabilities.subarray(index * CLASSES, (index + 1) * CLASSES);
    const confidence = Math.max(...row);
    return { confidence, right: Number(row.indexOf(confidence) === label) };
  });
}

/** Returns the bin of a confidence, 0 to binCount - 1. Bins have equal width; the upper end belongs to the bin. */
export function binOf(confidence: number, binCount: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1));
}

/** Bounds of a fitted temperature. A value beyond them means that the network is broken, not only badly calibrated. */
export const TEMPERATURE_RANGE = { least: 0.05, most: 20 } as const;

/** Probabilities below this are clipped, so that their logarithm is finite. */
const SMALLEST = 1e-30;

/**
 * Applies temperature scaling, softmax(logits / temperature), to the softmax of the logits.
 * @param probabilities [n, 7], each row's sum 1
 * @param temperature above 0; 1 changes nothing, above 1 flattens
 * @returns [n, 7], each row's sum 1
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", temperature scaling.
 */
export function scaleByTemperature(probabilities: Float32Array, temperature: number): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  for (let start = 0; start < probabilities.length; start += CLASSES) {
    const row = probabilities.subarray(start, start + CLASSES);
    const logits = Array.from(row, (value) => Math.log(Math.max(value, SMALLEST)) / temperature);
    const highest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - highest));
    const sum = powers.reduce((total, power) => total + power, 0);
    scaled.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return scaled;
}

/**
 * Fits the temperature that minimises the cross entropy of the true labels, by golden section search over its
 * logarithm. The loss has one minimum there.
 * @param probabilities of samples that were not trained on, [n, 7]
 * @param labels true label ids, [n], n at least 1
 * @returns a temperature within {@link TEMPERATURE_RANGE}
 * @throws RangeError without samples
 */
export function fitTemperature(probabilities: Float32Array, labels: Uint8Array): number {
  if (labels.length === 0) throw unexpected('at least 1 sample', 'labels', 0);
  const loss = (logarithm: number) => {
    const scaled = scaleByTemperature(probabilities, Math.exp(logarithm));
    return mean(
      Array.from(labels, (label, row) => -Math.log(Math.max(scaled[row * CLASSES + label], SMALLEST))),
    );
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(TEMPERATURE_RANGE.least);
  let high = Math.log(TEMPERATURE_RANGE.most);
  while (high - low > 1e-4) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return Math.exp((low + high) / 2);
}
