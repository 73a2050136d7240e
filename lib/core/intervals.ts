import { unexpected } from './errors';
import { groupBy } from './group-by';
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
  if (!Number.isInteger(trials) || trials < 0) throw unexpected('integer of 0 or more', 'trials', trials);
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw unexpected(`integer between 0 and ${trials}`, 'successes', successes);
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
  if (values.length === 0) throw unexpected('at least 1 number', 'values', 0);
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
  if (groups.length === 0) throw unexpected('at least 1 group', 'groups', 0);
  const drawn = Array.from({ length: draws }, () => statistic(groups.flatMap(() => random.pick(groups))));
  drawn.sort((first, second) => first - second);
  const tail = (1 - 0.95) / 2;
  return { value: statistic(groups.flat()), low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}

/** The score of one image, with its character and its clip. */
export interface ScoredFrame {
  readonly character: string;
  /** Neighbouring frames of one clip are near-duplicates. */
  readonly clip: string;
  /** 1 for a right answer, 0 for a wrong one or a missed face; values between are means over several seeds. */
  readonly score: number;
}

/**
 * Estimates accuracy with a 95 % interval for other characters. Characters are the sampling unit, since neighbouring
 * frames are near-duplicates. The interval has the width of Student's t over the characters' means. It is never
 * narrower than Wilson's interval with clips as trials, because t has no width when all characters agree. Limits are
 * clipped to 0 and 1.
 * @param frames at least one
 * @returns the mean over frames, with the interval
 */
export function accuracyByCharacter(frames: readonly ScoredFrame[]): Estimate {
  const value = mean(frames.map(({ score }) => score));
  const clips = new Set(frames.map(({ character, clip }) => `${character}\0${clip}`)).size;
  const wilson = wilsonInterval(Math.round(value * clips), clips);
  const spread = tInterval([...scoresByCharacter(frames).values()].map(mean));
  const half = (spread.high - spread.low) / 2;
  return {
    value,
    low: Math.max(0, Math.min(value - half, wilson.low)),
    high: Math.min(1, Math.max(value + half, wilson.high)),
  };
}

/**
 * Estimates accuracy with a percentile bootstrap that draws whole characters, 2,000 times.
 * @param frames at least one
 */
export function bootstrapCharacters(frames: readonly ScoredFrame[], random: Random): Estimate {
  return bootstrapByGroup([...scoresByCharacter(frames).values()], mean, { random, draws: 2000 });
}

/**
 * Estimates the difference of accuracy between two classifiers on the same characters, with Student's t over the
 * characters' differences.
 * @param first frames of the first classifier
 * @param second frames of the second classifier, of the same characters
 * @returns the mean over characters of first minus second, -1 to 1
 * @throws RangeError when the characters differ
 */
export function pairedDifference(first: readonly ScoredFrame[], second: readonly ScoredFrame[]): Estimate {
  const [scores, others] = [first, second].map(scoresByCharacter);
  const [names, received] = [scores, others].map((one) => [...one.keys()].sort().join(', '));
  if (names !== received) throw unexpected(names, 'characters of second', received);
  return tInterval(
    [...scores.keys()].sort().map((name) => mean(scores.get(name)!) - mean(others.get(name)!)),
  );
}

function scoresByCharacter(frames: readonly ScoredFrame[]): Map<string, number[]> {
  const groups = groupBy(frames, ({ character }) => character);
  return new Map([...groups].map(([character, own]) => [character, own.map(({ score }) => score)]));
}

/**
 * Compares two classifiers image by image.
 * @param first whether the first classifier is right on each image
 * @param second whether the second classifier is right, in the same order
 * @returns numbers of images by who is right, and the two-sided exact p-value of McNemar's test of the hypothesis that both
 *   are equally good
 * @throws RangeError when the lengths differ
 * Source: McNemar 1947, exact form: the binomial distribution over the images with different outcomes.
 */
export function comparePaired(first: readonly boolean[], second: readonly boolean[]) {
  if (first.length !== second.length) throw unexpected(`${first.length} outcomes`, 'second', second.length);
  const count = (one: boolean, other: boolean) =>
    first.filter((right, index) => right === one && second[index] === other).length;
  const [onlyFirst, onlySecond] = [count(true, false), count(false, true)];
  const pValue = exactSignTest(onlyFirst, onlySecond);
  return { both: count(true, true), onlyFirst, onlySecond, neither: count(false, false), pValue };
}

function exactSignTest(first: number, second: number): number {
  const total = first + second;
  let logTerm = -total * Math.LN2;
  let tail = 0;
  for (let count = 0; count <= Math.min(first, second); count++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(total - count) - Math.log(count + 1);
  }
  return Math.min(1, 2 * tail);
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
