import assert from 'node:assert/strict';
import { expectedCalibrationError } from '../../lib/core/calibration';
import { type GroupedAnswer, scoreGroups } from '../../lib/core/group-scores';
import { wilsonInterval } from '../../lib/core/intervals';
import { createRandom } from '../../lib/core/random';
import { assertNear } from '../support/assertions';

/** Answers of one group, each image a unit of its own unless a person is named. */
function answersOf(
  group: string | undefined,
  outcomes: readonly boolean[],
  { person, confidence = 0.75, label = 3 }: { person?: string; confidence?: number; label?: number } = {},
): GroupedAnswer[] {
  return outcomes.map((isRight, index) => ({
    group,
    unit: person ?? `${group} ${label} ${index}`,
    label,
    isRight,
    confidence,
  }));
}

const times = (count: number, isRight: boolean) => Array.from({ length: count }, () => isRight);
const limits = { images: 4, units: 1 };
const score = (answers: readonly GroupedAnswer[], options: Partial<Parameters<typeof scoreGroups>[1]> = {}) =>
  scoreGroups(answers, { limits, random: createRandom(1), ...options });

describe('scoreGroups', () => {
  it('counts accuracy, recall by class and calibration error of each group; a missed face is wrong', () => {
    const missed = { group: 'f', unit: 'missed', label: 2, isRight: false, confidence: undefined };
    const { groups } = score([
      ...answersOf('m', [true, true, true, false]),
      ...answersOf('f', [true, false], { confidence: 0.9 }),
      ...answersOf('f', [true], { confidence: 0.55, label: 2 }),
      missed,
    ]);
    assert.deepEqual(
      groups.map(({ group, images, found, units }) => [group, images, found, units]),
      [
        ['f', 4, 3, 4],
        ['m', 4, 4, 4],
      ],
    );
    const [f, m] = groups;
    assert.deepEqual([f.accuracy.value, f.accuracy.successes, m.accuracy.value], [0.5, 2, 0.75]);
    assert.deepEqual([f.recalls[2].value, f.recalls[3].value, f.recalls[2].trials], [0.5, 0.5, 2]);
    assert.ok(Number.isNaN(f.recalls[0].value));
    // Two of 0.9 with 1 right, one of 0.55 right: (|1.8 - 1| + |0.55 - 1|) / 3. Four of 0.75 with 3 right: 0.
    assertNear(f.calibrationError.value, 1.25 / 3);
    assertNear(m.calibrationError.value, 0);
  });

  it('agrees with the calibration error of the whole', () => {
    const confidences = [0.31, 0.4, 0.55, 0.99, 0.7, 0.62, 1];
    const labels = [0, 1, 0, 0, 1, 0, 0];
    const rows = confidences.flatMap((own) => [own, ...Array.from({ length: 6 }, () => (1 - own) / 6)]);
    const probabilities = Float32Array.from(rows);
    const answers = labels.map((label, index) => ({
      group: 'all',
      unit: `${index}`,
      label,
      isRight: label === 0,
      confidence: probabilities[7 * index],
    }));
    assertNear(
      score(answers).groups[0].calibrationError.value,
      expectedCalibrationError({ probabilities, labels }),
    );
  });

  it('resamples whole persons: the interval of two who differ includes everything between them', () => {
    const { groups } = score([
      ...answersOf('f', times(50, true), { person: 'ann' }),
      ...answersOf('f', times(50, false), { person: 'eve' }),
    ]);
    // Of two persons drawn, both are ann with a probability of 1/4: the middle 95 % is all there is.
    assert.deepEqual([groups[0].accuracy.low, groups[0].accuracy.high, groups[0].units], [0, 1, 2]);
    const alone = score(answersOf('f', [...times(50, true), ...times(50, false)])).groups[0].accuracy;
    // 0.5 plus and minus 1.96 times 0.05.
    assertNear(alone.low, 0.402, 0.02);
    assertNear(alone.high, 0.598, 0.02);
  });

  it("is never narrower than Wilson's interval, and the calibration error lies in its own", () => {
    const { groups } = score(answersOf('f', times(20, true), { person: 'ann', confidence: 0.9 }));
    assertNear(groups[0].accuracy.low, wilsonInterval(20, 20).low);
    const { value, low, high } = groups[0].calibrationError;
    assertNear(value, 0.1);
    assert.ok(low <= value && value <= high);
  });

  it('takes the largest difference over named groups of enough images', () => {
    const { groups, largestDifference } = score(
      [
        ...answersOf('10', [...times(80, true), ...times(20, false)]),
        ...answersOf('9', [...times(60, true), ...times(40, false)]),
        ...answersOf('8', [...times(70, true), ...times(30, false)]),
        ...answersOf('7', times(3, false)),
        ...answersOf(undefined, times(50, false)),
      ],
      { limits: { images: 30, units: 1 } },
    );
    assert.deepEqual(
      groups.map(({ group, isTooFew }) => [group, isTooFew]),
      [
        ['7', true],
        ['8', false],
        ['9', false],
        ['10', false],
        [undefined, false],
      ],
    );
    const { higher, lower, difference, compared, isTooFew } = largestDifference!;
    assert.deepEqual([higher, lower, compared, isTooFew], ['10', '9', 3, false]);
    assertNear(difference.value, 0.2);
    // The range of three normal deviates of about 0.046 each: 3.31 times 0.046, the Studentized range's 95 %.
    assertNear(difference.high - difference.value, 0.15, 0.015);
    assertNear(difference.value - difference.low, 0.15, 0.015);
  });

  it("gives two groups Newcombe's interval where all persons agree", () => {
    const { largestDifference } = score([
      ...answersOf('a', times(10, true)),
      ...answersOf('b', times(10, true)),
    ]);
    // Both all right: 0 plus and minus the width of Wilson's interval, which begins at 10 / (10 + 1.96^2).
    assertNear(largestDifference!.difference.high, 1 - 10 / 13.8415, 1e-4);
    assertNear(largestDifference!.difference.low, 10 / 13.8415 - 1, 1e-4);
  });

  it('compares small groups where there are no others, and says so', () => {
    const { largestDifference } = score([...answersOf('a', [true]), ...answersOf('b', [false])]);
    assert.deepEqual([largestDifference!.higher, largestDifference!.lower], ['a', 'b']);
    assert.ok(largestDifference!.isTooFew);
    assert.equal(
      score([...answersOf('a', [true]), ...answersOf(undefined, [false])]).largestDifference,
      undefined,
    );
    const few = score(answersOf('a', times(9, true), { person: 'ann' }), { limits: { images: 5, units: 2 } });
    assert.ok(few.groups[0].isTooFew, 'one person');
    const sizes = [3, 4].map((count) => score(answersOf('a', times(count, true))).groups[0].isTooFew);
    assert.deepEqual(sizes, [true, false], 'four images are enough, three are not');
  });

  it('covers the true difference of equal groups as often as it says, although it is the largest', () => {
    const random = createRandom(3);
    let covered = 0;
    for (let trial = 0; trial < 60; trial++) {
      const answers = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((group) =>
        answersOf(
          group,
          Array.from({ length: 60 }, () => random.next() < 0.6),
        ),
      );
      const { low } = score(answers, { random }).largestDifference!.difference;
      covered += Number(low <= 0);
    }
    assert.ok(covered >= 53, `${covered} of 60`);
  });

  it('refuses no answers', () => {
    assert.throws(() => score([]), /Expected at least 1 answer/);
  });
});
