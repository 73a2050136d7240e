import assert from 'node:assert/strict';
import { benchChart } from '../../bench/chart';
import { renderFigure } from '../../lib/figures/figure';
import { exampleBench } from './example';

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
