import assert from 'node:assert/strict';
import { emotionId } from '../../../lib/core/emotions';
import { summarizeAcross } from '../../../lib/study/evidence/across';
import type { EvidenceArchive } from '../../../lib/study/evidence/archive';
import type { EvidenceRun } from '../../../lib/study/evidence/runs';
import { buildSplits } from '../../../lib/study/evidence/splits';
import { buildRecords, setOf } from './example';

const made = Array.from({ length: 8 }, (_, index) => `g-${index}`);
const records = [
  ...buildRecords('six', ['a', 'b', 'c']),
  ...buildRecords('development', made, { clips: 1 }),
  ...buildRecords('final', ['f-0', 'f-1'], { clips: 1 }),
];
const splits = buildSplits({ records, setOf }, { train: 6, validation: 1 });

/** A run that is wrong in every second frame, or in none. */
function buildRun(model: string, split: string, half = false): EvidenceRun {
  const labels = splits.get(split)!.test.map((position) => emotionId(records[position].emotion));
  const answers = labels.map((label, row) => (label + Number(half && row % 2 === 0)) % 7).join('');
  const job = { model, condition: 'correct', split, seed: 1, epochs: 1, bestEpoch: 1 };
  return { ...job, answers, probabilities: '', validation: '' };
}

function buildArchive(parts: Partial<EvidenceArchive['runs']>): EvidenceArchive {
  const none = { ladder: [], ablation: [], attention: [], growth: [], final: [] };
  return { records, splits, runs: { ...none, ...parts }, looks: [], coverage: [] };
}

describe('across data sets', () => {
  const faceapi = ['character-a', 'character-b', 'character-c'].map((split) => buildRun('faceapi', split, true)); // prettier-ignore

  it("sets networks that learned from one beside face-api's, on the same frames, paired by character", () => {
    const growth = [buildRun('augmented', 'growth-6'), buildRun('landmarks', 'growth-6', true)];
    const final = [buildRun('shipped', 'final'), buildRun('faceapi', 'final', true)];
    const [generated, six] = summarizeAcross(buildArchive({ ladder: faceapi, growth, final }));
    assert.deepEqual([generated.name, six.name], ['generated', 'six']);
    for (const { own, faceapi: other, difference } of [generated, six])
      assert.deepEqual([own.value, other.value, difference.value], [1, 0.5, 0.5]);
    assert.match(six.learned, /^6 generated characters/);
  });

  it('leaves out what was not run', () => {
    const growth = [buildRun('augmented', 'growth-6')];
    const names = summarizeAcross(buildArchive({ ladder: faceapi, growth })).map(({ name }) => name);
    assert.deepEqual(names, ['six']);
    assert.deepEqual(summarizeAcross(buildArchive({})), []);
  });
});
