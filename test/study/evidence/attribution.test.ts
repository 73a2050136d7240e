import assert from 'node:assert/strict';
import { createRandom } from '../../../lib/core/random';
import { accuracyOf, differenceOf, deletionAnswers } from '../../../lib/study/evidence/scored-answers';
import type { AttributionRun, DeletionResult } from '../../../lib/study/evidence/evidence-archive';
import { deletePixels, orderPixels } from '../../../lib/study/evidence/attribution';
import { attributionFigure, deletionFigure, PRIOR_USES } from '../../../lib/study/evidence/evidence-figures';
import { EVIDENCE_SIZES, planJobs } from '../../../lib/study/evidence/training-plans';
import { buildEvidence, buildRun, folds, isOdd, splits } from './example';

const { epochs } = EVIDENCE_SIZES.full;
const plan = planJobs(splits, epochs);

/** Without removal all is right; without what is marked every second answer is wrong, at random every fourth. */
function buildAttribution(split: (typeof folds)[number]): AttributionRun {
  const removal = (
    name: Pick<DeletionResult, 'mark' | 'share'>,
    isWrong?: (row: number) => boolean,
  ): DeletionResult => ({
    ...name,
    first: 'most',
    answers: buildRun('compact', split, { isWrong }).answers,
  });
  const removals = [
    removal({ mark: 'occlusion', share: 0 }),
    removal({ mark: 'occlusion', share: 0.2 }, isOdd),
    removal({ mark: 'random', share: 0.2 }, (row) => row % 4 === 1),
  ];
  return { model: 'compact', condition: 'correct', split, seed: 1, epochs: 1, maps: [], removals };
}

describe('the uses of the prior', () => {
  it('are planned alike: the same splits, seed and epochs for each', () => {
    for (const model of Object.keys(PRIOR_USES)) {
      const own = plan.studies.attention.filter((job) => job.model === model);
      assert.deepEqual(own.map(({ split }) => split).sort(), ['frames-1', 'clips-1', ...folds].sort());
      assert.ok(own.every((job) => job.seed === 1 && job.epochs === epochs.compact));
    }
  });
});

describe('attribution', () => {
  const evidence = buildEvidence({}, { attribution: folds.map(buildAttribution) });

  it('is planned for networks that other studies train on the same splits', () => {
    const sorted = (job: object) => JSON.stringify(Object.entries(job).sort());
    const trained = plan.studies.attention.map(sorted);
    for (const job of plan.attribution.filter(({ model }) => model !== 'tergat'))
      assert.ok(trained.includes(sorted(job)));
  });

  it('is tested by removal: against all pixels, and against as many at random', () => {
    const answers = deletionAnswers(evidence);
    const [whole, marked] = [0, 0.2].map((share) =>
      answers.filter((one) => one.mark === 'occlusion' && one.share === share),
    );
    const random = answers.filter(({ mark }) => mark === 'random');
    assert.deepEqual([accuracyOf(marked).value, differenceOf(whole, marked).value], [0.5, 0.5]);
    assert.ok(Math.abs(differenceOf(random, marked).value - (0.5 - 11 / 42)) < 1e-12);
    assert.match(deletionFigure(answers).title, /most important first \(occlusion\), 0\.2: 50\.0 %/);
  });

  it('draws nothing where no map was computed', async () => {
    assert.equal(await attributionFigure(evidence, 'learned'), undefined);
  });
});

describe('orderPixels', () => {
  it('puts the most important first', () => {
    assert.deepEqual(orderPixels(Float32Array.of(0.1, -3, 7, 0.5), createRandom(1)), [2, 3, 0, 1]);
  });

  it('puts equals in random order: each is first about as often', () => {
    const random = createRandom(1, 'ties');
    const firsts = Array.from({ length: 600 }, () => orderPixels(Float32Array.of(1, 0, 1, 1), random)[0]);
    for (const position of [0, 2, 3]) {
      const share = firsts.filter((first) => first === position).length / 600;
      assert.ok(Math.abs(share - 1 / 3) < 0.07, `${position}: ${share}`);
    }
    assert.ok(!firsts.includes(1));
  });
});

describe('deletePixels', () => {
  it('gives deleted pixels the mean of their own block, in a copy', () => {
    const both = Float32Array.of(0, 2, 4, 10, 30, 50);
    assert.deepEqual([...deletePixels(both, [2, 3])], [0, 2, 2, 30, 30, 50]);
    assert.deepEqual([...both], [0, 2, 4, 10, 30, 50]);
  });
});
