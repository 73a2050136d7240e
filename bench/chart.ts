import { makeChart } from '../lib/figures/chart';
import type { ChartFigure } from '../lib/figures/figure';
import { COLORS, FONT_SIZES } from '../lib/figures/theme';
import type { BenchFile } from './bench-file';

/** Rows without another project: the machine's limit, and two networks of ours. */
const WITHOUT_RIVAL = ['tergat-step/limit', 'compact-step/tergat'];

const ROWS_AXIS = { field: 'name', type: 'nominal', sort: null, axis: { title: null, ticks: false } };

/**
 * Draws a chart of the ratios: one bar per row, from 1 to its ratio, on a logarithmic axis. Rows without another
 * project are left out.
 */
export function benchChart({ rows, machine }: BenchFile): ChartFigure {
  const title = 'How many times better ours is than the peer';
  const values = rows.flatMap(({ name, unit, ours, peer, ratio }) =>
    ratio === null || ratio <= 0 || WITHOUT_RIVAL.includes(name)
      ? []
      : [{ name, unit, ours, peer, ratio, one: 1, isBetter: ratio >= 1 }],
  );
  const scale = { type: 'log', nice: true };
  const x = {
    field: 'ratio',
    type: 'quantitative',
    scale,
    axis: { title: 'ratio (above 1: ours is better)' },
  };
  const color = {
    condition: { test: 'datum.isBetter', value: COLORS.blue },
    value: COLORS.orange,
  };
  return makeChart(`${title}: ${values.map(({ name, ratio }) => `${name} ${ratio}`).join(', ')}`, {
    title: { text: title, subtitle: `${machine.cpu}, ${machine.cores} cores` },
    data: { values },
    width: 430,
    height: { step: 24 },
    layer: [
      {
        mark: { type: 'bar', height: 13 },
        encoding: {
          x,
          y: ROWS_AXIS,
          x2: { field: 'one' },
          color,
          tooltip: tooltipOf(['name', 'ratio', 'ours', 'peer', 'unit']),
        },
      },
      { mark: { type: 'rule', color: COLORS.quiet }, encoding: { x: { datum: 1 } } },
      ratioLabels({ test: 'datum.isBetter', align: 'left', dx: 5 }),
      ratioLabels({ test: '!datum.isBetter', align: 'right', dx: -5 }),
    ],
  });
}

function ratioLabels({ test, align, dx }: { test: string; align: string; dx: number }) {
  return {
    transform: [{ filter: test }],
    mark: { type: 'text', align, dx, fontSize: FONT_SIZES.label, color: COLORS.ink },
    encoding: {
      y: ROWS_AXIS,
      x: { field: 'ratio', type: 'quantitative' },
      text: { field: 'ratio', type: 'quantitative', format: '.3~g' },
    },
  };
}

function tooltipOf(fields: readonly string[]) {
  return fields.map((field) => ({ field }));
}
