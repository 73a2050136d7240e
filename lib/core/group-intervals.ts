import { bootstrapByGroup, wilsonInterval, type Estimate } from './intervals';
import type { Random } from './random';
import { studentQuantile } from './student-t';
import { mean } from './numbers';

/** The score of one image, with its character and its clip. */
export interface ScoredFrame {
  readonly character: string;
  /** Neighbouring frames of one clip are near-duplicates. */
  readonly clip: string;
  /** 1 for a right answer, 0 for a wrong one or a missed face; values between are means over several seeds. */
  readonly score: number;
}

/**
 * Estimates a mean with Student's t interval.
 * @param values at least one; with one value the interval is unbounded
 * @param confidence above 0 and below 1, default 0.95
 * @throws RangeError for no values
 */
export function tInterval(values: readonly number[], confidence: number = 0.95): Estimate {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const value = mean(values);
  if (values.length === 1) return { value, low: -Infinity, high: Infinity };
  const degreesOfFreedom = values.length - 1;
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / degreesOfFreedom;
  const half = studentQuantile(confidence, degreesOfFreedom) * Math.sqrt(variance / values.length);
  return { value, low: value - half, high: value + half };
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
  const characters = scoresByCharacter(frames).map(mean);
  const clips = new Set(frames.map(({ character, clip }) => `${character}\0${clip}`)).size;
  const wilson = wilsonInterval(Math.round(value * clips), clips);
  const spread = tInterval(characters);
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
 * @param random source of the draws
 */
export function bootstrapCharacters(frames: readonly ScoredFrame[], random: Random): Estimate {
  return bootstrapByGroup(scoresByCharacter(frames), mean, { random, draws: 2000 });
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
  const [means, others] = [first, second].map(meansByCharacter);
  const names = [...means.keys()].sort();
  if (names.join() !== [...others.keys()].sort().join()) {
    const received = [...others.keys()].sort().join(', ');
    throw new RangeError(`Expected ${names.join(', ')} for characters of second but received ${received}`);
  }
  return tInterval(names.map((name) => means.get(name)! - others.get(name)!));
}

/** Returns each character's mean score, in the order of first appearance. */
export function meansByCharacter(frames: readonly ScoredFrame[]): Map<string, number> {
  return new Map([...groupScores(frames)].map(([character, scores]) => [character, mean(scores)]));
}

function scoresByCharacter(frames: readonly ScoredFrame[]): number[][] {
  return [...groupScores(frames).values()];
}

function groupScores(frames: readonly ScoredFrame[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { character, score } of frames) {
    const scores = groups.get(character);
    if (scores) scores.push(score);
    else groups.set(character, [score]);
  }
  return groups;
}
