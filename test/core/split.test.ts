import assert from 'node:assert/strict';
import { EMOTIONS, type Emotion } from '../../lib/core/emotions';
import { type FrameRecord, SPLIT_PARTS } from '../../lib/core/record';
import { expectOneSplit, leaveOneCharacterOut, missingExpressions, splitRecords } from '../../lib/core/split';
import { assertDisjoint } from '../support/splits';

function makeRecords(characters: readonly string[], clips: number, frames: number): FrameRecord[] {
  return characters.flatMap((character) =>
    EMOTIONS.flatMap((emotion) =>
      Array.from({ length: clips * frames }, (_, index) => ({
        path: `${character}/${character}_${emotion}/${index}.png`,
        character,
        emotion,
        clip: `clip ${Math.floor(index / frames)}`,
        frame: index % frames,
      })),
    ),
  );
}

const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('splitRecords', () => {
  const records = makeRecords(SIX, 10, 4);

  it('puts each record on exactly one side, whatever the split', () => {
    for (const name of ['frames', 'clips', 'characters'] as const) {
      const split = splitRecords(records, name, 1);
      const all = SPLIT_PARTS.flatMap((side) => split[side]).sort((a, b) => a - b);
      assert.deepEqual(all, Array.from(records.keys()), name);
    }
  });

  it('gives training 80 % of each character and expression by frame, and flips a coin for the rest', () => {
    const split = splitRecords(records, 'frames', 1);
    assert.equal(split.train.length, 42 * 32);
    assert.ok(Math.abs(split.validation.length - split.test.length) < 5 * Math.sqrt(42 * 8));
    const anger = split.train.filter((i) => records[i].character === 'a' && records[i].emotion === 'anger');
    assert.equal(anger.length, 32);
  });

  it('deals clips 8/1/1 within each character and expression', () => {
    const split = splitRecords(records, 'clips', 1);
    assert.deepEqual(
      [split.train.length, split.validation.length, split.test.length],
      [42 * 32, 42 * 4, 42 * 4],
    );
  });

  it('deals twenty clips 16/2/2, and fifteen 12/1/2', () => {
    for (const [clips, ...wanted] of [
      [20, 16, 2, 2],
      [15, 12, 1, 2],
    ]) {
      const split = splitRecords(makeRecords(['a'], clips, 1), 'clips', 1);
      assert.deepEqual(
        SPLIT_PARTS.map((part) => split[part].length / 7),
        wanted,
      );
    }
  });

  it('deals six characters 4/1/1', () => {
    const split = splitRecords(records, 'characters', 1);
    const names = SPLIT_PARTS.map(
      (side) => new Set(split[side].map((index) => records[index].character)).size,
    );
    assert.deepEqual(names, [4, 1, 1]);
    assertDisjoint(split, records, ({ character }) => character);
  });

  it('defect 8: gives the same split for the same seed, and another for another seed', () => {
    assert.deepEqual(splitRecords(records, 'frames', 5), splitRecords(records, 'frames', 5));
    assert.notDeepEqual(splitRecords(records, 'frames', 5).test, splitRecords(records, 'frames', 6).test);
  });

  it('defect 5: by frame a test frame has neighbours of its clip in training, by clip it has none', () => {
    const shares = (name: 'frames' | 'clips') => {
      const split = splitRecords(records, name, 1);
      const clip = (index: number) => `${records[index].path.split('/')[1]} ${records[index].clip}`;
      const trained = new Set(split.train.map(clip));
      return split.test.filter((index) => trained.has(clip(index))).length / split.test.length;
    };
    assert.ok(shares('frames') > 0.9);
    assert.equal(shares('clips'), 0);
  });

  it('takes the official sides as they are', () => {
    const sided = SPLIT_PARTS.map((side, index) => ({ ...records[index], side }));
    const { train, validation, test } = splitRecords(sided, 'official', 1);
    assert.deepEqual([train, validation, test], [[0], [1], [2]]);
  });

  it('takes every tenth training image of each expression where there is no validation side', () => {
    const sided = records.map((record, index) => ({
      ...record,
      side: index % 2 === 0 ? ('train' as const) : ('test' as const),
    }));
    const split = splitRecords(sided, 'official', 1);
    // 840 images of each side, 120 of each expression.
    assert.deepEqual([split.train.length, split.validation.length, split.test.length], [756, 84, 840]);
    for (const emotion of EMOTIONS)
      assert.equal(split.validation.filter((index) => sided[index].emotion === emotion).length, 12);
    assert.ok(split.validation.every((index) => sided[index].side === 'train'));
    assert.deepEqual(splitRecords(sided, 'official', 1), split);
    assert.notDeepEqual(splitRecords(sided, 'official', 2).validation, split.validation);
  });

  it('leaves the only training image of an expression in training', () => {
    const [one, two, three] = records.filter(({ emotion }) => emotion === 'joy');
    const fear = records.find(({ emotion }) => emotion === 'fear')!;
    const sided = [one, two, fear].map((record) => ({ ...record, side: 'train' as const }));
    const split = splitRecords([...sided, { ...three, side: 'test' }], 'official', 1);
    assert.deepEqual([split.validation.length, split.test], [1, [3]]);
    assert.ok(split.train.includes(2));
  });

  it('reports that there is no official split, or which side is empty', () => {
    assert.throws(
      () => splitRecords(records, 'official', 1),
      /Expected an official side for a\/a_anger\/0\.png but received none: this data set has no sides, take another SPLIT/,
    );
    const sided = records.map((record) => ({ ...record, side: 'train' as const }));
    assert.throws(
      () => splitRecords(sided, 'official', 1),
      /Expected test images for the official split but received none/,
    );
    assert.throws(
      () => splitRecords([sided[0], { ...records[1], side: 'test' }], 'official', 1),
      /Expected validation images, or 2 images of an expression .* received 1 in train/,
    );
  });

  it('says what is missing when a data set names no clips or has too few characters', () => {
    const bare = records.map(({ path, character, emotion }) => ({ path, character, emotion }));
    assert.throws(
      () => splitRecords(bare, 'clips', 1),
      /Expected a clip for a\/a_anger\/0\.png .* names no clips/,
    );
    assert.throws(
      () => splitRecords(makeRecords(['a', 'b'], 3, 1), 'characters', 1),
      /at least 3 characters .* 2/,
    );
    assert.throws(
      () => splitRecords(makeRecords(['a'], 2, 2), 'clips', 1),
      /at least 3 clips of a anger .* 2/,
    );
  });
});

describe('splitRecords of small cells', () => {
  const cell = (character: string, emotion: Emotion, count: number): FrameRecord[] =>
    Array.from({ length: count }, (_, index) => ({
      path: `${character}/${emotion}/${index}.png`,
      character,
      emotion,
    }));
  const persons = Array.from({ length: 10 }, (_, index) => `person-${index}`);

  it('trains on 80 % of each expression where each person shows it once, as in CK+', () => {
    const records = persons.flatMap((person) => EMOTIONS.flatMap((emotion) => cell(person, emotion, 1)));
    const split = splitRecords(records, 'frames', 1);
    for (const emotion of EMOTIONS) {
      const counts = SPLIT_PARTS.map(
        (side) => split[side].filter((index) => records[index].emotion === emotion).length,
      );
      assert.deepEqual(counts, [8, 1, 1], emotion);
    }
  });

  it('leaves cells of ten images and more as they were beside small ones', () => {
    const large = cell('a', 'joy', 10);
    const alone = splitRecords(large, 'frames', 3);
    const mixed = splitRecords([...large, ...cell('b', 'joy', 3), ...cell('b', 'fear', 2)], 'frames', 3);
    const ofLarge = (side: readonly number[]) => side.filter((index) => index < 10);
    for (const side of SPLIT_PARTS) assert.deepEqual(ofLarge(mixed[side]), alone[side]);
  });

  it('rounds the training images of a cell down', () => {
    assert.equal(splitRecords(cell('a', 'joy', 14), 'frames', 1).train.length, 11);
  });

  it('gives another split with another seed, and the same with the same', () => {
    const records = persons.flatMap((person) => cell(person, 'joy', 3));
    assert.deepEqual(splitRecords(records, 'frames', 1), splitRecords(records, 'frames', 1));
    assert.notDeepEqual(splitRecords(records, 'frames', 1).train, splitRecords(records, 'frames', 2).train);
  });

  it('lists the expressions that a side lacks', () => {
    const records = [...cell('a', 'joy', 20), ...cell('a', 'fear', 2)];
    const split = splitRecords(records, 'frames', 1);
    assert.deepEqual(missingExpressions(split, records, 'train'), []);
    assert.deepEqual(missingExpressions(split, records, 'test'), ['fear']);
  });
});

describe('expectOneSplit', () => {
  it('refuses leave-one-person-out for one training, and says which commands take it', () => {
    const refusal =
      /Expected one of frames, .* for SPLIT or --split but received leave-one-person-out.*evaluate --folds/;
    assert.throws(() => expectOneSplit('leave-one-person-out'), refusal);
    assert.throws(() => splitRecords(makeRecords(SIX, 2, 2), 'leave-one-person-out', 1), refusal);
    assert.equal(expectOneSplit('clips'), 'clips');
  });
});

describe('leaveOneCharacterOut', () => {
  it('tests each character once, on a network that never saw it', () => {
    const records = makeRecords(SIX, 2, 2);
    const folds = leaveOneCharacterOut(records);
    assert.deepEqual(
      folds.map((fold) => fold.character),
      SIX,
    );
    for (const fold of folds) {
      assert.ok(fold.test.every((index) => records[index].character === fold.character));
      assertDisjoint(fold, records, (record) => record.character);
      assert.equal(fold.train.length, 4 * 7 * 4);
    }
  });
});
