import { binOf } from './calibration';
import { EMOTIONS } from './emotions';
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
  if (answers.length === 0) throw new RangeError('Expected at least 1 answer for answers but received 0');
  const byGroup = groupBy(answers, ({ group }) => group);
  const names = sortGroups([...byGroup.keys()]);
  const units = countByUnit(answers, names);
  const sums = new Float64Array(STRIDE * names.length);
  for (const unit of units) addUnit(unit, sums);
  const drawn = drawStatistics(units, names.length, random);
  const groups = names.map((group, index): GroupScore => {
    const own = sums.subarray(STRIDE * index, STRIDE * (index + 1));
    const [images, right, found] = own;
    const [accuracy, error, ...recalls] = drawn[index];
    const value = calibrationError(own);
    const unitCount = new Set(byGroup.get(group)!.map(({ unit }) => unit)).size;
    return {
      group,
      images,
      found,
      units: unitCount,
      accuracy: widen(wilsonInterval(right, images), accuracy),
      recalls: recalls.map((recall, id) =>
        widen(wilsonInterval(own[CLASS_RIGHT + id], own[CLASS_IMAGES + id]), recall),
      ),
      calibrationError: widen({ value, low: value, high: value }, error),
      isTooFew: images < limits.images || unitCount < limits.units,
    };
  });
  const largestDifference = findLargest(
    groups,
    drawn.map(([accuracy]) => accuracy),
  );
  return largestDifference ? { groups, largestDifference } : { groups };
}

function sortGroups(names: readonly (string | undefined)[]): (string | undefined)[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const named = names.filter((name): name is string => name !== undefined);
  named.sort((first, second) => compare(first, second) || (first < second ? -1 : 1));
  return named.length < names.length ? [...named, undefined] : named;
}

/** Offsets in a group's sums: images, right, found, then images and right answers by class, then each bin's gap. */
const [IMAGES, RIGHT, FOUND, CLASS_IMAGES] = [0, 1, 2, 3];
const CLASS_RIGHT = CLASS_IMAGES + EMOTIONS.length;
const GAPS = CLASS_RIGHT + EMOTIONS.length;
const BINS = 10;
const STRIDE = GAPS + BINS;

/** An answer with indices in place of names. */
interface Counted {
  /** Offset of the group's sums. */
  readonly offset: number;
  readonly label: number;
  readonly right: number;
  /** Bin of the confidence; undefined without a found face. */
  readonly bin?: number;
  /** Confidence minus 1 for a right answer, or minus 0 for a wrong one. */
  readonly gap: number;
}

function countByUnit(answers: readonly GroupedAnswer[], names: readonly (string | undefined)[]): Counted[][] {
  const offsets = new Map(names.map((name, index) => [name, STRIDE * index]));
  const units = groupBy(answers, ({ unit }) => unit);
  return Array.from(units.values(), (own) =>
    own.map(({ group, label, isRight, confidence }) => ({
      offset: offsets.get(group)!,
      label,
      right: Number(isRight),
      bin: confidence === undefined ? undefined : binOf(confidence, BINS),
      gap: (confidence ?? 0) - Number(isRight),
    })),
  );
}

function addUnit(answers: readonly Counted[], sums: Float64Array): void {
  for (const { offset, label, right, bin, gap } of answers) {
    sums[offset + IMAGES] += 1;
    sums[offset + RIGHT] += right;
    sums[offset + CLASS_IMAGES + label] += 1;
    sums[offset + CLASS_RIGHT + label] += right;
    if (bin === undefined) continue;
    sums[offset + FOUND] += 1;
    sums[offset + GAPS + bin] += gap;
  }
}

/** Computes the calibration error: a bin's gap times its count equals the absolute sum of its answers' gaps. */
function calibrationError(sums: Float64Array): number {
  return sums.subarray(GAPS).reduce((total, gap) => total + Math.abs(gap), 0) / sums[FOUND];
}

/**
 * Draws bootstrap samples of as many units as the data have, with replacement.
 * @returns for each group the accuracy, the calibration error and each class's recall, one number per sample; NaN when
 *   the sample has no such image
 */
function drawStatistics(units: readonly Counted[][], groups: number, random: Random): Float64Array[][] {
  const drawn = Array.from({ length: groups }, () =>
    Array.from({ length: 2 + EMOTIONS.length }, () => new Float64Array(GROUP_DRAWS)),
  );
  const sums = new Float64Array(STRIDE * groups);
  for (let draw = 0; draw < GROUP_DRAWS; draw++) {
    sums.fill(0);
    for (let count = 0; count < units.length; count++) addUnit(random.pick(units), sums);
    for (const [index, [accuracy, error, ...recalls]] of drawn.entries()) {
      const own = sums.subarray(STRIDE * index, STRIDE * (index + 1));
      accuracy[draw] = own[RIGHT] / own[IMAGES];
      error[draw] = calibrationError(own);
      for (const [id, recall] of recalls.entries())
        recall[draw] = own[CLASS_RIGHT + id] / own[CLASS_IMAGES + id];
    }
  }
  return drawn;
}

/** Widens an interval to include the central 95 % of the draws. Draws without an image of the group are ignored. */
function widen<E extends Estimate>(estimate: E, drawn: Float64Array): E {
  const sorted = drawn.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return estimate;
  const [low, high] = [0.025, 0.975].map((share) => quantile(sorted, share));
  return { ...estimate, low: Math.min(estimate.low, low), high: Math.max(estimate.high, high) };
}

/** @param drawn accuracy of each group in each sample */
function findLargest(
  groups: readonly GroupScore[],
  drawn: readonly Float64Array[],
): LargestDifference | undefined {
  const named = groups.flatMap(({ group, accuracy, isTooFew }, index) =>
    group === undefined ? [] : [{ group, accuracy, isTooFew, drawn: drawn[index] }],
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
