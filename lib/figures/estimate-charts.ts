import type { ReliabilityBin, RiskPoint } from '../core/calibration';
import type { GroupedEstimate } from '../core/intervals';
import type { ChartFigure, ChartSpec } from './figure';
import { COLORS, FONT_SIZES, VEGA_CONFIG } from './theme';

/** What a chart says beside its data. */
export interface ChartTexts {
  readonly title: string;
  readonly subtitle?: string;
  /** Of the axis of rates, default `Accuracy of all images`. */
  readonly axis?: string;
}

const GROUP_COLORS = [COLORS.blue, COLORS.orange, COLORS.green, COLORS.pink, COLORS.yellow, COLORS.ink];
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v5.json';

/** Accuracy of a guess among seven expressions. */
const CHANCE = 1 / 7;

/**
 * Charts rates with their intervals: a row a label, a colour a group, chance as a dotted line.
 * @param rows at least one, in the order from above
 */
export function intervalChart(rows: readonly GroupedEstimate[], texts: ChartTexts): ChartFigure {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const spec = {
    ...frame(texts),
    width: 460,
    height: { step: groups.length > 1 ? 13 : 30, for: 'offset' },
    data: { values: rows.map(({ label, group, estimate }) => ({ label, group, ...estimate })) },
    encoding: {
      y: {
        field: 'label',
        type: 'nominal',
        sort: null,
        axis: { title: null, ticks: false, domain: false, grid: true },
      },
      yOffset: { field: 'group', type: 'nominal', sort: null },
      color: colorOf(groups),
      tooltip: tooltips(['label', 'group'], ['value', 'low', 'high']),
    },
    layer: [
      chanceLine('x'),
      {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { x: rate('low', texts), x2: { field: 'high' } },
      },
      { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { x: rate('value', texts) } },
    ],
  };
  const told = rows.map(({ label, group, estimate }) => `${label}, ${group}: ${percent(estimate.value)}`);
  return chart(texts.title, told, spec);
}

/**
 * Charts rates against a number, such as how many characters are in training: a line and a band of intervals a group.
 * @param rows at least one; the label is the number
 * @param texts.xAxis what the number is
 * @param texts.scale how the number is spread, default `linear`
 * @param texts.xFormat how the number is written, in d3's notation, default `~g`
 */
export function curveChart(
  rows: readonly GroupedEstimate<number>[],
  texts: ChartTexts & {
    readonly xAxis: string;
    readonly scale?: 'linear' | 'log';
    readonly xFormat?: string;
  },
): ChartFigure {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const values = [...new Set(rows.map(({ label }) => label))];
  const x = {
    field: 'x',
    type: 'quantitative',
    scale: { type: texts.scale ?? 'linear', nice: false },
    axis: {
      title: texts.xAxis,
      grid: false,
      ...(values.length < 9 ? { values, format: texts.xFormat ?? '~g' } : {}),
    },
  };
  const spec = {
    ...frame(texts),
    width: 460,
    height: 280,
    data: { values: rows.map(({ label, group, estimate }) => ({ x: label, group, ...estimate })) },
    encoding: { x, color: colorOf(groups), tooltip: tooltips(['group'], ['x', 'value', 'low', 'high']) },
    layer: [
      { mark: { type: 'area', opacity: 0.12 }, encoding: { y: rate('low', texts), y2: { field: 'high' } } },
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { y: rate('value', texts) } },
      { mark: { type: 'point', filled: true, size: 50, opacity: 1 }, encoding: { y: rate('value', texts) } },
    ],
  };
  const told = rows.map((row) => `${row.group}, ${row.label}: ${percent(row.estimate.value)}`);
  return chart(texts.title, told, spec);
}

/**
 * Draws a reliability diagram: accuracy against confidence, a point a bin, its size the bin's count.
 * @param series bins by what they are of
 */
export function reliabilityChart(
  series: Readonly<Record<string, readonly ReliabilityBin[]>>,
  texts: ChartTexts,
): ChartFigure {
  const rows = Object.entries(series).flatMap(([group, bins]) =>
    bins.filter(({ count }) => count > 0).map((bin) => ({ ...bin, group })),
  );
  const axis = (field: string, title: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title, format: '.0%' },
  });
  const points = {
    data: { values: rows },
    encoding: {
      x: axis('confidence', 'Confidence'),
      y: axis('accuracy', 'Accuracy'),
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['confidence', 'accuracy', 'count']),
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 } },
      {
        mark: { type: 'point', filled: true, opacity: 1 },
        encoding: {
          size: { field: 'count', type: 'quantitative', legend: null, scale: { range: [15, 220] } },
        },
      },
    ],
  };
  const diagonal = {
    data: { values: [0, 1].map((at) => ({ at })) },
    mark: { type: 'line', strokeDash: [4, 4], color: COLORS.line },
    encoding: { x: { field: 'at', type: 'quantitative' }, y: { field: 'at', type: 'quantitative' } },
  };
  const spec = { ...frame(texts), width: 320, height: 320, layer: [diagonal, points] };
  return chart(texts.title, Object.keys(series), spec);
}

/** Maximum number of points of a curve: with one for each of 3,122 faces a chart would have half a megabyte. */
const CURVE_POINTS = 200;

/**
 * Charts the share of wrong answers against the share of images that are answered, the surest first.
 * @param series curves by name; of a curve with more than 200 points every n-th is drawn, its last one included
 */
export function riskChart(
  series: Readonly<Record<string, readonly RiskPoint[]>>,
  texts: ChartTexts,
): ChartFigure {
  const rows = Object.entries(series).flatMap(([group, points]) => {
    const step = Math.ceil(points.length / CURVE_POINTS);
    const kept = points.filter((_, at) => (points.length - 1 - at) % step === 0);
    return kept.map((point) => ({ ...point, group }));
  });
  const spec = {
    ...frame(texts),
    width: 420,
    height: 260,
    data: { values: rows },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: {
        field: 'coverage',
        type: 'quantitative',
        axis: { title: 'Share of images answered', format: '.0%' },
      },
      y: {
        field: 'risk',
        type: 'quantitative',
        axis: { title: 'Share of these answers wrong', format: '.0%' },
      },
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['coverage', 'risk', 'threshold']),
    },
  };
  return chart(texts.title, Object.keys(series), spec);
}

function frame({ title, subtitle }: ChartTexts) {
  return { $schema: SCHEMA, title: { text: title, ...(subtitle ? { subtitle } : {}) }, config: VEGA_CONFIG };
}

function chart(title: string, told: readonly string[], spec: ChartSpec): ChartFigure {
  return { kind: 'chart', title: `${title}: ${told.join('; ')}`, spec };
}

function rate(field: string, { axis = 'Accuracy of all images' }: ChartTexts) {
  return {
    field,
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title: axis, format: '.0%', tickCount: 6 },
  };
}

function chanceLine(side: 'x') {
  return {
    data: { values: [{ chance: CHANCE }] },
    mark: { type: 'rule', strokeDash: [2, 3], color: COLORS.quiet },
    encoding: {
      [side]: { field: 'chance', type: 'quantitative' },
      y: null,
      yOffset: null,
      color: null,
      tooltip: { value: 'chance: 14.3 %' },
    },
  };
}

function colorOf(groups: readonly string[]) {
  return {
    field: 'group',
    type: 'nominal',
    scale: { domain: groups, range: groups.map((_, index) => GROUP_COLORS[index % GROUP_COLORS.length]) },
    legend: groups.length > 1 ? legendOf(groups) : null,
  };
}

/** Long names stand below each other. */
function legendOf(groups: readonly string[]) {
  const columns = groups.join('').length > 50 ? 1 : groups.length;
  return {
    title: null,
    orient: 'top',
    columns,
    labelFontSize: FONT_SIZES.label,
    labelLimit: 400,
    symbolOpacity: 1,
  };
}

function tooltips(names: readonly string[], numbers: readonly string[]) {
  return [
    ...names.map((field) => ({ field, title: field })),
    ...numbers.map((field) => ({ field, type: 'quantitative', title: field, format: '.3~f' })),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
