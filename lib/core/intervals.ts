import type { Random } from './random';

/** The standard normal distribution's 97.5 % quantile, which a two-sided 95 % interval uses. */
export const Z_95 = 1.959963984540054;

/** An estimate with the interval that it may be off by. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** An estimate with what it is of: a row of a table or of a chart. */
export interface GroupedEstimate<Label extends string | number = string> {
  /** What was measured: the row. */
  readonly label: Label;
  /** What it is compared by: the column, or the colour. */
  readonly group: string;
  readonly estimate: Estimate;
}

/** A share of counted things, with its interval. */
export interface Proportion extends Estimate {
  /** How many had the property. */
  readonly successes: number;
  /** How many were looked at. */
  readonly trials: number;
}

/** Accuracy seen in both ways. */
export interface AccuracyEstimates {
  /** Of the images in which a face was found. */
  readonly ofFound: Proportion;
  /** Of all images: one without a found face counts as an error. */
  readonly ofAll: Proportion;
}

/**
 * Estimates a share with its Wilson score interval, which stays inside of 0 to 1 and keeps its coverage near both.
 * @param successes integer, 0 to trials
 * @param trials integer, 0 or more; with 0 the value is NaN and the interval 0 to 1
 * @param z quantile of the normal distribution, default {@link Z_95}
 * @throws RangeError when the counts are none
 * Source: Wilson 1927, as statsmodels' proportion_confint(method='wilson'), which a fixture compares.
 */
export function wilsonInterval(successes: number, trials: number, z: number = Z_95): Proportion {
  if (!Number.isInteger(trials) || trials < 0)
    throw new RangeError(`Expected integer of 0 or more for trials but received ${trials}`);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`Expected integer between 0 and ${trials} for successes but received ${successes}`);
  if (trials === 0) return { value: NaN, low: 0, high: 1, successes, trials };
  const value = successes / trials;
  const centre = (successes + (z * z) / 2) / (trials + z * z);
  const half = (z / (trials + z * z)) * Math.sqrt((successes * (trials - successes)) / trials + (z * z) / 4);
  // At the ends one limit is exactly 0 or 1; rounding would leave it beside.
  const low = successes === 0 ? 0 : centre - half;
  const high = successes === trials ? 1 : centre + half;
  return { value, low, high, successes, trials };
}

/**
 * Estimates accuracy of the found faces and of all images.
 * @param correct right answers
 * @param found images in which a face was found and which were answered
 * @param missed images of the same part without a found face
 */
export function estimateAccuracy(correct: number, found: number, missed: number): AccuracyEstimates {
  return { ofFound: wilsonInterval(correct, found), ofAll: wilsonInterval(correct, found + missed) };
}

/**
 * Estimates any statistic with a percentile bootstrap that draws whole groups: frames of one clip are
 * near-duplicates, so drawing single frames would make the interval too narrow.
 * @param groups one array of items a clip or character, at least one
 * @param statistic takes the pooled items of a drawn sample
 * @param options.random where the draws come from
 * @param options.draws how many samples are drawn, default 1,000
 * @param options.confidence share of the draws inside of the interval, default 0.95
 * @throws RangeError when there is no group
 */
export function bootstrapByGroup<T>(
  groups: readonly (readonly T[])[],
  statistic: (items: readonly T[]) => number,
  options: { readonly random: Random; readonly draws?: number; readonly confidence?: number },
): Estimate {
  if (groups.length === 0) throw new RangeError('Expected at least 1 group for groups but received 0');
  const { random, draws = 1000, confidence = 0.95 } = options;
  const drawn = Array.from({ length: draws }, () => statistic(groups.flatMap(() => random.pick(groups))));
  drawn.sort((first, second) => first - second);
  const tail = (1 - confidence) / 2;
  return { value: statistic(groups.flat()), low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}

/**
 * Interpolates linearly between the two nearest sorted values, as numpy.quantile does.
 * @param sorted ascending, at least one
 * @param share 0 to 1
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
