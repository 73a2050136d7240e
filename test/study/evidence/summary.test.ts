import assert from 'node:assert/strict';
import { emotionId } from '../../../lib/core/emotions';
import type { Split } from '../../../lib/core/split';
import { loadArchive, saveArchive, type EvidenceArchive } from '../../../lib/study/evidence/archive';
import { compareOnSix, distanceParts } from '../../../lib/study/evidence/details';
import { packProbabilities } from '../../../lib/study/evidence/ranges';
import type { EvidenceRun } from '../../../lib/study/evidence/runs';
import { buildSplits } from '../../../lib/study/evidence/splits';
import {
  estimateRuns,
  gatherAnswers,
  ladderRuns,
  scoreFrames,
  summarizeCalibration,
} from '../../../lib/study/evidence/summary';
import { useTemporaryFolder } from '../../support/folder';
import { buildRecords, setOf } from './example';

const made = Array.from({ length: 8 }, (_, index) => `g-${index}`);
const records = [...buildRecords('six', ['a', 'b', 'c']), ...buildRecords('development', made, { clips: 1 })];
const splits: ReadonlyMap<string, Split> = buildSplits({ records, setOf }, { train: 6, validation: 1 });
const labelAt = (position: number) => emotionId(records[position].emotion);

/** Rows that give 0.9 to each label. */
function toProbabilities(labels: readonly number[]): Float32Array {
  return Float32Array.from(
    labels.flatMap((label) => [0, 1, 2, 3, 4, 5, 6].map((id) => (id === label ? 0.9 : 0.1 / 6))),
  );
}

/** A run that is right but for the frames that `isWrong` says, and misses those that `isMissed` says. */
function buildRun(
  model: string,
  split: string,
  options: { isWrong?: (row: number) => boolean; isMissed?: (row: number) => boolean } = {},
): EvidenceRun {
  const { isWrong = () => false, isMissed = () => false } = options;
  const { test, validation } = splits.get(split)!;
  const answers = test.map((position, row) => (labelAt(position) + Number(isWrong(row))) % 7);
  const found = answers.filter((_, row) => !isMissed(row));
  return {
    ...{ model, condition: 'correct', split, seed: 1, epochs: 1, bestEpoch: 1 },
    answers: answers.map((answer, row) => (isMissed(row) ? '-' : answer)).join(''),
    probabilities: packProbabilities(toProbabilities(found)),
    validation: packProbabilities(toProbabilities(validation.map(labelAt))),
    distances: found.map((_, row) => row),
  };
}

function buildArchive(ladder: readonly EvidenceRun[], growth: readonly EvidenceRun[] = []): EvidenceArchive {
  return {
    records,
    splits,
    runs: { ladder, ablation: [], attention: [], growth, final: [] },
    looks: [],
    coverage: [],
  };
}

describe('the summary of evidence', () => {
  const folder = useTemporaryFolder();
  const folds = ['character-a', 'character-b', 'character-c'];

  it('counts right answers by hand: of one character in three, every second is wrong', () => {
    const isWrong = (row: number) => row % 2 === 0;
    const runs = folds.map((split) => buildRun('tergat', split, split === 'character-a' ? { isWrong } : {}));
    const archive = buildArchive(runs);
    const { value, low, high } = estimateRuns(archive, ladderRuns(archive, 'characters', 'tergat'));
    assert.ok(Math.abs(value - 5 / 6) < 1e-12);
    assert.ok(low < 0.5 && high === 1);
  });

  it('counts a frame without a found face as an error', () => {
    const archive = buildArchive([buildRun('tergat', 'frames-1', { isMissed: (row) => row === 0 })]);
    const scores = scoreFrames(archive, archive.runs.ladder).map(({ score }) => score);
    assert.equal(scores.filter((score) => score === 0).length, 1);
  });

  it('takes the mean over seeds, frame by frame', () => {
    const second = { ...buildRun('compact', 'character-a', { isWrong: () => true }), seed: 2 };
    const archive = buildArchive([buildRun('compact', 'character-a'), second]);
    assert.ok(scoreFrames(archive, archive.runs.ladder).every(({ score }) => score === 0.5));
  });

  it('refuses no run, and answers that are not those of the test side', () => {
    const run = buildRun('tergat', 'character-a');
    assert.throws(() => scoreFrames(buildArchive([]), []), /Expected at least 1 run for runs but received 0/);
    const short = { ...run, answers: run.answers.slice(1) };
    assert.throws(
      () => scoreFrames(buildArchive([short]), [short]),
      /Expected 42 answers for character-a but received 41/,
    );
  });

  it('gathers the probabilities of the found faces with their labels', () => {
    const run = buildRun('compact', 'character-a', { isMissed: (row) => row < 3 });
    const { labels, probabilities } = gatherAnswers(buildArchive([run]), [run], 'test');
    assert.equal(labels.length, 39);
    assert.equal(probabilities.length, 7 * 39);
  });

  it('fits temperatures on the validation side: sure where it is right, whatever the test side says', () => {
    const archive = buildArchive(folds.map((split) => buildRun('compact', split)));
    const wrong = buildArchive(folds.map((split) => buildRun('compact', split, { isWrong: () => true })));
    const [right, misled] = [archive, wrong].map((one) => summarizeCalibration(one, 'characters', 'compact'));
    assert.deepEqual(misled.temperatures, right.temperatures);
    assert.ok(right.temperatures.every((temperature) => temperature < 0.5));
    assert.ok(Math.abs(right.eceBefore - 0.1) < 1e-3 && right.eceAfter < 0.01);
  });

  it('pairs the six by character with those who learned from generated ones', () => {
    const left = folds.map((split) => buildRun('tergat', split, { isWrong: (row) => row % 2 === 0 }));
    const archive = buildArchive(left, [buildRun('augmented', 'growth-6')]);
    const { tergat, generated, difference } = compareOnSix(archive, 'augmented', 6);
    assert.deepEqual([tergat.value, generated.value, difference.value], [0.5, 1, 0.5]);
  });

  it('tells the error of near and far frames apart', () => {
    const runs = folds.map((split) => buildRun('nearest', split, { isWrong: (row) => row >= 21 }));
    const parts = distanceParts(buildArchive(runs), 'characters', 2);
    assert.deepEqual(
      parts.map(({ error, frames }) => [error, frames]),
      [
        [0, 63],
        [1, 63],
      ],
    );
  });

  it('is the same from files as from memory', () => {
    const archive = buildArchive(folds.map((split) => buildRun('tergat', split)));
    saveArchive(folder(), archive);
    const loaded = loadArchive(folder());
    assert.deepEqual(loaded.runs, archive.runs);
    assert.deepEqual(loaded.splits.get('clips-2'), splits.get('clips-2'));
    assert.deepEqual(
      loaded.records.map(({ path, emotion, clip }) => [path, emotion, clip]),
      records.map(({ path, emotion, clip }) => [path, emotion, clip]),
    );
  });
});
