import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { BenchFile } from '../../bench/bench-file';
import { benchChart, formatRow, renderBenchTable } from '../../bench/bench-page';
import { renderFigure } from '../../lib/figures/figure';
import { projectRoot } from '../../lib/files/project';
import { replaceSection } from '../../lib/study/markdown';
import { exampleBench } from './example';

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
  const reference = path.join(projectRoot(), 'results', 'reference', 'bench.json');

  it('shows the table of results/reference/bench.json', () => {
    const page = fs.readFileSync(path.join(projectRoot(), 'docs', 'benchmarks.md'), 'utf8');
    const bench = JSON.parse(fs.readFileSync(reference, 'utf8')) as BenchFile;
    const table = renderBenchTable(bench);
    assert.equal(replaceSection(page, 'bench', table), page);
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
