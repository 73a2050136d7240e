import assert from 'node:assert/strict';
import { describeGroups } from '../../lib/study/evaluate-groups';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { scoreGroups } from '../../lib/core/group-scores';

/** As many persons with an image of each class as are asked for, of which the first are answered wrongly. */
function answersOf(group: string | undefined, persons: number, wrong = 0) {
  return Array.from({ length: persons }, (_, person) =>
    EMOTIONS.map((_, label) => ({
      group,
      unit: `${group} ${person}`,
      label,
      isRight: person >= wrong,
      confidence: 0.9,
    })),
  ).flat();
}

function describeAnswers(answers: ReturnType<typeof answersOf>): string[] {
  const limits = { images: 30, units: 10 };
  const scores = scoreGroups(answers, { limits, random: createRandom(1) });
  return describeGroups({ column: 'camera', resampled: 'persons', limits, ...scores });
}

describe('describeGroups', () => {
  it('writes lines of 100 characters at most, with few persons marked and each fact in its place', () => {
    const lines = describeAnswers([
      ...answersOf('a camera of a name that is long', 1000),
      ...answersOf('phone', 20, 10),
      ...answersOf('web', 12, 3),
      ...answersOf(undefined, 2),
    ]);
    const text = lines.join('\n');
    assert.ok(
      lines.every(({ length }) => length <= 100),
      text,
    );
    assert.match(text, /by camera, with 95 % intervals from 2,000 samples of the persons:/);
    assert.match(text, /\n {2}phone +140 +20 +140 +50\.0 % \(/);
    assert.match(text, /\n {2}a camera of a… +100 99-100 +100 99-100/);
    assert.match(text, /\n {2}not given \* +14 +2 /);
    assert.match(text, /\* fewer than 30 images or 10 persons: too few for a claim/);
    assert.match(text, /largest difference of accuracy: a camera of a… minus phone 50\.0 points \(95 %: /);
    assert.match(text, /chosen among 3 groups after scoring, so the interval holds for all pairs at once/);
  });

  it('says where nothing can be compared, or no claim made', () => {
    assert.match(describeAnswers(answersOf('phone', 12)).join('\n'), /No difference: fewer than two groups/);
    const few = describeAnswers([...answersOf('phone', 2), ...answersOf('web', 2, 1)]).join('\n');
    assert.match(few, /phone minus web 50\.0 points .*\n.*Fewer than two named groups are large enough/);
  });
});
