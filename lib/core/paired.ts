/** Right and wrong answers of two classifiers on the same images: numbers of images, and a test. */
export interface PairedOutcome {
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
