import { groupBy } from './group-by';
import { bootstrapByGroup, mean, tInterval, wilsonInterval, type Estimate } from './intervals';
import type { Random } from './random';

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
  if (names !== received)
    throw new RangeError(`Expected ${names} for characters of second but received ${received}`);
  return tInterval(
    [...scores.keys()].sort().map((name) => mean(scores.get(name)!) - mean(others.get(name)!)),
  );
}

function scoresByCharacter(frames: readonly ScoredFrame[]): Map<string, number[]> {
  const groups = groupBy(frames, ({ character }) => character);
  return new Map([...groups].map(([character, own]) => [character, own.map(({ score }) => score)]));
}

/** Right and wrong answers of two classifiers on the same images: numbers of images, and a test. */
interface PairedOutcome {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
  /** Two-sided exact p-value of McNemar's test of the hypothesis that both classifiers are equally good. */
  readonly pValue: number;
}

/**
 * Compares two classifiers image by image.
 * @param first whether the first classifier is right on each image
 * @param second whether the second classifier is right, in the same order
 * @throws RangeError when the lengths differ
 * Source: McNemar 1947, exact form: the binomial distribution over the images with different outcomes.
 */
export function comparePaired(first: readonly boolean[], second: readonly boolean[]): PairedOutcome {
  if (first.length !== second.length)
    throw new RangeError(`Expected ${first.length} outcomes for second but received ${second.length}`);
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
