/**
 * Computes the median; of an even number of values, the mean of the two middle ones.
 * @param values in any order, at least one
 * @throws RangeError for no values
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rounds to significant digits, so that a file does not show more precision than was measured.
 * @param digits default 4
 */
export function roundTo(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

/**
 * Chooses the units of work of one run.
 * @param secondsPerUnit duration of a unit in warm-up
 * @param targetSeconds duration of a run, long enough that clock and pauses do not matter
 * @returns an integer, 1 to 32
 */
export function chooseCount(secondsPerUnit: number, targetSeconds: number): number {
  return Math.min(32, Math.max(1, Math.round(targetSeconds / secondsPerUnit)));
}
