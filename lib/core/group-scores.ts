import {
  countGroups,
  drawGroups,
  type GroupCounts,
  type GroupDraws,
  type GroupedAnswer,
} from './group-counts';
import { type Estimate, type Proportion, quantile, wilsonInterval } from './intervals';
import type { Random } from './random';

/** A model's performance on one group. A missed face counts as an error, except in the calibration error. */
export interface GroupScore {
  /** Name of the group; undefined for the images without a group. */
  readonly group: string | undefined;
  readonly images: number;
  /** Images with a found face. */
  readonly found: number;
  /** Number of different units among the images. */
  readonly units: number;
  readonly accuracy: Proportion;
  /** Recall of each class, in the order of the label ids; NaN for a class without images. */
  readonly recalls: readonly Proportion[];
  /** Expected calibration error over the found faces, 0 to 1; NaN without found faces. */
  readonly calibrationError: Estimate;
  /** Whether the group has fewer images or units than {@link GroupLimits} require. */
  readonly isTooFew: boolean;
}

/** The difference between the groups of highest and of lowest accuracy. */
interface LargestDifference {
  readonly higher: string;
  readonly lower: string;
  /** Accuracy of the higher minus that of the lower group. The interval holds for all compared pairs at once. */
  readonly difference: Estimate;
  /** Number of groups compared. */
  readonly compared: number;
  /** True when fewer than two groups are large enough. Small groups are then compared too. */
  readonly isTooFew: boolean;
}

/** A model's scores by group. */
export interface GroupScores {
  /** Sorted by name, numbers by their value; the images without a group are last. */
  readonly groups: readonly GroupScore[];
  /** Undefined with fewer than two named groups. */
  readonly largestDifference?: LargestDifference;
}

/** Smallest sizes of a group for which claims are made. */
export interface GroupLimits {
  readonly images: number;
  readonly units: number;
}

/** How {@link scoreGroups} estimates. */
interface GroupOptions {
  readonly limits: GroupLimits;
  /** Source of the draws. */
  readonly random: Random;
  /** Number of bootstrap samples, default {@link GROUP_DRAWS}. */
  readonly draws?: number;
}

/** Default number of bootstrap samples. */
export const GROUP_DRAWS = 2000;

/**
 * Scores a model by group, with 95 % intervals from a percentile cluster bootstrap that draws whole units (persons).
 * Intervals of proportions are never narrower than Wilson's with images as trials. The interval of the calibration
 * error always contains its value, since resampling increases that error.
 *
 * The largest difference is selected after all groups are known. Its interval is therefore simultaneous: the value plus
 * and minus the 95 % quantile, over the draws, of the largest deviation of any pair's difference. It is never narrower
 * than Newcombe's interval for that pair. Images without a group are not compared.
 * @param answers at least one
 * @throws RangeError without answers
 * Source: Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10; Efron and
 * Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
 */
export function scoreGroups(answers: readonly GroupedAnswer[], options: GroupOptions): GroupScores {
  if (answers.length === 0) throw new RangeError('Expected at least 1 answer for answers but received 0');
  const { limits, random, draws = GROUP_DRAWS } = options;
  const names = sortGroups(new Set(answers.map(({ group }) => group)));
  const counts = countGroups(answers, names);
  const drawn = drawGroups(answers, names, { random, draws });
  const groups = names.map((group, index): GroupScore => {
    const { images, found } = counts[index];
    const units = new Set(answers.filter((one) => one.group === group).map(({ unit }) => unit)).size;
    const isTooFew = images < limits.images || units < limits.units;
    return { group, images, found, units, ...estimateGroup(counts[index], drawn[index]), isTooFew };
  });
  const largestDifference = findLargest(groups, drawn);
  return largestDifference ? { groups, largestDifference } : { groups };
}

function sortGroups(names: ReadonlySet<string | undefined>): (string | undefined)[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const named = [...names].filter((name): name is string => name !== undefined);
  named.sort((first, second) => compare(first, second) || (first < second ? -1 : 1));
  return names.has(undefined) ? [...named, undefined] : named;
}

function estimateGroup(
  { images, right, classImages, classRight, calibrationError: value }: GroupCounts,
  drawn: GroupDraws,
): Pick<GroupScore, 'accuracy' | 'recalls' | 'calibrationError'> {
  return {
    accuracy: widen(wilsonInterval(right, images), drawn.accuracy),
    recalls: drawn.recalls.map((own, id) => widen(wilsonInterval(classRight[id], classImages[id]), own)),
    calibrationError: widen({ value, low: value, high: value }, drawn.calibrationError),
  };
}

/** Widens an interval to include the central 95 % of the draws. Draws without an image of the group are ignored. */
function widen<E extends Estimate>(estimate: E, drawn: Float64Array): E {
  const sorted = drawn.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return estimate;
  const [low, high] = [0.025, 0.975].map((share) => quantile(sorted, share));
  return { ...estimate, low: Math.min(estimate.low, low), high: Math.max(estimate.high, high) };
}

function findLargest(
  groups: readonly GroupScore[],
  drawn: readonly GroupDraws[],
): LargestDifference | undefined {
  const named = groups.flatMap((score, index) =>
    score.group === undefined ? [] : [{ ...score, group: score.group, drawn: drawn[index].accuracy }],
  );
  const enough = named.filter((group) => !group.isTooFew);
  const isTooFew = enough.length < 2;
  const compared = isTooFew ? named : enough;
  if (compared.length < 2) return undefined;
  compared.sort((first, second) => second.accuracy.value - first.accuracy.value);
  const [higher, lower] = [compared[0], compared[compared.length - 1]];
  const value = higher.accuracy.value - lower.accuracy.value;
  const half = largestDeviation(compared);
  const pair = newcombeInterval(higher.accuracy, lower.accuracy);
  const difference = {
    value,
    low: Math.max(-1, Math.min(pair.low, value - half)),
    high: Math.min(1, Math.max(pair.high, value + half)),
  };
  return { higher: higher.group, lower: lower.group, difference, compared: compared.length, isTooFew };
}

/**
 * Computes the 95 % quantile, over the draws, of the largest deviation of any pair's difference. In one draw, that
 * deviation is the range of the groups' own deviations. Groups without an image in a draw are ignored in it.
 */
function largestDeviation(
  groups: readonly { readonly accuracy: Estimate; readonly drawn: Float64Array }[],
): number {
  const ranges = groups[0].drawn.map((_, draw) => {
    const own = groups
      .map(({ accuracy, drawn }) => drawn[draw] - accuracy.value)
      .filter((deviation) => !Number.isNaN(deviation));
    return own.length > 0 ? Math.max(...own) - Math.min(...own) : 0;
  });
  return quantile(ranges.sort(), 0.95);
}

function newcombeInterval(first: Proportion, second: Proportion): { low: number; high: number } {
  const [one, other] = [first, second].map(({ successes, trials }) => wilsonInterval(successes, trials));
  const value = one.value - other.value;
  return {
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
  };
}
