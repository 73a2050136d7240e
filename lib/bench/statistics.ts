/**
 * Finds the middle value: of an even number of values the mean of the two in the middle.
 * @param values in any order, at least one
 * @throws RangeError for no value
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rounds to significant digits, so that a file says no more than was measured.
 * @param digits default 4
 */
export function roundTo(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}

/**
 * Chooses how much work one run shall do.
 * @param secondsPerUnit what a unit took while warming up
 * @param targetSeconds how long a run should take, so that the clock and the pauses between runs do not matter
 * @returns an integer, 1 to 32
 */
export function chooseCount(secondsPerUnit: number, targetSeconds: number): number {
  return Math.min(32, Math.max(1, Math.round(targetSeconds / secondsPerUnit)));
}
