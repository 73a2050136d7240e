import { binOf } from './calibration';
import { EMOTIONS } from './emotions';
import type { Random } from './random';

/** One image with the model's answer. */
export interface GroupedAnswer {
  /** Which group it belongs to; undefined: the data do not say. */
  readonly group: string | undefined;
  /** What is resampled as a whole: the person, or the image itself where no persons are known. */
  readonly unit: string;
  /** Label id. */
  readonly label: number;
  /** Whether the answer was right; an image without a found face has none. */
  readonly isRight: boolean;
  /** Probability of the likeliest answer, 0 to 1; undefined without a found face. */
  readonly confidence: number | undefined;
}

/** What is counted of one group, and its statistics. A missed face counts as an error, except for the calibration error. */
export interface GroupCounts {
  readonly images: number;
  readonly right: number;
  /** Images with a found face. */
  readonly found: number;
  /** By label id. */
  readonly classImages: readonly number[];
  readonly classRight: readonly number[];
  /** Expected calibration error in ten bins over the found faces, 0 to 1; NaN without one. */
  readonly calibrationError: number;
}

/** One group's statistics in samples, one number a sample; NaN where the sample has none of the group's images. */
export interface GroupDraws {
  readonly accuracy: Float64Array;
  readonly calibrationError: Float64Array;
  /** By label id. */
  readonly recalls: readonly Float64Array[];
}

const CLASSES = EMOTIONS.length;
const BINS = 10;

/** Where a group's sums lie: images, right, found, then images and right by class, then each bin's gap. */
const [IMAGES, RIGHT, FOUND, CLASS_IMAGES] = [0, 1, 2, 3];
const CLASS_RIGHT = CLASS_IMAGES + CLASSES;
const GAPS = CLASS_RIGHT + CLASSES;
const STRIDE = GAPS + BINS;

/** An answer as it is counted: positions in place of names. */
interface Counted {
  readonly offset: number;
  readonly label: number;
  readonly right: number;
  /** Undefined without a found face. */
  readonly bin?: number;
  /** Confidence minus right. */
  readonly gap: number;
}

/**
 * Counts the answers of each group.
 * @param groups every group of the answers
 * @returns in the order of the groups
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
 * Draws samples of as many units as there are, with replacement and from all groups together, since a unit may be in
 * several groups, and takes each group's statistics of every sample.
 * @param groups every group of the answers
 * @param options.random where the draws come from
 * @param options.draws how many samples
 * @returns in the order of the groups
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
      for (const [id, recall] of recalls.entries()) recall[draw] = own[CLASS_RIGHT + id] / own[CLASS_IMAGES + id]; // prettier-ignore
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

/** The gaps between a bin's mean confidence and accuracy, weighed by its count, are the gaps of its sums. */
function calibrationOf(sums: Float64Array): number {
  return sums.subarray(GAPS).reduce((total, gap) => total + Math.abs(gap), 0) / sums[FOUND];
}
