import assert from 'node:assert/strict';
import fs from 'node:fs';
import { homePath } from '../../../lib/files/project';
import { runJob } from '../../../lib/study/evidence/run-jobs';
import { describeSplit } from '../../../lib/study/evidence/splits';
import { buildRecords } from './example';
import { makeBlockSet } from '../../support/blocks';

const job = { model: 'faceapi', condition: 'correct', split: 'frames-1', seed: 1, epochs: 0 } as const;

describe('the runs of evidence', () => {
  const size = `test-${process.pid}`;
  after(() => fs.rmSync(homePath('data', 'cache', 'evidence', size), { recursive: true, force: true }));

  it('have no answer where the store or the network found no face', async () => {
    const records = buildRecords('six', ['a'], { clips: 1 }).slice(0, 3);
    // The store misses the second frame, the learner finds no face in the third.
    const found = [records[0], records[2]];
    const blocks = makeBlockSet(found);
    const split = { name: 'frames' as const, train: [], validation: [], test: [0, 1, 2] };
    const test = new Float32Array(14);
    test[4] = 1;
    const { answers } = await runJob(job, {
      size,
      records,
      print: () => undefined,
      imageOf: ({ path }) => path,
      blocksOf: () => Promise.resolve(blocks),
      splits: new Map([['frames-1', describeSplit('frames-1', split)]]),
      learners: { faceapi: () => Promise.resolve({ test }) },
      kept: new Set(),
    });
    assert.equal(answers, '4--');
  });
});
