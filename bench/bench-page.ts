import { makeChart } from '../lib/figures/chart';
import type { ChartFigure } from '../lib/figures/figure';
import { COLORS, FONT_SIZES } from '../lib/figures/theme';
import type { BenchFile, BenchRow, Machine } from './bench-file';

/**
 * Renders a bench as Markdown: one line about the machine, a table with one line per row, the chart, and the missing
 * rows.
 * @returns text without a final newline
 */
export function renderBenchTable({ machine, rows, missing }: BenchFile): string {
  const lines = [
    describeInWords(machine),
    '',
    '| row | unit | ours | peer | ratio | runs | |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...rows.map(renderRow),
    '',
    '![Ratio of each row with another project](../results/reference/bench/ratios.png)',
  ];
  if (missing.length > 0) {
    lines.push('', 'Not measured:', '', ...missing.map(({ name, reason }) => `- \`${name}\`: ${reason}`));
  }
  return lines.join('\n');
}

/** Formats a row as one line for a terminal. */
export function formatRow({ name, unit, ours, peer, ratio }: BenchRow): string {
  const against = peer === null ? '' : `, peer ${formatNumber(peer)}`;
  const times = ratio === null ? '' : `: ${ratio} x`;
  return `${name.padEnd(30)} ours ${formatNumber(ours)}${against} ${unit}${times}`;
}

function renderRow({ name, unit, ours, peer, ratio, runs, note = '' }: BenchRow): string {
  const versus = peer === null ? '' : formatNumber(peer);
  const times = ratio === null ? '' : `**${ratio}**`;
  return `| \`${name}\` | ${unit} | ${formatNumber(ours)} | ${versus} | ${times} | ${runs} | ${note} |`;
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}

function describeInWords(machine: Machine): string {
  const { cpu, cores, memoryGb, platform, node, tensorflow, versions } = machine;
  const others = Object.entries(versions).filter(([name]) => name !== 'TensorFlow');
  const library = tensorflow
    ? `TensorFlow ${tensorflow} under ours and under stock tfjs-node-gpu`
    : 'no native TensorFlow';
  const named = others.map(([name, version]) => `${name} ${version}`).join(', ');
  const load = machine.loadAtStart;
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}; Node.js ${node}; ${library}; ${named}. Load when it began: ${load}.`;
}

/** Rows whose peer is not another project: the machine's limit, and another network of ours. */
const WITHOUT_RIVAL = ['tergat-step/limit', 'compact-step/tergat'];

const ROWS_AXIS = { field: 'name', type: 'nominal', sort: null, axis: { title: null, ticks: false } };
const RATIO = { field: 'ratio', type: 'quantitative' };

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
  return makeChart(`${title}: ${values.map(({ name, ratio }) => `${name} ${ratio}`).join(', ')}`, {
    title: { text: title, subtitle: `${machine.cpu}, ${machine.cores} cores` },
    data: { values },
    width: 430,
    height: { step: 24 },
    layer: [
      {
        mark: { type: 'bar', height: 13 },
        encoding: {
          x: { ...RATIO, scale, axis: { title: 'ratio (above 1: ours is better)' } },
          y: ROWS_AXIS,
          x2: { field: 'one' },
          color: { condition: { test: 'datum.isBetter', value: COLORS.blue }, value: COLORS.orange },
          tooltip: ['name', 'ratio', 'ours', 'peer', 'unit'].map((field) => ({ field })),
        },
      },
      { mark: { type: 'rule', color: COLORS.quiet }, encoding: { x: { datum: 1 } } },
      ratioLabels('datum.isBetter', { align: 'left', dx: 5 }),
      ratioLabels('!datum.isBetter', { align: 'right', dx: -5 }),
    ],
  });
}

function ratioLabels(test: string, place: { readonly align: string; readonly dx: number }) {
  return {
    transform: [{ filter: test }],
    mark: { type: 'text', ...place, fontSize: FONT_SIZES.label, color: COLORS.ink },
    encoding: { y: ROWS_AXIS, x: RATIO, text: { ...RATIO, format: '.3~g' } },
  };
}
