import assert from 'node:assert/strict';
import type { FrameRecord } from '../../lib/core/record';
import type { Dataset } from '../../lib/datasets/dataset';
import { describeGroups, evaluateGroups, findColumn } from '../../lib/study/evaluate-groups';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { scoreGroups } from '../../lib/core/group-scores';

const records: FrameRecord[] = ['ann', 'ann', 'bob', 'all'].map((character, index) => ({
  path: `${index}.png`,
  character,
  emotion: 'joy',
  attributes: { Sex: ['f', ' f\n', 'm', ' '][index], id: `${index}` },
}));
const asDataset = (own: readonly FrameRecord[]): Dataset => ({
  name: 'mine',
  synthetic: false,
  directory: '/',
  records: own,
});
const dataset = asDataset(records);
const answers = { outcomes: [true, false, true, false], confidences: [0.9, 0.8, 0.7, undefined] };
const groupsBy = (name: string) => {
  const { groups, ...rest } = evaluateGroups(answers, records, findColumn(dataset, name));
  const rows = groups.map(({ group, images, found, units, accuracy }) => [
    group,
    images,
    found,
    units,
    accuracy.value,
  ]);
  return { rows, ...rest };
};

describe('groups of a column', () => {
  it('puts rows without a value into an unnamed group, and persons together', () => {
    const { rows, column, resampled, limits } = groupsBy('sex');
    assert.deepEqual(rows, [
      ['f', 2, 2, 1, 0.5],
      ['m', 1, 1, 1, 1],
      [undefined, 1, 0, 1, 0],
    ]);
    assert.deepEqual([column, resampled, limits], ['Sex', 'persons', { images: 30, units: 10 }]);
  });

  it('uses persons as groups, and resamples images', () => {
    const { rows, resampled, limits } = groupsBy('person');
    assert.deepEqual(rows, [
      ['ann', 2, 2, 2, 0.5],
      ['bob', 1, 1, 1, 1],
      [undefined, 1, 0, 1, 0],
    ]);
    assert.deepEqual([resampled, limits.units], ['images', 0]);
  });

  it('lists the existing columns, and says what to do without any', () => {
    assert.throws(
      () => findColumn(dataset, 'age'),
      /one of the columns Sex, id, person for --by but received age/,
    );
    assert.throws(() => findColumn(dataset, 'constructor'), /received constructor/);
    const sided = asDataset(records.map((record) => ({ ...record, side: 'test' })));
    assert.equal(findColumn(sided, 'SIDE').valueOf(sided.records[0]), 'test');
    const bare = asDataset(records.map(({ path }) => ({ path, character: 'all', emotion: 'joy' })));
    assert.throws(
      () => findColumn(bare, 'age'),
      /mine, which has none: name its pictures in a table of labels, a CSV file with path, label and age/,
    );
  });

  it('refuses a column of more than 200 values, such as names', () => {
    const many = Array.from({ length: 201 }, (_, index) => ({
      ...records[0],
      attributes: { age: `${index}` },
    }));
    assert.throws(
      () => findColumn(asDataset(many), 'age'),
      /at most 200 values .* received age with 201: put/,
    );
  });
});

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
