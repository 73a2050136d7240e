import { binOf } from './calibration';
import { EMOTIONS } from './emotions';
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

/** Counts and statistics of one group. A missed face counts as an error, except in the calibration error. */
export interface GroupCounts {
  readonly images: number;
  readonly right: number;
  /** Images with a found face. */
  readonly found: number;
  /** Number of images of each class, by label id. */
  readonly classImages: readonly number[];
  readonly classRight: readonly number[];
  /** Expected calibration error in ten bins over the found faces, 0 to 1; NaN without found faces. */
  readonly calibrationError: number;
}

/** A group's statistics in each drawn sample, one number per sample; NaN when the sample has no image of the group. */
export interface GroupDraws {
  readonly accuracy: Float64Array;
  readonly calibrationError: Float64Array;
  /** Recalls of each class, by label id. */
  readonly recalls: readonly Float64Array[];
}

const CLASSES = EMOTIONS.length;
const BINS = 10;

/** Offsets in a group's sums: images, right, found, then images and right answers by class, then each bin's gap. */
const [IMAGES, RIGHT, FOUND, CLASS_IMAGES] = [0, 1, 2, 3];
const CLASS_RIGHT = CLASS_IMAGES + CLASSES;
const GAPS = CLASS_RIGHT + CLASSES;
const STRIDE = GAPS + BINS;

/** An answer with indices in place of names. */
interface Counted {
  readonly offset: number;
  readonly label: number;
  readonly right: number;
  /** Bin of the confidence; undefined without a found face. */
  readonly bin?: number;
  /** Confidence minus 1 for a right answer, or minus 0 for a wrong one. */
  readonly gap: number;
}

/**
 * Counts the answers of each group.
 * @param groups all groups that occur in the answers
 * @returns one entry per group, in the order of `groups`
 */
export function countGroups(
  answers: readonly GroupedAnswer[],
  groups: readonly (string | undefined)[],
): GroupCounts[] {
  const sums = new Float64Array(STRIDE * groups.length);
  for (const unit of groupByUnit(answers, groups)) addUnit(unit, sums);
  return groups.map((_, index) => {
    const own = sums.subarray(STRIDE * index, STRIDE * (index + 1));
    return {
      images: own[IMAGES],
      right: own[RIGHT],
      found: own[FOUND],
      classImages: [...own.subarray(CLASS_IMAGES, CLASS_RIGHT)],
      classRight: [...own.subarray(CLASS_RIGHT, GAPS)],
      calibrationError: calibrationOf(own),
    };
  });
}

/**
 * Draws bootstrap samples of whole units with replacement, and computes each group's statistics in every sample. Units
 * are drawn from all groups together, since a unit may be in several groups. A sample has as many units as the data.
 * @param groups all groups that occur in the answers
 * @param options.random source of the draws
 * @param options.draws number of samples
 * @returns one entry per group, in the order of `groups`
 */
export function drawGroups(
  answers: readonly GroupedAnswer[],
  groups: readonly (string | undefined)[],
  { random, draws }: { readonly random: Random; readonly draws: number },
): GroupDraws[] {
  const units = groupByUnit(answers, groups);
  const row = () => new Float64Array(draws);
  const drawn = groups.map(() => ({ accuracy: row(), calibrationError: row(), recalls: EMOTIONS.map(row) }));
  const sums = new Float64Array(STRIDE * groups.length);
  for (let draw = 0; draw < draws; draw++) {
    sums.fill(0);
    for (let count = 0; count < units.length; count++) addUnit(random.pick(units), sums);
    for (const [index, { accuracy, calibrationError, recalls }] of drawn.entries()) {
      const own = sums.subarray(STRIDE * index, STRIDE * (index + 1));
      accuracy[draw] = own[RIGHT] / own[IMAGES];
      calibrationError[draw] = calibrationOf(own);
      for (const [id, recall] of recalls.entries())
        recall[draw] = own[CLASS_RIGHT + id] / own[CLASS_IMAGES + id];
    }
  }
  return drawn;
}

function groupByUnit(
  answers: readonly GroupedAnswer[],
  groups: readonly (string | undefined)[],
): Counted[][] {
  const position = new Map(groups.map((name, index) => [name, index]));
  const units = new Map<string, Counted[]>();
  for (const { group, unit, label, isRight, confidence } of answers) {
    const right = Number(isRight);
    const counted = {
      offset: STRIDE * position.get(group)!,
      label,
      right,
      bin: confidence === undefined ? undefined : binOf(confidence, BINS),
      gap: (confidence ?? 0) - right,
    };
    const own = units.get(unit);
    if (own) own.push(counted);
    else units.set(unit, [counted]);
  }
  return [...units.values()];
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
function calibrationOf(sums: Float64Array): number {
  return sums.subarray(GAPS).reduce((total, gap) => total + Math.abs(gap), 0) / sums[FOUND];
}
