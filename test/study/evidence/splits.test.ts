import assert from 'node:assert/strict';
import { buildSplits, setOf } from '../../../lib/study/evidence/splits';
import { assertDisjoint } from '../../support/splits';
import { buildRecords } from './example';

const six = ['a', 'b', 'c', 'd', 'e', 'f'];
const made = Array.from({ length: 16 }, (_, index) => `g-${String(index).padStart(2, '0')}`);
const records = [
  ...buildRecords('six', six),
  ...buildRecords('development', made, { clips: 1, frames: 1 }),
  ...buildRecords('final', ['h-0', 'h-1', 'h-2'], { clips: 1, frames: 1 }),
];
const splits = buildSplits(records, { train: 12, validation: 2 });
const charactersOf = (positions: readonly number[]) => [
  ...new Set(positions.map((i) => records[i].character)),
];
const setsOf = (positions: readonly number[]) => [...new Set(positions.map((i) => setOf(records[i])))];

describe('the splits of the evidence', () => {
  it('are two of frames, two of clips, one a character left out, one a number of characters, and the final ones', () => {
    const expected = [
      'frames-1',
      'clips-1',
      'frames-2',
      'clips-2',
      ...six.map((name) => `character-${name}`),
    ];
    assert.deepEqual([...splits.keys()], [...expected, 'growth-6', 'growth-12', 'final-original', 'final']);
  });

  it('keep characters apart in every split by character', () => {
    for (const split of splits.values()) {
      if (['characters', 'growth'].includes(split.protocol) || split.id === 'final')
        assertDisjoint(split, records, ({ character }) => character);
    }
  });

  it('have one protocol each, named by their ids', () => {
    const of = (protocol: string) => [...splits.values()].filter((split) => split.protocol === protocol);
    assert.deepEqual(
      of('growth').map(({ trainingCharacters }) => trainingCharacters),
      [6, 12],
    );
    assert.deepEqual(
      ['frames', 'clips', 'characters', 'unseen'].map((protocol) => of(protocol).length),
      [2, 2, 6, 2],
    );
  });

  it('keep clips apart in the splits by clip', () => {
    for (const name of ['clips-1', 'clips-2'] as const)
      assertDisjoint(splits.get(name)!, records, ({ clip }) => clip!);
  });

  it('train on more characters that contain the fewer, and ask the six and others of the generator', () => {
    const [few, many] = (['growth-6', 'growth-12'] as const).map((name) =>
      charactersOf(splits.get(name)!.train),
    );
    assert.equal(few.length, 6);
    assert.ok(few.every((character) => many.includes(character)));
    assert.deepEqual(charactersOf(splits.get('growth-6')!.test), [...six, 'g-14', 'g-15']);
    assert.deepEqual(charactersOf(splits.get('growth-6')!.validation), ['g-12', 'g-13']);
  });

  it('use the final set neither for training nor for a choice', () => {
    for (const split of splits.values())
      assert.ok(!setsOf([...split.train, ...split.validation]).includes('final'));
    for (const name of ['final', 'final-original'] as const)
      assert.deepEqual(setsOf(splits.get(name)!.test), ['final']);
  });

  it('train the original on what it is trained on under the split by frames', () => {
    const [original, frames] = (['final-original', 'frames-1'] as const).map((name) => splits.get(name)!);
    assert.deepEqual(original.train, frames.train);
    assert.deepEqual(original.validation, frames.validation);
  });
});
