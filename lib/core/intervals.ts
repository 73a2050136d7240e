import type { Random } from './random';

/** The standard normal distribution's 97.5 % quantile, which a two-sided 95 % interval uses. */
const Z_95 = 1.959963984540054;

/** An estimate with its confidence interval. */
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

/** A proportion with its confidence interval. */
export interface Proportion extends Estimate {
  readonly successes: number;
  readonly trials: number;
}

/** Accuracy on the found faces and on all images. */
export interface AccuracyEstimates {
  /** Accuracy on the images with a found face. */
  readonly foundFaces: Proportion;
  /** Accuracy on all images; an image without a found face counts as an error. */
  readonly allImages: Proportion;
}

/**
 * Estimates a proportion with its Wilson score interval, which stays within 0 to 1 and keeps its coverage near both
 * ends.
 * @param successes integer, 0 to trials
 * @param trials integer, 0 or more; with 0 the value is NaN and the interval 0 to 1
 * @param z quantile of the normal distribution, default {@link Z_95}
 * @throws RangeError when a count is not an integer in its range
 * Source: Wilson 1927, as statsmodels' proportion_confint(method='wilson'); a test fixture compares both.
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
  // At the ends, one limit is exactly 0 or 1; rounding would move it slightly.
  const low = successes === 0 ? 0 : centre - half;
  const high = successes === trials ? 1 : centre + half;
  return { value, low, high, successes, trials };
}

/**
 * Estimates the accuracy on the found faces and on all images.
 * @param correct number of right answers
 * @param found number of images with a found face, which are all answered
 * @param missed number of images without a found face
 * @throws RangeError when the counts do not fit together
 */
export function estimateAccuracy(correct: number, found: number, missed: number): AccuracyEstimates {
  return { foundFaces: wilsonInterval(correct, found), allImages: wilsonInterval(correct, found + missed) };
}

/**
 * Estimates a statistic with a percentile bootstrap that draws whole groups. Frames of one clip are near-duplicates, so
 * drawing single frames would give too narrow an interval.
 * @param groups the items of each clip or character; at least one group
 * @param statistic function of the pooled items of a drawn sample
 * @param options.random source of the draws
 * @param options.draws number of samples, default 1,000
 * @param options.confidence share of the draws inside the interval, default 0.95
 * @throws RangeError for no groups
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
