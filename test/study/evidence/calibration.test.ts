import assert from 'node:assert/strict';
import { EMOTIONS, emotionId } from '../../../lib/core/emotions';
import { calibrateModel } from '../../../lib/study/evidence/scored-answers';
import { buildEvidence, buildRun, folds, records, splits } from './example';
import { packProbabilities } from '../../../lib/study/probabilities';

/** Rows that give 0.9 to each label. */
function toProbabilities(labels: readonly number[]): string {
  const rows = labels.flatMap((label) => EMOTIONS.map((_, id) => (id === label ? 0.9 : 0.1 / 6)));
  return packProbabilities(Float32Array.from(rows));
}

/** A run with the probabilities of its answers. */
function buildProbableRun(split: (typeof folds)[number], options: Parameters<typeof buildRun>[2] = {}) {
  const run = buildRun('compact', split, options);
  const found = [...run.answers].filter((answer) => answer !== '-').map(Number);
  const validation = splits.get(split)!.validation.map((position) => emotionId(records[position].emotion));
  return { ...run, probabilities: toProbabilities(found), validation: toProbabilities(validation) };
}

describe('calibration', () => {
  it('takes the probabilities of the found faces with their labels, and refuses another number', () => {
    const run = buildProbableRun('character-a', { isMissed: (row) => row < 3 });
    const calibrate = (one: typeof run) =>
      calibrateModel(buildEvidence({ protocols: [one] }), 'characters', 'compact');
    const { labels, probabilities } = calibrate(run).before;
    assert.deepEqual([labels.length, probabilities.length], [39, 7 * 39]);
    assert.throws(
      () => calibrate({ ...run, validation: '' }),
      /Expected 294 probabilities for character-a but received 0/,
    );
  });

  it('fits temperatures on the validation side: sure where it is right, whatever the test side says', () => {
    const right = buildEvidence({ protocols: folds.map((fold) => buildProbableRun(fold)) });
    const wrong = buildEvidence({
      protocols: folds.map((fold) => buildProbableRun(fold, { isWrong: () => true })),
    });
    const [fitted, misled] = [right, wrong].map((one) => calibrateModel(one, 'characters', 'compact'));
    assert.deepEqual(misled.temperatures, fitted.temperatures);
    assert.ok(fitted.temperatures.every((temperature) => temperature < 0.5));
    assert.ok(Math.abs(fitted.eceBefore - 0.1) < 1e-3 && fitted.eceAfter < 0.01);
  });
});
