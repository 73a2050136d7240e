import assert from 'node:assert/strict';
import {
  assembleRow,
  benchChart,
  formatRow,
  median,
  renderBenchTable,
  roundTo,
  type BenchFile,
} from '../../bench/bench-results';
import { renderFigure } from '../../lib/figures/figure';
import { assertSection, readReference } from '../support/assertions';

/** A bench with invented figures. */
const exampleBench: BenchFile = {
  machine: {
    cpu: 'Some CPU',
    cores: 2,
    memoryGb: 8,
    platform: 'linux x64',
    node: 'v20.19.0',
    tensorflow: '2.21.0',
    device: 'CPU',
    loadAtStart: 0.1,
    versions: { tfjs: '4.22.0', TensorFlow: '2.21.0', torch: '2.15.0' },
  },
  rows: [
    assembleRow(
      { name: 'a/b', unit: 'ms a step', note: 'fused' },
      { ours: [400.5, 402, 401], peer: [803, 802, 801] },
    ),
    assembleRow({ name: 'c/d', unit: 's' }, { ours: [12.345], peer: [] }),
  ],
  missing: [{ name: 'e/f', reason: 'the peers are not installed' }],
};

describe('assembleRow', () => {
  const row = { name: 'tergat-step/pytorch', unit: 'ms a step' };

  it('gives a ratio above 1 where ours costs less, from the medians', () => {
    const { ours, peer, ratio, runs, spread } = assembleRow(row, {
      ours: [400, 420, 900],
      peer: [840, 800, 1000],
    });
    assert.deepEqual({ ours, peer, ratio, runs }, { ours: 420, peer: 840, ratio: 2, runs: 3 });
    assert.deepEqual(spread, { ours: [400, 900], peer: [800, 1000] });
  });

  it('gives a ratio under 1 where ours costs more', () => {
    assert.equal(assembleRow(row, { ours: [400], peer: [100] }).ratio, 0.25);
  });

  it('has no ratio without a peer', () => {
    const { peer, ratio, spread } = assembleRow(row, { ours: [7], peer: [] });
    assert.deepEqual(
      { peer, ratio, spread },
      { peer: null, ratio: null, spread: { ours: [7, 7], peer: null } },
    );
  });

  it('has a note only where one is given', () => {
    assert.equal('note' in assembleRow({ ...row, note: '' }, { ours: [1], peer: [] }), false);
    assert.equal(assembleRow({ ...row, note: 'fused' }, { ours: [1], peer: [] }).note, 'fused');
  });
});

describe('median', () => {
  it('gives the middle of an odd number of values, whatever their order', () => {
    assert.equal(median([9, 1, 5]), 5);
  });

  it('gives the mean of the two in the middle of an even number', () => {
    assert.equal(median([10, 1, 2, 4]), 3);
  });

  it('does not change its input, and refuses an empty list', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
    assert.throws(() => median([]), /Expected at least 1 number for values but received 0/);
  });
});

describe('roundTo', () => {
  it('keeps significant digits, not decimals', () => {
    assert.deepEqual(
      [roundTo(1234.56), roundTo(0.00123456), roundTo(0), roundTo(2.999, 3)],
      [1235, 0.001235, 0, 3],
    );
  });
});

describe('renderBenchTable', () => {
  const lines = renderBenchTable(exampleBench).split('\n');

  it('names the machine, its load and the TensorFlow library under both', () => {
    assert.equal(
      lines[0],
      'Some CPU, 2 cores, 8 GB, linux x64; Node.js v20.19.0; TensorFlow 2.21.0 under ours and under stock tfjs-node-gpu; tfjs 4.22.0, torch 2.15.0. Load when it began: 0.1.',
    );
  });

  it('has a line for each row, and an empty cell where there is no peer', () => {
    assert.equal(lines[4], '| `a/b` | ms a step | 401 | 802 | **2** | 3 | fused |');
    assert.equal(lines[5], '| `c/d` | s | 12.3 |  |  | 1 |  |');
  });

  it('lists what is missing with its reason', () => {
    assert.equal(lines.at(-1), '- `e/f`: the peers are not installed');
  });
});

describe('formatRow', () => {
  it('writes a row as one line', () => {
    assert.equal(formatRow(exampleBench.rows[0]), `${'a/b'.padEnd(30)} ours 401, peer 802 ms a step: 2 x`);
  });
});

describe('docs/benchmarks.md', () => {
  it('shows the table of results/reference/bench.json', () => {
    assertSection('docs/benchmarks.md', 'bench', renderBenchTable(readReference<BenchFile>('bench')));
  });
});

describe('benchChart', () => {
  it('draws the rows that are compared, with their ratios', async () => {
    const figure = benchChart(exampleBench);
    assert.equal(figure.title, 'How many times better ours is than the peer: a/b 2');
    const { svg } = await renderFigure(figure);
    assert.match(svg, />a\/b</);
    assert.match(svg, />2</);
    assert.doesNotMatch(svg, />c\/d</);
  });
});
