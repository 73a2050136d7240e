import { binOf } from './calibration';
import { EMOTIONS } from './emotions';
import { unexpected } from './errors';
import { groupBy } from './group-by';
import { type Estimate, type Proportion, quantile, wilsonInterval } from './intervals';
import type { Random } from './random';

/** One image with the model's answer. */
export interface GroupedAnswer {
  /** Name of the image's group; undefined when the data do not give one. */
  readonly group: string | undefined;
  /** The unit of resampling: the person, or the image itself when persons are unknown. */
  readonly unit: string;
  /** Label id. */
  readonly label: number;
  /** Whether the answer is right; false for an image without a found face. */
  readonly isRight: boolean;
  /** Probability of the predicted class, 0 to 1; undefined without a found face. */
  readonly confidence: number | undefined;
}

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
  /** Expected calibration error in ten bins over the found faces, 0 to 1; NaN without found faces. */
  readonly calibrationError: Estimate;
  /** Whether the group has fewer images or units than {@link GroupLimits} require. */
  readonly isTooFew: boolean;
}

/** The difference between the groups of highest and of lowest accuracy. */
export interface LargestDifference {
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

/** Number of bootstrap samples. */
export const GROUP_DRAWS = 2000;

/**
 * Scores a model by group, with 95 % intervals from a percentile cluster bootstrap that draws whole units (persons).
 * Units are drawn from all groups together, since a unit may be in several groups.
 * Intervals of proportions are never narrower than Wilson's with images as trials. The interval of the calibration
 * error always contains its value, since resampling increases that error.
 *
 * The largest difference is selected after all groups are known. Its interval is therefore simultaneous: the value plus
 * and minus the 95 % quantile, over the draws, of the largest deviation of any pair's difference. It is never narrower
 * than Newcombe's interval for that pair. Images without a group are not compared.
 * @param answers at least one
 * @param options.random source of the draws
 * @throws RangeError without answers
 * Source: Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10; Efron and
 * Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13.
 */
export function scoreGroups(
  answers: readonly GroupedAnswer[],
  { limits, random }: { readonly limits: GroupLimits; readonly random: Random },
): GroupScores {
  if (answers.length === 0) throw unexpected('at least 1 answer', 'answers', 0);
  const byGroup = groupBy(answers, ({ group }) => group);
  const names = sortGroups([...byGroup.keys()]);
  const indices = new Map(names.map((name, index) => [name, index]));
  const counted = answers.map(({ group, unit, label, isRight, confidence }) => ({
    group: indices.get(group)!,
    unit,
    label,
    right: Number(isRight),
    bin: confidence === undefined ? undefined : binOf(confidence, BINS),
    gap: (confidence ?? 0) - Number(isRight),
  }));
  const units = [...groupBy(counted, ({ unit }) => unit).values()];
  const draws = Array.from({ length: GROUP_DRAWS }, () =>
    sumByGroup(
      units.map(() => random.pick(units)),
      names.length,
    ).map(toRates),
  );
  const groups = sumByGroup([counted], names.length).map((sums, index): GroupScore => {
    const group = names[index];
    const drawn = (rate: number) => draws.map((rates) => rates[index][rate]);
    const { images, right, found, classImages, classRight } = sums;
    const [, value] = toRates(sums);
    const unitCount = new Set(byGroup.get(group)!.map(({ unit }) => unit)).size;
    return {
      group,
      images,
      found,
      units: unitCount,
      accuracy: widen(wilsonInterval(right, images), drawn(0)),
      recalls: classRight.map((hits, id) => widen(wilsonInterval(hits, classImages[id]), drawn(2 + id))),
      calibrationError: widen({ value, low: value, high: value }, drawn(1)),
      isTooFew: images < limits.images || unitCount < limits.units,
    };
  });
  const largestDifference = findLargest(
    groups,
    draws.map((rates) => rates.map(([accuracy]) => accuracy)),
  );
  return largestDifference ? { groups, largestDifference } : { groups };
}

function sortGroups(names: readonly (string | undefined)[]): (string | undefined)[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const named = names.filter((name): name is string => name !== undefined);
  named.sort((first, second) => compare(first, second) || (first < second ? -1 : 1));
  return named.length < names.length ? [...named, undefined] : named;
}

/** Bins of the calibration error. */
const BINS = 10;

/** An answer with the index of its group; `bin` of its confidence: undefined without a found face. */
interface Counted {
  readonly group: number;
  readonly label: number;
  readonly right: number;
  readonly bin?: number;
  /** Confidence minus 1 for a right answer, or minus 0 for a wrong one. */
  readonly gap: number;
}

/** Sums over the answers of a group. */
type Sums = ReturnType<typeof sumByGroup>[number];

function sumByGroup(units: readonly (readonly Counted[])[], count: number) {
  const groups = Array.from({ length: count }, () => ({
    images: 0,
    right: 0,
    found: 0,
    classImages: EMOTIONS.map(() => 0),
    classRight: EMOTIONS.map(() => 0),
    gaps: new Float64Array(BINS),
  }));
  for (const answers of units)
    for (const { group, label, right, bin, gap } of answers) {
      const sums = groups[group];
      sums.images += 1;
      sums.right += right;
      sums.classImages[label] += 1;
      sums.classRight[label] += right;
      if (bin === undefined) continue;
      sums.found += 1;
      sums.gaps[bin] += gap;
    }
  return groups;
}

/**
 * Computes a group's accuracy, calibration error and recall of each class; NaN without such an image. In the calibration error, a
 * bin's gap times its count equals the absolute sum of its answers' gaps.
 */
function toRates({ images, right, found, classImages, classRight, gaps }: Sums): number[] {
  const error = gaps.reduce((total, gap) => total + Math.abs(gap), 0) / found;
  return [right / images, error, ...classRight.map((hits, id) => hits / classImages[id])];
}

/** Widens an interval to include the central 95 % of the draws. Draws without an image of the group are ignored. */
function widen<E extends Estimate>(estimate: E, drawn: readonly number[]): E {
  const sorted = Float64Array.from(drawn.filter((value) => !Number.isNaN(value))).sort();
  if (sorted.length === 0) return estimate;
  const [low, high] = [0.025, 0.975].map((share) => quantile(sorted, share));
  return { ...estimate, low: Math.min(estimate.low, low), high: Math.max(estimate.high, high) };
}

/** @param draws accuracy of each group, for each sample */
function findLargest(
  groups: readonly GroupScore[],
  draws: readonly (readonly number[])[],
): LargestDifference | undefined {
  const named = groups.flatMap(({ group, ...score }, index) =>
    group === undefined ? [] : [{ ...score, group, index }],
  );
  const enough = named.filter((group) => !group.isTooFew);
  const isTooFew = enough.length < 2;
  const compared = isTooFew ? named : enough;
  if (compared.length < 2) return undefined;
  compared.sort((first, second) => second.accuracy.value - first.accuracy.value);
  const [higher, lower] = [compared[0], compared[compared.length - 1]];
  const value = higher.accuracy.value - lower.accuracy.value;
  // In one draw, the largest deviation of any pair's difference is the range of the groups' own deviations.
  const ranges = draws.map((drawn) => {
    const own = compared
      .map(({ accuracy, index }) => drawn[index] - accuracy.value)
      .filter((deviation) => !Number.isNaN(deviation));
    return own.length > 0 ? Math.max(...own) - Math.min(...own) : 0;
  });
  const half = quantile(Float64Array.from(ranges).sort(), 0.95);
  const pair = newcombeInterval(higher.accuracy, lower.accuracy);
  const difference = {
    value,
    low: Math.max(-1, Math.min(pair.low, value - half)),
    high: Math.min(1, Math.max(pair.high, value + half)),
  };
  return { higher: higher.group, lower: lower.group, difference, compared: compared.length, isTooFew };
}

function newcombeInterval(first: Proportion, second: Proportion): { low: number; high: number } {
  const [one, other] = [first, second].map(({ successes, trials }) => wilsonInterval(successes, trials));
  const value = one.value - other.value;
  return {
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
  };
}
