import type { ReliabilityBin, RiskPoint } from '../core/calibration';
import type { GroupedEstimate } from '../core/intervals';
import { formatPercent } from '../core/metrics';
import { makeChart, NAMES_AXIS, nominal, points, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { COLORS, FONT_SIZES } from './theme';

interface ChartTexts {
  readonly title: string;
  readonly subtitle?: string;
}

const GROUP_COLORS = [COLORS.blue, COLORS.orange, COLORS.green, COLORS.pink, COLORS.yellow, COLORS.ink];

const PERCENT_AXIS = { format: '.0%' };

/**
 * Charts rates with their intervals: a row a label, a colour a group, chance as a dotted line.
 * @param rows at least one, from the top
 * @param texts.axis title of the axis of rates, default `Accuracy of all images`
 */
export function intervalChart(
  rows: readonly GroupedEstimate[],
  texts: ChartTexts & { readonly axis?: string },
): ChartFigure {
  const groups = [...new Set(rows.map(({ group }) => group))];
  const chance = {
    data: { values: [{ chance: 1 / 7 }] },
    mark: { type: 'rule', strokeDash: [2, 3], color: COLORS.quiet },
    encoding: {
      x: quantitative('chance'),
      y: null,
      yOffset: null,
      color: null,
      tooltip: { value: 'chance: 14.3 %' },
    },
  };
  const told = rows.map(
    ({ label, group, estimate }) => `${label}, ${group}: ${formatPercent(estimate.value, 1)}`,
  );
  return textChart(texts, told, {
    width: 460,
    height: { step: groups.length > 1 ? 13 : 30, for: 'offset' },
    data: { values: rows.map(({ label, group, estimate }) => ({ label, group, ...estimate })) },
    encoding: {
      y: nominal('label', { sort: null, axis: { ...NAMES_AXIS, grid: true } }),
      yOffset: nominal('group', { sort: null }),
      color: colorOf(groups),
      tooltip: tooltips(['label', 'group'], ['value', 'low', 'high']),
    },
    layer: [
      chance,
      {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.55 },
        encoding: { x: rate('low', texts.axis), x2: { field: 'high' } },
      },
      { mark: points(60), encoding: { x: rate('value', texts.axis) } },
    ],
  });
}

/**
 * Charts rates by a number, such as the number of training characters: a line and a band of intervals a group.
 * @param rows at least one; the label is the number
 * @param texts.xAxis title of the number's axis
 * @param texts.scale default `linear`
 * @param texts.xFormat format of the number in d3's notation, default `~g`
 */
export function curveChart(
  rows: readonly GroupedEstimate<number>[],
  texts: ChartTexts & {
    readonly xAxis: string;
    readonly scale?: 'linear' | 'log';
    readonly xFormat?: string;
  },
): ChartFigure {
  const { xAxis, scale = 'linear', xFormat = '~g' } = texts;
  const values = [...new Set(rows.map(({ label }) => label))];
  const ticks = values.length < 9 ? { values, format: xFormat } : {};
  const told = rows.map(
    ({ label, group, estimate }) => `${group}, ${label}: ${formatPercent(estimate.value, 1)}`,
  );
  return textChart(texts, told, {
    width: 460,
    height: 280,
    data: { values: rows.map(({ label, group, estimate }) => ({ x: label, group, ...estimate })) },
    encoding: {
      x: quantitative('x', {
        scale: { type: scale, nice: false },
        axis: { title: xAxis, grid: false, ...ticks },
      }),
      color: colorOf([...new Set(rows.map(({ group }) => group))]),
      tooltip: tooltips(['group'], ['x', 'value', 'low', 'high']),
    },
    layer: [
      { mark: { type: 'area', opacity: 0.12 }, encoding: { y: rate('low'), y2: { field: 'high' } } },
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { y: rate('value') } },
      { mark: points(50), encoding: { y: rate('value') } },
    ],
  });
}

/**
 * Charts a reliability diagram: accuracy by confidence, a point a bin, its size the bin's count.
 * @param series bins by the name of their curve
 */
export function reliabilityChart(
  series: Readonly<Record<string, readonly ReliabilityBin[]>>,
  texts: ChartTexts,
): ChartFigure {
  const axis = (field: string, title: string) =>
    quantitative(field, { scale: { domain: [0, 1] }, axis: { title, ...PERCENT_AXIS } });
  const size = quantitative('count', { legend: null, scale: { range: [15, 220] } });
  const curves = {
    data: {
      values: Object.entries(series).flatMap(([group, bins]) =>
        bins.filter(({ count }) => count > 0).map((bin) => ({ ...bin, group })),
      ),
    },
    encoding: {
      x: axis('confidence', 'Confidence'),
      y: axis('accuracy', 'Accuracy'),
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['confidence', 'accuracy', 'count']),
    },
    layer: [
      { mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 } },
      { mark: points(), encoding: { size } },
    ],
  };
  const diagonal = {
    data: { values: [{ at: 0 }, { at: 1 }] },
    mark: { type: 'line', strokeDash: [4, 4], color: COLORS.line },
    encoding: { x: quantitative('at'), y: quantitative('at') },
  };
  return textChart(texts, Object.keys(series), { width: 320, height: 320, layer: [diagonal, curves] });
}

/** Maximum number of points of a curve: one for each of 3,122 faces would take half a megabyte. */
const CURVE_POINTS = 200;

/**
 * Charts risk-coverage curves: the share of wrong answers by the share of answered images, highest confidence first.
 * @param series curves by name; of a curve with more than 200 points every n-th is drawn, its last one included
 */
export function riskChart(
  series: Readonly<Record<string, readonly RiskPoint[]>>,
  texts: ChartTexts,
): ChartFigure {
  const values = Object.entries(series).flatMap(([group, curve]) => {
    const step = Math.ceil(curve.length / CURVE_POINTS);
    const kept = curve.filter((_, at) => (curve.length - 1 - at) % step === 0);
    return kept.map((point) => ({ ...point, group }));
  });
  return textChart(texts, Object.keys(series), {
    width: 420,
    height: 260,
    data: { values },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: quantitative('coverage', { axis: { title: 'Share of images answered', ...PERCENT_AXIS } }),
      y: quantitative('risk', { axis: { title: 'Share of these answers wrong', ...PERCENT_AXIS } }),
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['coverage', 'risk', 'threshold']),
    },
  });
}

function textChart({ title, subtitle }: ChartTexts, told: readonly string[], spec: object): ChartFigure {
  return makeChart(`${title}: ${told.join('; ')}`, {
    title: { text: title, ...(subtitle && { subtitle }) },
    ...spec,
  });
}

function rate(field: string, title = 'Accuracy of all images') {
  return quantitative(field, { scale: { domain: [0, 1] }, axis: { title, ...PERCENT_AXIS, tickCount: 6 } });
}

/** Long names are listed below each other. */
function colorOf(groups: readonly string[]) {
  const legend = {
    title: null,
    orient: 'top',
    columns: groups.join('').length > 50 ? 1 : groups.length,
    labelFontSize: FONT_SIZES.label,
    labelLimit: 400,
    symbolOpacity: 1,
  };
  const range = groups.map((_, index) => GROUP_COLORS[index % GROUP_COLORS.length]);
  return nominal('group', { scale: { domain: groups, range }, legend: groups.length > 1 ? legend : null });
}

function tooltips(names: readonly string[], numbers: readonly string[]) {
  return [
    ...names.map((field) => ({ field, title: field })),
    ...numbers.map((field) => quantitative(field, { title: field, format: '.3~f' })),
  ];
}
