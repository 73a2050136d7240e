import type { Random } from './random';

/** The standard normal distribution's 97.5 % quantile. */
const Z_95 = 1.959963984540054;

/** An estimate with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** An estimate as a row of a table or of a chart. */
export interface GroupedEstimate<Label extends string | number = string> {
  /** What was measured: the row. */
  readonly label: Label;
  /** What it is compared by: the column, or the colour. */
  readonly group: string;
  readonly estimate: Estimate;
}

/** A proportion with its 95 % confidence interval. */
export interface Proportion extends Estimate {
  readonly successes: number;
  readonly trials: number;
}

/**
 * Computes the mean.
 * @returns NaN for no numbers
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Computes a quantile by linear interpolation between the two nearest values, as numpy.quantile does.
 * @param sorted ascending, at least one value
 * @param share 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/**
 * Estimates a proportion with its Wilson score interval, which stays within 0 to 1 and keeps its coverage near both
 * ends.
 * @param successes integer, 0 to trials
 * @param trials integer, 0 or more; with 0 the value is NaN and the interval 0 to 1
 * @throws RangeError when a count is not an integer in its range
 * Source: Wilson 1927, as statsmodels' proportion_confint(method='wilson'); a test fixture compares both.
 */
export function wilsonInterval(successes: number, trials: number): Proportion {
  if (!Number.isInteger(trials) || trials < 0)
    throw new RangeError(`Expected integer of 0 or more for trials but received ${trials}`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`Expected integer between 0 and ${trials} for successes but received ${successes}`);
  if (trials === 0) return { value: NaN, low: 0, high: 1, successes, trials };
  const square = Z_95 * Z_95;
  const centre = (successes + square / 2) / (trials + square);
  const half =
    (Z_95 / (trials + square)) * Math.sqrt((successes * (trials - successes)) / trials + square / 4);
  // At the ends, one limit is exactly 0 or 1; rounding would move it slightly.
  const low = successes === 0 ? 0 : centre - half;
  const high = successes === trials ? 1 : centre + half;
  return { value: successes / trials, low, high, successes, trials };
}

/**
 * Estimates a mean with Student's t interval.
 * @param values at least one; with one value the interval is unbounded
 * @throws RangeError for no values
 */
export function tInterval(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const value = mean(values);
  if (values.length === 1) return { value, low: -Infinity, high: Infinity };
  const degreesOfFreedom = values.length - 1;
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / degreesOfFreedom;
  const half = studentQuantile(degreesOfFreedom) * Math.sqrt(variance / values.length);
  return { value, low: value - half, high: value + half };
}

/**
 * Estimates a statistic with a percentile bootstrap that draws whole groups. Frames of one clip are near-duplicates, so
 * drawing single frames would give too narrow an interval.
 * @param groups the items of each clip or character; at least one group
 * @param statistic function of the pooled items of a drawn sample
 * @param options.draws number of samples, default 1,000
 * @throws RangeError for no groups
 */
export function bootstrapByGroup<T>(
  groups: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  { random, draws = 1000 }: { readonly random: Random; readonly draws?: number },
): Estimate {
  if (groups.length === 0) throw new RangeError('Expected at least 1 group for groups but received 0');
  const drawn = Array.from({ length: draws }, () => statistic(groups.flatMap(() => random.pick(groups))));
  drawn.sort((first, second) => first - second);
  const tail = (1 - 0.95) / 2;
  return { value: statistic(groups.flat()), low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}

/**
 * Returns t such that 95 % of Student's t distribution lie between -t and t.
 * Source: Abramowitz and Stegun 26.7.1; compared with scipy.stats.t.ppf.
 */
function studentQuantile(degreesOfFreedom: number): number {
  let [low, high] = [0, 1];
  while (shareWithin(high, degreesOfFreedom) < 0.95) high *= 2;
  // 200 bisections always reach neighbouring floating-point numbers.
  for (let halving = 0; halving < 200; halving++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Computes the share of the distribution between -t and t. */
function shareWithin(t: number, degreesOfFreedom: number): number {
  return 1 - incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
}

/** Computes the regularised incomplete beta function I_x(a, b). Source: Abramowitz and Stegun 26.5.8, 6.6.3. */
function incompleteBeta(x: number, a: number, b: number): number {
  // The continued fraction converges fast on this side; symmetry gives the other side.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logGamma(a) - logGamma(b) + logGamma(a + b));
  return (front * betaFraction(x, a, b)) / a;
}

/** Evaluates the continued fraction from its last term. */
function betaFraction(x: number, a: number, b: number): number {
  let tail = 1;
  for (let m = 200; m >= 1; m--) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m - 1) * (a + b + m - 1) * x) / ((a + 2 * m - 2) * (a + 2 * m - 1));
    tail = 1 + odd / (1 + even / tail);
  }
  return 1 / tail;
}

/** Computes the logarithm of the gamma function. Source: Stirling's series, with the argument shifted to 10 or more. */
function logGamma(value: number): number {
  let [x, shift] = [value, 0];
  while (x < 10) shift -= Math.log(x++);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
