import assert from 'node:assert/strict';
import path from 'node:path';
import { type Emotion, emotionId, EMOTIONS } from '../../../lib/core/emotions';
import { DEFAULT_EXPERIMENT } from '../../../lib/core/experiment-settings';
import { preprocess } from '../../../lib/faces/store/preprocess';
import {
  type FoldJob,
  type FoldResult,
  planFolds,
  runFoldJob,
  runFolds,
} from '../../../lib/study/folds/run-folds';
import { gatherAnswers, scoreFolds, toPredictionsCsv } from '../../../lib/study/folds/score-folds';
import { portraitPng } from '../../faces/photos';
import { buildFaceSet } from '../../support/blocks';
import { useTemporaryFolder, writeFiles } from '../../support/folder';
import { startFastest } from '../../support/native';

const PERSONS = ['ann', 'bob', 'kim'];

describe('runFoldJob', function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  it('gives what a fold of this process gives, from shards and through JSON: the same table', async () => {
    const records = Array.from({ length: 18 }, (_, index) => ({
      path: `${100 + index}.png`,
      character: PERSONS[index % 3],
      emotion: EMOTIONS[index % 2],
    }));
    const portraits = await Promise.all([0, 1, 2].map((index) => portraitPng(index, 64)));
    writeFiles(
      folder(),
      Object.fromEntries(
        records.map(({ path: name }, index) => [name, portraits[(index + (index >> 2)) % 3]]),
      ),
    );
    writeFiles(folder(), { '104.png': 'no image' });
    const { blocks, shards } = await preprocess(records, {
      root: folder(),
      cacheDirectory: path.join(folder(), 'blocks'),
      cropped: true,
      shardSize: 7,
    });
    assert.equal(shards.length, 3);
    const settings = { architecture: 'Combined', experiment: { ...DEFAULT_EXPERIMENT, epochs: 1 } };
    const own = await runFolds({ ...settings, blocks, shards, cacheDirectory: path.join(folder(), 'own') });
    const sent: FoldResult[] = [];
    for (const person of PERSONS) {
      const job: FoldJob = { ...settings, person, shards, cacheDirectory: path.join(folder(), 'sent') };
      const result = await runFoldJob(JSON.parse(JSON.stringify(job)) as FoldJob);
      sent.push(JSON.parse(JSON.stringify(result)) as FoldResult);
    }
    assert.deepEqual(
      sent.map(({ reusedEpochs }) => reusedEpochs),
      [0, 0, 0],
    );
    const [first, second] = [own!, sent].map((all) => toPredictionsCsv(gatherAnswers(records, blocks, all)));
    assert.equal(first, second);
    assert.equal(first.split('\r\n').length, 1 + 18 + 1);
  });
});

describe('planFolds', () => {
  const people = (emotionOf: (index: number) => Emotion) => {
    const set = buildFaceSet(12);
    const records = set.records.map((record, index) => ({
      ...record,
      character: ['ann', 'bob', 'kim', 'lee'][index % 4],
      emotion: emotionOf(index),
    }));
    return { ...set, records };
  };

  it('takes an expression of two persons where one of them always trains, and refuses it where none does', () => {
    // The first and the third person are never tested and validated by one fold.
    const apart = people((index) => (index === 0 || index === 2 ? 'fear' : index < 8 ? 'joy' : 'anger'));
    assert.deepEqual(
      planFolds(apart).map(({ character }) => character),
      ['ann', 'bob', 'kim', 'lee'],
    );
    const side = people((index) => (index === 0 || index === 1 ? 'fear' : index < 8 ? 'joy' : 'anger'));
    assert.throws(
      () => planFolds(side),
      /none of fear where ann is tested and bob chooses the epoch: add images/,
    );
  });
});

describe('scoreFolds', () => {
  const oneHot = (emotion: Emotion) => EMOTIONS.map((one) => Number(one === emotion));

  it('counts images without a face, and persons without any, as errors', () => {
    const record = (character: string, number: number, emotion: Emotion) => ({
      path: `${character}/${number}`,
      character,
      emotion,
    });
    const records = [
      record('ann', 1, 'joy'),
      record('ann', 2, 'fear'),
      record('bob', 1, 'joy'),
      record('bob', 2, 'fear'),
      record('kim', 1, 'joy'),
    ];
    const blocks = { ...buildFaceSet(0), records: [records[0], records[1], records[2]] };
    const fold = (person: string, answers: Emotion[]) => ({
      person,
      validation: 'any',
      bestEpoch: 2,
      reusedEpochs: 0,
      probabilities: answers.flatMap(oneHot),
    });
    const results = [fold('ann', ['joy', 'joy']), fold('bob', ['joy'])];
    const answers = gatherAnswers(records, blocks, results);
    const [joy] = [emotionId('joy')];
    assert.deepEqual(
      answers.map(({ label }) => label),
      [joy, joy, joy, undefined, undefined],
    );
    const { score, accuracy, macroF1, persons } = scoreFolds(answers, results, 1);
    assert.deepEqual(
      [score.foundFaces.successes, score.foundFaces.trials, score.allImages.trials],
      [2, 3, 5],
    );
    assert.equal(accuracy.value, 2 / 5);
    // Joy: 2 right of 3 answers and 2 images; fear is never answered.
    assert.equal(macroF1.value, (4 / 5 + 0) / 2);
    // Drawn twice, ann alone gives (2/3)/2 and bob alone 1.
    assert.ok(Math.abs(macroF1.low - 1 / 3) < 1e-9 && macroF1.high === 1);
    const fitted = { validation: 'any', bestEpoch: 2 };
    assert.deepEqual(persons, [
      { person: 'ann', images: 2, missed: 0, correct: 1, ...fitted },
      { person: 'bob', images: 2, missed: 1, correct: 1, ...fitted },
      { person: 'kim', images: 1, missed: 1, correct: 0 },
    ]);
  });
});
