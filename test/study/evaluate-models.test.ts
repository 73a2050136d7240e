import assert from 'node:assert/strict';
import type { FrameRecord } from '../../lib/core/record';
import { compareEvaluations, type ModelEvaluation } from '../../lib/study/evaluate-models';

const records: FrameRecord[] = ['ann', 'ann', 'bob', 'bob'].map((character, index) => ({
  path: `${index}.png`,
  character,
  emotion: 'joy',
}));
const evaluation = (...outcomes: boolean[]) => ({ outcomes }) as unknown as ModelEvaluation;

function compare(first: ModelEvaluation, second: ModelEvaluation, images: readonly FrameRecord[]) {
  const dataset = { name: 'any', synthetic: true, directory: '', records: images };
  return compareEvaluations(dataset, [first, second]).paired!;
}

describe('compareEvaluations', () => {
  it('pairs two models image by image, and person by person', () => {
    const first = evaluation(true, true, true, false);
    const second = evaluation(true, false, true, false);
    const { both, onlyFirst, onlySecond, neither, difference } = compare(first, second, records);
    assert.deepEqual([both, onlyFirst, onlySecond, neither], [2, 1, 0, 1]);
    // Ann 1/2 better, Bob as good: mean 1/4; t(0.975, 1) = 12.706 times 1/4.
    assert.ok(difference && Math.abs(difference.value - 0.25) < 1e-12);
    assert.ok(Math.abs(difference.high - (0.25 + 12.7062 * 0.25)) < 1e-3);
  });

  it('gives no difference over persons where all images are of one', () => {
    const one = records.map((record) => ({ ...record, character: 'all' }));
    const same = evaluation(true, true, false, false);
    assert.equal(compare(same, same, one).difference, undefined);
  });
});
