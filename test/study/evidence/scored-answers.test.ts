import assert from 'node:assert/strict';
import {
  aboutSet,
  accuracyBy,
  accuracyOf,
  differenceOf,
  corruptionAnswers,
  scoreFrames,
  studyAnswers,
} from '../../../lib/study/evidence/scored-answers';
import {
  loadEvidence,
  saveEvidence,
  withRuns,
  type Evidence,
  type EvidenceRun,
} from '../../../lib/study/evidence/evidence-archive';
import { useTemporaryFolder } from '../../support/folder';
import { buildEvidence, buildRun, folds, isOdd, records, splits } from './example';

const near = (first: number, second: number) => Math.abs(first - second) < 1e-12;

describe('the answers of the evidence', () => {
  const answersOf = (...protocols: EvidenceRun[]) => studyAnswers(buildEvidence({ protocols }), 'protocols');

  it('counts right answers by hand: of one character in three, every second is wrong', () => {
    const answers = answersOf(
      ...folds.map((fold) => buildRun('tergat', fold, fold === 'character-a' ? { isWrong: isOdd } : {})),
    );
    const { value, low, high } = accuracyOf(answers);
    assert.ok(near(value, 5 / 6));
    assert.ok(low < 0.5 && high === 1);
  });

  it('counts a frame without a found face as an error without an answer', () => {
    const answers = answersOf(buildRun('tergat', 'frames-1', { isMissed: (row) => row === 0 }));
    assert.deepEqual(
      answers.filter(({ score }) => score === 0).map(({ answer }) => answer),
      [undefined],
    );
  });

  it('gives each found face its distance', () => {
    const run = buildRun('nearest', 'character-a', { isMissed: (row) => row === 1 });
    const answers = answersOf({ ...run, distances: [...run.answers.replace('-', '')].map((_, row) => row) });
    assert.deepEqual(
      answers.slice(0, 3).map(({ distance }) => distance),
      [0, undefined, 1],
    );
  });

  it('takes the mean over seeds, frame by frame', () => {
    const second = { ...buildRun('compact', 'character-a', { isWrong: () => true }), seed: 2 };
    const answers = answersOf(buildRun('compact', 'character-a'), second);
    assert.ok(scoreFrames(answers).every(({ score }) => score === 0.5));
    assert.equal(scoreFrames(answers).length, answers.length / 2);
  });

  it('refuses zero answers, and another number of answers than the test side has', () => {
    assert.throws(() => accuracyOf([]), /Expected at least 1 answer for answers but received 0/);
    const run = buildRun('tergat', 'character-a');
    const short = { ...run, answers: run.answers.slice(1) };
    assert.throws(() => answersOf(short), /Expected 42 answers for character-a but received 41/);
  });

  it('estimates each label and group in the order that is asked for, and leaves out what has no label', () => {
    const answers = answersOf(
      buildRun('tergat', 'frames-1'),
      buildRun('compact', 'frames-1', { isWrong: isOdd }),
      buildRun('compact', 'clips-1'),
      buildRun('nearest', 'clips-1'),
    );
    const rows = accuracyBy(answers, {
      label: ({ model }) => (model === 'nearest' ? undefined : model),
      group: ({ protocol }) => protocol,
      labels: ['compact', 'boxes', 'tergat'],
    });
    assert.deepEqual(
      rows.map(({ label, group }) => [label, group]),
      [
        ['compact', 'frames'],
        ['compact', 'clips'],
        ['tergat', 'frames'],
      ],
    );
    assert.ok(rows[0].estimate.value < 1 && rows[1].estimate.value === 1);
  });

  it('pairs by character, whatever the two learned from', () => {
    const evidence = buildEvidence({
      protocols: folds.map((fold) => buildRun('tergat', fold, { isWrong: isOdd })),
      growth: [buildRun('augmented', 'growth-6')],
    });
    const grown = studyAnswers(evidence, 'growth');
    assert.ok(grown.every(({ trainingCharacters }) => trainingCharacters === 6));
    const { value } = differenceOf(aboutSet(grown, 'six'), studyAnswers(evidence, 'protocols'));
    assert.equal(value, 0.5);
    assert.throws(
      () => differenceOf(grown, studyAnswers(evidence, 'protocols')),
      /Expected .* for characters/,
    );
  });

  it('lists answers about corrupted images with missed faces unanswered, and with the fallback', () => {
    const frames = splits.get('clips-1')!.test.slice(0, 4);
    const { answers } = buildRun('compact', 'clips-1');
    const run = { ...buildRun('compact', 'clips-1'), kind: 'dark' as const, frames };
    const missed = { ...run, answers: `--${answers.slice(2, 4)}`, fallback: answers.slice(0, 4) };
    const listed = corruptionAnswers(buildEvidence({}, { corruptions: [missed] }));
    const [plain, filled] = [false, true].map((way) =>
      listed.filter(({ hasFallback }) => hasFallback === way),
    );
    assert.deepEqual([accuracyOf(plain).value, accuracyOf(filled).value], [0.5, 1]);
    assert.equal(accuracyOf(plain.filter(({ isFound }) => isFound)).value, 1);
  });
});

describe('evidence as files', () => {
  const folder = useTemporaryFolder();

  it('is the same from files as from memory', () => {
    const evidence = buildEvidence({ protocols: folds.map((fold) => buildRun('tergat', fold)) });
    saveEvidence(evidence, folder());
    const loaded = loadEvidence(folder());
    assert.deepEqual(loaded.runs, evidence.runs);
    assert.deepEqual([...loaded.splits], [...splits]);
    assert.deepEqual(
      loaded.records.map(({ path, emotion, clip }) => [path, emotion, clip]),
      records.map(({ path, emotion, clip }) => [path, emotion, clip]),
    );
  });

  it('takes the runs of one model anew, and keeps the others', () => {
    const run = (model: string, answers: string) => ({ ...buildRun(model, 'frames-1'), answers });
    const old = buildEvidence({
      protocols: [run('tergat', '0'), run('faceapi', '1')],
      unseen: [run('faceapi', '2')],
    });
    const { runs } = withRuns(old, buildEvidence({ protocols: [run('faceapi', '3')] }) as Evidence);
    assert.deepEqual(
      [...runs.protocols, ...runs.unseen].map(({ answers }) => answers),
      ['0', '3', '2'],
    );
  });
});
