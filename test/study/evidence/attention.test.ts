import assert from 'node:assert/strict';
import { emotionId } from '../../../lib/core/emotions';
import type { EvidenceArchive } from '../../../lib/study/evidence/archive';
import { compareUses, compareWithRandom, removalRows, summarizeRemovals, summarizeUses, USES, useRows } from '../../../lib/study/evidence/attention'; // prettier-ignore
import { looksFigure } from '../../../lib/study/evidence/attention-figures';
import type { LookRun, Removal } from '../../../lib/study/evidence/looks';
import { EVIDENCE_EPOCHS, planAttention, planLooks } from '../../../lib/study/evidence/plan';
import type { EvidenceRun } from '../../../lib/study/evidence/runs';
import { buildSplits } from '../../../lib/study/evidence/splits';
import { buildRecords, setOf } from './example';

const records = buildRecords('six', ['a', 'b', 'c']);
const splits = buildSplits({ records, setOf }, { train: 6, validation: 1 });
const folds = ['character-a', 'character-b', 'character-c'];

/** Answers that are right but for the rows that `isWrong` says. */
function answer(split: string, isWrong: (row: number) => boolean = () => false): string {
  const labels = splits.get(split)!.test.map((position) => emotionId(records[position].emotion));
  return labels.map((label, row) => (label + Number(isWrong(row))) % 7).join('');
}

function buildRun(model: string, split: string, isWrong?: (row: number) => boolean): EvidenceRun {
  const { condition } = USES.find((use) => use.model === model)!;
  const job = { model, condition, split, seed: 1, epochs: 1, bestEpoch: 1 };
  return { ...job, answers: answer(split, isWrong), probabilities: '', validation: '' };
}

function buildArchive(attention: readonly EvidenceRun[], looks: readonly LookRun[] = []): EvidenceArchive {
  return {
    records,
    splits,
    runs: { ladder: [], ablation: [], attention, growth: [], final: [] },
    looks,
    coverage: [],
  };
}

const isOdd = (row: number) => row % 2 === 1;

/** Without removal all is right; without what is marked every second answer is wrong, at random every fourth. */
function buildLook(split: string): LookRun {
  const removal = (name: Pick<Removal, 'mark' | 'first' | 'share'>, isWrong?: (row: number) => boolean) => ({
    ...{ ...name, answers: answer(split, isWrong) },
  });
  return {
    ...{ model: 'compact', condition: 'correct', split, seed: 1, epochs: 1, maps: [] },
    removals: [
      removal({ mark: 'occlusion', first: 'most', share: 0 }),
      removal({ mark: 'occlusion', first: 'most', share: 0.2 }, isOdd),
      removal({ mark: 'random', first: 'most', share: 0 }),
      removal({ mark: 'random', first: 'most', share: 0.2 }, (row) => row % 4 === 1),
    ],
  };
}

describe('the uses of the prior', () => {
  const steps = ['frames-1', 'clips-1', ...folds];
  const runs = USES.flatMap(({ model }) =>
    steps.map((split) => buildRun(model, split, model === 'face' ? isOdd : undefined)),
  );

  it('are planned alike: the same splits, seed and epochs for each', () => {
    const jobs = planAttention(splits, EVIDENCE_EPOCHS.full);
    for (const { model, condition } of USES) {
      const own = jobs.filter((job) => job.model === model);
      assert.deepEqual(own.map(({ split }) => split).sort(), [...steps].sort());
      assert.ok(own.every((job) => job.condition === condition && job.seed === 1));
      assert.deepEqual([...new Set(own.map(({ epochs }) => epochs))], [EVIDENCE_EPOCHS.full.compact]);
    }
  });

  it('are estimated under each split, and paired by character with hard blocks', () => {
    const archive = buildArchive(runs);
    const { compact, face } = summarizeUses(archive, 'characters');
    assert.deepEqual([compact.value, face.value], [1, 0.5]);
    const { value, low, high } = compareUses(archive, 'characters').face;
    assert.deepEqual([value, low, high], [-0.5, -0.5, -0.5]);
    assert.equal(useRows(archive).length, 3 * USES.length);
  });
});

describe('where networks look', () => {
  const looks = folds.map(buildLook);

  it('is planned for networks that other studies train on the same splits', () => {
    const trained = planAttention(splits, EVIDENCE_EPOCHS.full);
    for (const job of planLooks(splits, EVIDENCE_EPOCHS.full).filter(({ model }) => model !== 'tergat'))
      assert.ok(trained.some((other) => JSON.stringify(Object.entries(other).sort()) === JSON.stringify(Object.entries(job).sort()))); // prettier-ignore
  });

  it('is told by what removal costs: against all pixels, and against as many at random', () => {
    const archive = buildArchive([], looks);
    const choice = { model: 'compact', step: 'characters' } as const;
    const marked = summarizeRemovals(archive, choice).find(({ mark, share }) => mark === 'occlusion' && share === 0.2)!; // prettier-ignore
    assert.deepEqual([marked.accuracy.value, marked.drop.value], [0.5, 0.5]);
    const frames = splits.get('character-a')!.test.length;
    const quarter = [...Array(frames).keys()].filter((row) => row % 4 === 1).length / frames;
    const beyond = compareWithRandom(archive, { ...choice, mark: 'occlusion', first: 'most', share: 0.2 });
    assert.ok(Math.abs(beyond.value - (0.5 - quarter)) < 1e-12);
    assert.equal(removalRows(archive, choice).length, 4);
  });

  it('refuses a removal that was not made, and shows nothing where nobody looked', async () => {
    const archive = buildArchive([], looks);
    const choice = { model: 'compact', step: 'characters', mark: 'gradients', first: 'most', share: 0.2 } as const; // prettier-ignore
    assert.throws(
      () => compareWithRandom(archive, choice),
      /Expected a removal for gradients, most, 0.2 but received none/,
    );
    assert.deepEqual(summarizeRemovals(archive, { model: 'tergat', step: 'clips' }), []);
    assert.equal(await looksFigure(archive, 'learned'), undefined);
  });
});
