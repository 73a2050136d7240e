/**
 * Computes the mean.
 * @returns NaN for no numbers
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Formats a proportion as a percentage, such as `97.51 %`.
 * @param share 0 to 1; NaN is written as a dash
 * @param digits after the decimal point, default 2
 */
export function formatPercent(share: number, digits = 2): string {
  if (Number.isNaN(share)) return '–';
  return `${(100 * share).toFixed(digits)} %`;
}
