import os from 'node:os';
import { makeChart } from '../lib/figures/chart';
import type { ChartFigure } from '../lib/figures/figure';
import { COLORS, FONT_SIZES } from '../lib/figures/theme';
import { markdownTable } from '../lib/study/markdown';
import type { EngineInfo } from '../lib/tensor/backend';

/** One comparison. All units are costs: lower is better. */
export interface BenchRow {
  /** What is measured and against which peer, such as `tergat-step/pytorch`. */
  readonly name: string;
  /** Unit of the costs, such as `ms a step`. */
  readonly unit: string;
  /** Median of our runs. */
  readonly ours: number;
  /** Median of the peer's runs; null without a peer. */
  readonly peer: number | null;
  /** The peer's cost divided by ours: above 1 when ours is better; null without a peer. */
  readonly ratio: number | null;
  /** Number of measured runs of each side. */
  readonly runs: number;
  /** Minimum and maximum of the runs. */
  readonly spread: { readonly ours: readonly number[]; readonly peer: readonly number[] | null };
  /** Information that a reader needs to interpret the numbers. */
  readonly note?: string;
}

/** A row that could not be measured. */
export type MissingRow = Readonly<Record<'name' | 'reason', string>>;

/** The machine of the measurements. */
type Machine = ReturnType<typeof describeMachine>;

/** All results of one run of the bench. */
export interface BenchFile {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  readonly missing: readonly MissingRow[];
}

/**
 * Makes a row from measured costs.
 * @param costs of each run, in the row's unit; at least one of ours; `peer` is empty without a peer
 * @throws RangeError without a cost of ours
 */
export function assembleRow(
  { name, unit, note }: Pick<BenchRow, 'name' | 'unit' | 'note'>,
  costs: Readonly<Record<'ours' | 'peer', readonly number[]>>,
): BenchRow {
  const hasPeer = costs.peer.length > 0;
  const ours = median(costs.ours);
  const peer = hasPeer ? median(costs.peer) : null;
  const ratio = peer === null || ours === 0 ? null : roundTo(peer / ours, 3);
  const rangeOf = (values: readonly number[]) =>
    [Math.min(...values), Math.max(...values)].map((one) => roundTo(one));
  const spread = { ours: rangeOf(costs.ours), peer: hasPeer ? rangeOf(costs.peer) : null };
  const medians = { ours: roundTo(ours), peer: peer === null ? null : roundTo(peer) };
  return { name, unit, ...medians, ratio, runs: costs.ours.length, spread, ...(note ? { note } : {}) };
}

/**
 * Describes the machine of the measurements.
 * @param versions of this project's libraries and of the peers, by name
 * @param loadAtStart system load when the bench began; well below the number of cores on a quiet machine
 */
export function describeMachine(
  { tensorflow, device }: EngineInfo,
  versions: Readonly<Record<string, string>>,
  loadAtStart: number,
) {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    /** The native TensorFlow library that this project and stock tfjs-node-gpu use; null without one. */
    tensorflow: tensorflow ?? null,
    device,
    loadAtStart: Math.round(100 * loadAtStart) / 100,
    versions,
  };
}

/**
 * Renders a bench as Markdown: one line about the machine, a table with one line per row, the chart, and the missing
 * rows.
 * @returns text without a final newline
 */
export function renderBenchTable({ machine, rows, missing }: BenchFile): string {
  const header = ['row', 'unit', 'ours', 'peer', 'ratio', 'runs', ''];
  const cells = rows.map(({ name, unit, ours, peer, ratio, runs, note = '' }) => {
    const [versus, times] = [peer === null ? '' : formatNumber(peer), ratio === null ? '' : `**${ratio}**`];
    return [`\`${name}\``, unit, formatNumber(ours), versus, times, String(runs), note];
  });
  return [
    describeInWords(machine),
    markdownTable(header, cells, 'llrrrrl'),
    '![Ratio of each row with another project](../results/reference/bench/ratios.png)',
    ...(missing.length > 0 ? ['Not measured:'] : []),
    missing.map(({ name, reason }) => `- \`${name}\`: ${reason}`).join('\n'),
  ]
    .join('\n\n')
    .trimEnd();
}

/** Formats a row as one line for a terminal. */
export function formatRow({ name, unit, ours, peer, ratio }: BenchRow): string {
  const against = peer === null ? '' : `, peer ${formatNumber(peer)}`;
  const times = ratio === null ? '' : `: ${ratio} x`;
  return `${name.padEnd(30)} ours ${formatNumber(ours)}${against} ${unit}${times}`;
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
const ROWS_WITHOUT_OTHER_PROJECT = ['tergat-step/limit', 'compact-step/tergat'];

const ROWS_AXIS = { field: 'name', type: 'nominal', sort: null, axis: { title: null, ticks: false } };
const RATIO = { field: 'ratio', type: 'quantitative' };

/**
 * Draws a chart of the ratios: one bar per row, from 1 to its ratio, on a logarithmic axis. Rows without another
 * project are left out.
 */
export function benchChart({ rows, machine }: BenchFile): ChartFigure {
  const title = 'How many times better ours is than the peer';
  const values = rows.flatMap(({ name, unit, ours, peer, ratio }) =>
    ratio === null || ratio <= 0 || ROWS_WITHOUT_OTHER_PROJECT.includes(name)
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

/**
 * Computes the median; of an even number of values, the mean of the two middle ones.
 * @param values in any order, at least one
 * @throws RangeError for no values
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least 1 number for values but received 0');
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Rounds to significant digits, so that a file does not show more precision than was measured.
 * @param digits default 4
 */
export function roundTo(value: number, digits = 4): number {
  return Number(value.toPrecision(digits));
}
