import assert from 'node:assert/strict';
import type { FrameRecord } from '../../lib/core/record';
import type { Dataset } from '../../lib/datasets/dataset';
import { evaluateGroups, findColumn } from '../../lib/study/evaluate-groups';

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
