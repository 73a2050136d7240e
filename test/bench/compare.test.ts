import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { startEngine } from '../../lib/tensor/backend';
import { buildCompact, COMPACT_SIZES } from '../../lib/model/networks/compact';
import {
  summarizePairs,
  type ScoredPair,
  measureNetwork,
  type ComparisonFile,
  renderComparison,
  scoreRun,
  type RunScore,
} from '../../bench/reference/compare';
import { fillBlocks, makeBlockSet, makeRecords } from '../support/blocks';
import { useTemporaryFolder } from '../support/folder';
import { assertSection, readReference } from '../support/assertions';

const SIZES = { ...COMPACT_SIZES, filters: [2, 2, 2], latent: 14, dropout: 0 } as const;
const buildSmall = (options: { seed: number }) => buildCompact({ ...options, sizes: SIZES });

/** Faces whose brightness tells the expression. */
const pixels = fillBlocks(140, (face) => 40 * (face % 7));
const blocks = makeBlockSet(makeRecords(140), { eyes: pixels, mouth: pixels });

function makeRun(changes: Partial<typeof DEFAULT_EXPERIMENT> = {}) {
  const experiment = { ...DEFAULT_EXPERIMENT, epochs: 2, batchSize: 28, learningRate: 0.01, ...changes };
  return { experiment, records: blocks.records, blocks };
}

const scoreOf = (accuracy: number): RunScore => ({ accuracy, bestEpoch: 1, secondsPerEpoch: 1 });

describe('scoreRun', () => {
  const folder = useTemporaryFolder();
  before(() => startEngine({ backend: 'wasm' }));
  const run = (options = makeRun()) => scoreRun(buildSmall, { ...options, cacheDirectory: folder() });

  it('gives the same score again, of the epoch that did best, and leaves no tensor', async () => {
    const first = await run();
    const { numTensors } = tf.memory();
    fs.rmSync(folder(), { recursive: true });
    const second = await run();
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(first.accuracy, second.accuracy);
    assert.ok(first.accuracy > 1 / EMOTIONS.length, `${first.accuracy} is no better than guessing`);
    assert.ok([1, 2].includes(first.bestEpoch) && first.secondsPerEpoch > 0);
  });

  it('keeps a trained network without its optimizer, and trains anew when a setting differs', async () => {
    const first = await run(makeRun({ epochs: 1 }));
    assert.deepEqual(await run(makeRun({ epochs: 1 })), first);
    await run(makeRun({ epochs: 1, seed: 9 }));
    await run(makeRun({ epochs: 2 }));
    const kept = fs.readdirSync(folder()).flatMap((name) => fs.readdirSync(path.join(folder(), name)));
    assert.deepEqual([...new Set(kept)], ['trained.safetensors']);
    assert.equal(kept.length, 3);
  });

  it('counts the frames without a face as errors', async () => {
    const options = makeRun();
    const missed = Array.from({ length: 1400 }, (_, i) => ({
      path: `missed-${i}.png`,
      character: 'b',
      emotion: EMOTIONS[i % EMOTIONS.length],
    }));
    const { accuracy } = await run({ ...options, records: [...options.records, ...missed] });
    // Some 14 of the 140 found faces are tested, and some 140 of the others: a tenth at the most.
    assert.ok(accuracy > 0 && accuracy < 0.12, `${accuracy}`);
  });
});

const PAIRS: ScoredPair[] = [
  [0.9, 0.8],
  [0.8, 0.8],
  [0.7, 0.9],
].map(([ours, theirs], i) => ({
  split: 'frames' as const,
  seed: i + 1,
  candidate: scoreOf(ours),
  baseline: scoreOf(theirs),
}));

describe('summarizePairs', () => {
  it('gives the mean of the differences with its standard error', () => {
    const [summary] = summarizePairs(PAIRS);
    // Differences 0.1, 0, -0.2: mean -1/30, sum of squares 0.14 / 3, over 2 and 3.
    assert.ok(Math.abs(summary.difference + 1 / 30) < 1e-12);
    assert.ok(Math.abs(summary.standardError - Math.sqrt(0.14 / 3 / 6)) < 1e-12);
    assert.deepEqual([summary.seeds, summary.atLeastAsAccurate], [3, 2]);
  });

  it('keeps splits apart', () => {
    const summaries = summarizePairs([...PAIRS, { ...PAIRS[0], split: 'clips' }]);
    assert.deepEqual(
      summaries.map(({ split, seeds, standardError }) => [split, seeds, standardError > 0]),
      [
        ['frames', 3, true],
        ['clips', 1, false],
      ],
    );
  });
});

describe('renderComparison', () => {
  it('shows accuracies, differences and sizes', () => {
    const size = { name: 'Compact', parameters: 155303, bytes: 622000 };
    const text = renderComparison({
      epochs: 15,
      images: 1680,
      backend: 'tensorflow',
      candidate: size,
      pairs: PAIRS,
      baseline: { name: 'TerGat', parameters: 35480655, bytes: 141924000 },
    });
    assert.match(text, /\| frames \| 3 \| 80\.00 % \| 83\.33 % \| −3\.33 ± 8\.82 points \| 2 of 3 \|/);
    assert.match(text, /155,303 parameters, 0\.6 MB\. TerGat: 35,480,655, 141\.9 MB, \*\*228 times\*\*/);
  });

  it('is what docs/benchmarks.md shows of results/reference/compare.json', () => {
    const table = renderComparison(readReference<ComparisonFile>('compare'));
    assertSection('docs/benchmarks.md', 'compare', table);
  });
});

describe('measureNetwork', () => {
  it("gives the number of parameters and the size of the weights' file", () => {
    const { parameters, bytes } = measureNetwork(buildSmall);
    assert.ok(bytes > 4 * parameters && bytes < 4 * parameters + 4096, `${parameters} ${bytes}`);
  });
});
