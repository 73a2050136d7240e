import assert from 'node:assert/strict';
import * as vega from 'vega';
import { EMOTIONS } from '../../lib/core/emotions';
import { wilsonInterval } from '../../lib/core/intervals';
import { confusionMatrix } from '../../lib/core/metrics';
import { confusionChart, countsChart, DARK_CELL_SHARE } from '../../lib/figures/class-charts';
import {
  curveChart,
  intervalChart,
  publishedChart,
  reliabilityChart,
  riskChart,
} from '../../lib/figures/estimate-charts';
import type { ChartFigure } from '../../lib/figures/figure';
import { accuracyChart, lossChart, stepLossChart } from '../../lib/figures/learning-charts';
import { history, records, runChart, split } from './examples';

/** What WCAG 2 asks of small text (level AA). */
const WCAG_CONTRAST = 4.5;

function valuesOf(chart: ChartFigure): Record<string, unknown>[] {
  return (chart.spec.data as { values: Record<string, unknown>[] }).values;
}

const RATES = [1, 2].map((label) => ({ label, group: 'g', estimate: wilsonInterval(label, 4) }));

const CHARTS: Record<string, ChartFigure> = {
  'accuracy chart': accuracyChart(history(15)),
  'accuracy chart before the first epoch': accuracyChart([], { epochs: 15 }),
  'loss chart': lossChart(history(50)),
  'confusion chart': confusionChart(confusionMatrix([0, 1, 2], [0, 1, 1])),
  'counts chart': countsChart(records, split),
  'step loss chart': stepLossChart({ first: [2, 1], second: [2.5] }),
  'interval chart': intervalChart(
    RATES.map((rate) => ({ ...rate, label: String(rate.label) })),
    { title: 't', subtitle: 's' },
  ),
  'curve chart': curveChart(RATES, { title: 't', xAxis: 'n', scale: 'log' }),
  'reliability chart': reliabilityChart(
    { a: [{ low: 0, high: 1, confidence: 0.5, accuracy: 1, count: 2 }] },
    { title: 't' },
  ),
  'risk chart': riskChart({ a: [{ coverage: 1, risk: 0.5, threshold: 0.2 }] }, { title: 't' }),
  'published chart': publishedChart({ method: 'm', dataset: 'd', accuracy: wilsonInterval(9, 10) }),
};

describe('charts', () => {
  for (const [name, chart] of Object.entries(CHARTS))
    it(`are understood by vega-lite without a warning: ${name}`, async () => {
      assert.deepEqual((await runChart(chart)).warnings, []);
      // What JupyterLab is sent is JSON: nothing may get lost on the way.
      assert.deepEqual(JSON.parse(JSON.stringify(chart.spec)), chart.spec);
    });
});

describe('learning charts', () => {
  it('draw training and validation of each epoch', () => {
    assert.deepEqual(valuesOf(accuracyChart(history(1))), [
      { epoch: 1, side: 'train', value: history(1)[0].trainAccuracy },
      { epoch: 1, side: 'validation', value: history(1)[0].validationAccuracy },
    ]);
  });

  it('keep the axis of a live chart from jumping', async () => {
    const { view } = await runChart(accuracyChart(history(3), { epochs: 50 }));
    assert.deepEqual(view.scale('x').domain(), [1, 50]);
  });

  it('say in words what they show', () => {
    assert.match(
      accuracyChart(history(2)).title,
      /^TerGat: accuracy .* epoch 2: train \d+\.\d\d %, validation/,
    );
    assert.match(lossChart([]).title, /nothing measured yet/);
  });
});

describe('the confusion heat map', () => {
  it('defect 3: has true classes as rows and predicted ones as columns, in the order of the label ids', async () => {
    // One angry face was taken for a joyful one.
    const chart = confusionChart(confusionMatrix([0], [3]));
    const { view } = await runChart(chart);
    assert.deepEqual(view.scale('x').domain(), [...EMOTIONS]);
    assert.deepEqual(view.scale('y').domain(), [...EMOTIONS]);
    assert.deepEqual(view.scale('y').range(), [0, view.signal('height')], 'the first class is on top');
    const counted = valuesOf(chart).filter((cell) => cell.count === 1);
    assert.deepEqual(counted, [{ true: 'anger', predicted: 'joy', count: 1, share: 1 }]);
    const encoding = chart.spec.encoding as Record<'x' | 'y', { field: string }>;
    assert.equal(encoding.x.field, 'predicted');
    assert.equal(encoding.y.field, 'true');
  });

  it('writes the counts in a colour that is legible on every cell', () => {
    const toCell = vega.scheme('yellowgreenblue') as (share: number) => string;
    for (let share = 0; share <= 1; share += 0.01) {
      const ink = share >= DARK_CELL_SHARE ? '#ffffff' : '#000000';
      const ratio = contrast(toCell(share), ink);
      assert.ok(ratio >= WCAG_CONTRAST, `share ${share.toFixed(2)}: contrast ${ratio.toFixed(1)}`);
    }
  });
});

describe('the counts chart', () => {
  it('counts the frames of each emotion on each side', () => {
    const joy = valuesOf(countsChart(records, split)).filter((row) => row.emotion === 'joy');
    assert.deepEqual(
      joy.map((row) => [row.side, row.images]),
      [
        ['train', 4],
        ['validation', 1],
        ['test', 1],
      ],
    );
  });
});

describe('the chart of published results', () => {
  const own = { method: 'ours', dataset: 'synthetic sample', accuracy: wilsonInterval(97, 100) };

  it('sets our row apart and says that it is not comparable', () => {
    const text = JSON.stringify(publishedChart(own).spec);
    assert.match(text, /not comparable/);
    assert.match(publishedChart(own).title, /not comparable: ours 97\.00 on synthetic sample/);
    assert.doesNotMatch(JSON.stringify(publishedChart({ ...own, isFerg: true }).spec), /not comparable/);
  });

  it("carries the footnote on the original's 97.50", () => {
    const text = JSON.stringify(publishedChart(own).spec);
    assert.match(text, /TerGat, original\*/);
    assert.match(text, /from one and the same frame/);
  });
});

/** Contrast of two colours, 1 to 21. Source: WCAG 2's relative luminance. */
function contrast(first: string, second: string): number {
  const luminance = (color: string) => {
    const [r, g, b] = readColor(color);
    const linear = (level: number) => (level <= 10 ? level / 3294 : ((level / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function readColor(color: string): number[] {
  if (color.startsWith('#')) return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return Array.from(color.matchAll(/\d+/g), Number);
}

describe('the step loss chart', () => {
  it('has a point for each step, and says where each curve begins and ends', () => {
    const chart = stepLossChart({ hand: [2, 1], library: [2.5] }, { title: 'Loss' });
    assert.equal(
      chart.title,
      'Loss: hand from 2.000 to 1.000 in 2 steps; library from 2.500 to 2.500 in 1 steps',
    );
    assert.deepEqual(valuesOf(chart), [
      { curve: 'hand', step: 1, loss: 2 },
      { curve: 'hand', step: 2, loss: 1 },
      { curve: 'library', step: 1, loss: 2.5 },
    ]);
  });

  it('refuses zero curves, three curves and an empty one', () => {
    assert.throws(() => stepLossChart({}), /Expected 1 or 2 curves but received 0/);
    assert.throws(() => stepLossChart({ a: [1], b: [1], c: [1] }), /received 3/);
    assert.throws(() => stepLossChart({ a: [] }), /at least 1 step for curve a but received 0/);
  });
});
