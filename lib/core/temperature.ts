/** How a fitted temperature is bounded: beyond these a network is broken rather than badly calibrated. */
export const TEMPERATURE_RANGE = { least: 0.05, most: 20 } as const;

/** The least probability that is told from 0, so that its logarithm is finite. */
const SMALLEST = 1e-30;

/**
 * Flattens or sharpens probabilities: softmax(logits / temperature), from the softmax of the logits themselves.
 * @param probabilities [n, classes], each row's sum 1
 * @param temperature above 0; 1 changes nothing, more flattens
 * @returns [n, classes]
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", temperature scaling.
 */
export function scaleByTemperature(
  probabilities: Float32Array,
  temperature: number,
  classes = 7,
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
 * Fits the temperature under which the true labels are likeliest: golden section search over its logarithm, in which
 * the loss has one minimum.
 * @param probabilities of samples that training did not see, [n, classes]
 * @param labels true label ids, [n], n at least 1
 * @returns within {@link TEMPERATURE_RANGE}
 * @throws RangeError when there is no sample
 */
export function fitTemperature(probabilities: Float32Array, labels: Uint8Array, classes = 7): number {
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
  const losses = Array.from(labels, (label, row) => -Math.log(Math.max(scaled[row * classes + label], SMALLEST))); // prettier-ignore
  return losses.reduce((sum, value) => sum + value, 0) / labels.length;
}
