import { EMOTIONS } from './emotions';

/** Bounds of a fitted temperature. A value beyond them means that the network is broken, not only badly calibrated. */
export const TEMPERATURE_RANGE = { least: 0.05, most: 20 } as const;

/** Probabilities below this are clipped, so that their logarithm is finite. */
const SMALLEST = 1e-30;

/**
 * Applies temperature scaling, softmax(logits / temperature), to the softmax of the logits.
 * @param probabilities [n, classes], each row's sum 1
 * @param temperature above 0; 1 changes nothing, above 1 flattens
 * @param classes default 7
 * @returns [n, classes], each row's sum 1
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", temperature scaling.
 */
export function scaleByTemperature(
  probabilities: Float32Array,
  temperature: number,
  classes: number = EMOTIONS.length,
): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  for (let start = 0; start < probabilities.length; start += classes)
    scaled.set(scaleRow(probabilities.subarray(start, start + classes), temperature), start);
  return scaled;
}

function scaleRow(row: Float32Array, temperature: number): number[] {
  const logits = Array.from(row, (value) => Math.log(Math.max(value, SMALLEST)) / temperature);
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * Fits the temperature that minimises the cross entropy of the true labels, by golden section search over its
 * logarithm. The loss has one minimum there.
 * @param probabilities of samples that were not trained on, [n, classes]
 * @param labels true label ids, [n], n at least 1
 * @param classes default 7
 * @returns a temperature within {@link TEMPERATURE_RANGE}
 * @throws RangeError without samples
 */
export function fitTemperature(
  probabilities: Float32Array,
  labels: Uint8Array,
  classes: number = EMOTIONS.length,
): number {
  if (labels.length === 0) throw new RangeError('Expected at least 1 sample for labels but received 0');
  const loss = (logarithm: number) => meanLoss(probabilities, labels, Math.exp(logarithm), classes);
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

function meanLoss(
  probabilities: Float32Array,
  labels: Uint8Array,
  temperature: number,
  classes: number,
): number {
  const scaled = scaleByTemperature(probabilities, temperature, classes);
  const losses = Array.from(
    labels,
    (label, row) => -Math.log(Math.max(scaled[row * classes + label], SMALLEST)),
  );
  return losses.reduce((sum, value) => sum + value, 0) / labels.length;
}
