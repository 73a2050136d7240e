import type { ReliabilityBin, RiskPoint } from '../core/calibration';
import type { GroupedEstimate, Proportion } from '../core/intervals';
import { formatPercent } from '../core/metrics';
import { layer, makeChart, NAMES_AXIS, nominal, plot, POINTS, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { wrapText } from './fonts';
import { COLORS, FONT_SIZES } from './theme';

interface ChartTexts {
  readonly title: string;
  readonly subtitle?: string;
}

type Series<T> = Readonly<Record<string, readonly T[]>>;

const GROUP_COLORS = [COLORS.blue, COLORS.orange, COLORS.green, COLORS.pink, COLORS.yellow, COLORS.ink];

const LEGEND_LABELS = { labelFontSize: FONT_SIZES.label, labelLimit: 400, symbolOpacity: 1 };

/**
 * Charts rates with their intervals: a row a label, a colour a group, chance as a dotted line.
 * @param rows from the top
 * @param texts.axis title of the axis of rates, default `Accuracy of all images`
 */
export function intervalChart(
  rows: readonly GroupedEstimate[],
  texts: ChartTexts & { readonly axis?: string },
): ChartFigure {
  const groups = rows.map(({ group }) => group);
  const tooltip = { value: 'chance: 14.3 %' };
  const chance = { x: quantitative('chance'), y: null, yOffset: null, color: null, tooltip };
  const values = rows.map(({ label, group, estimate }) => ({ label, group, ...estimate }));
  const told = values.map(({ label, group, value }) => `${label}, ${group}: ${formatPercent(value, 1)}`);
  return textChart(texts, told, {
    ...plot(460, { step: new Set(groups).size > 1 ? 13 : 30, for: 'offset' }, values),
    encoding: {
      y: nominal('label', { sort: null, axis: { ...NAMES_AXIS, grid: true } }),
      yOffset: nominal('group', { sort: null }),
      color: colorOf(groups),
      tooltip: tooltips(['label', 'group'], ['value', 'low', 'high']),
    },
    layer: [
      layer('rule', { strokeDash: [2, 3], color: COLORS.quiet }, chance, [{ chance: 1 / 7 }]),
      layer('rule', { strokeWidth: 3, opacity: 0.55 }, { x: rate('low', texts.axis), x2: { field: 'high' } }),
      layer('point', { ...POINTS, size: 60 }, { x: rate('value', texts.axis) }),
    ],
  });
}

/**
 * Charts rates by a number, such as the number of training characters: a line and a band of intervals a group.
 * @param points at least one; the label is the number
 * @param texts.xAxis title of the number's axis
 * @param texts.scale default `linear`
 * @param texts.xFormat format of the number in d3's notation, default `~g`
 */
export function curveChart(
  points: readonly GroupedEstimate<number>[],
  texts: ChartTexts & {
    readonly xAxis: string;
    readonly scale?: 'linear' | 'log';
    readonly xFormat?: string;
  },
): ChartFigure {
  const { xAxis: title, scale: type = 'linear', xFormat: format = '~g' } = texts;
  const rows = points.map(({ label, group, estimate }) => ({ x: label, group, ...estimate }));
  const values = [...new Set(rows.map(({ x }) => x))];
  const axis = { title, grid: false, ...(values.length < 9 && { values, format }) };
  const told = rows.map(({ x, group, value }) => `${group}, ${x}: ${formatPercent(value, 1)}`);
  return textChart(texts, told, {
    ...plot(460, 280, rows),
    encoding: {
      x: quantitative('x', { scale: { type, nice: false }, axis }),
      color: colorOf(rows.map(({ group }) => group)),
      tooltip: tooltips(['group'], ['x', 'value', 'low', 'high']),
    },
    layer: [
      layer('area', { opacity: 0.12 }, { y: rate('low'), y2: { field: 'high' } }),
      layer('line', { strokeWidth: 2 }, { y: rate('value') }),
      layer('point', { ...POINTS, size: 50 }, { y: rate('value') }),
    ],
  });
}

/** Charts a reliability diagram: accuracy by confidence, a point a bin, its size the bin's count. */
export function reliabilityChart(series: Series<ReliabilityBin>, texts: ChartTexts): ChartFigure {
  const curves = {
    data: { values: toRows(series, ({ count }) => count > 0) },
    encoding: {
      x: share('confidence', 'Confidence', { scale: { domain: [0, 1] } }),
      y: share('accuracy', 'Accuracy', { scale: { domain: [0, 1] } }),
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['confidence', 'accuracy', 'count']),
    },
    layer: [
      layer('line', { strokeWidth: 1.5, opacity: 0.6 }),
      layer('point', POINTS, { size: quantitative('count', { legend: null, scale: { range: [15, 220] } }) }),
    ],
  };
  const ends = { x: quantitative('at'), y: quantitative('at') };
  const dashed = { strokeDash: [4, 4], color: COLORS.line };
  const diagonal = layer('line', dashed, ends, [{ at: 0 }, { at: 1 }]);
  return textChart(texts, Object.keys(series), { width: 320, height: 320, layer: [diagonal, curves] });
}

/** Maximum number of points of a curve: one for each of 3,122 faces would take half a megabyte. */
const CURVE_POINTS = 200;

/**
 * Charts risk-coverage curves: the share of wrong answers by the share of answered images, highest confidence first.
 * @param series of a curve with more than 200 points every n-th is drawn, its last one included
 */
export function riskChart(series: Series<RiskPoint>, texts: ChartTexts): ChartFigure {
  const isDrawn = (_: RiskPoint, at: number, { length }: readonly RiskPoint[]) =>
    (length - 1 - at) % Math.ceil(length / CURVE_POINTS) === 0;
  return textChart(texts, Object.keys(series), {
    ...plot(420, 260, toRows(series, isDrawn)),
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: share('coverage', 'Share of images answered'),
      y: share('risk', 'Share of these answers wrong'),
      color: colorOf(Object.keys(series)),
      tooltip: tooltips(['group'], ['coverage', 'risk', 'threshold']),
    },
  });
}

function toRows<T>(series: Series<T>, isDrawn: (item: T, at: number, all: readonly T[]) => boolean) {
  return Object.entries(series).flatMap(([group, items]) =>
    items.filter(isDrawn).map((item) => ({ ...item, group })),
  );
}

function textChart({ title, subtitle }: ChartTexts, told: readonly string[], spec: object): ChartFigure {
  const titles = { text: title, ...(subtitle && { subtitle }) };
  return makeChart(`${title}: ${told.join('; ')}`, { title: titles, ...spec });
}

function rate(field: string, title = 'Accuracy of all images') {
  return quantitative(field, { scale: { domain: [0, 1] }, axis: { title, format: '.0%', tickCount: 6 } });
}

function share(field: string, title: string, options: object = {}) {
  return quantitative(field, { ...options, axis: { title, format: '.0%' } });
}

/** Defines a colour for each group. Long names are listed below each other. @param names of the rows' groups */
function colorOf(names: readonly string[]) {
  const groups = [...new Set(names)];
  const columns = groups.join('').length > 50 ? 1 : groups.length;
  const legend = { title: null, orient: 'top', columns, ...LEGEND_LABELS };
  const range = groups.map((_, index) => GROUP_COLORS[index % GROUP_COLORS.length]);
  return nominal('group', { scale: { domain: groups, range }, legend: groups.length > 1 ? legend : null });
}

function tooltips(names: readonly string[], numbers: readonly string[]) {
  return [
    ...names.map((field) => ({ field, title: field })),
    ...numbers.map((field) => quantitative(field, { title: field, format: '.3~f' })),
  ];
}

const ORIGINAL = 'TerGat, original*';

/** Percent. Source: Table 1 of Terner and Gat 2022, and the works that it cites. */
const PUBLISHED_ACCURACIES = {
  DeepExpr: 89.02,
  'Ensemble Multi-feature': 97.0,
  [ORIGINAL]: 97.5,
  'Adversarial NN': 98.02,
  'Deep-Emotion': 99.3,
};

const FOOTNOTE =
  '* The original cut every block from one and the same frame, so its 97.50 % was reached from the geometry of the boxes alone, and only images with a found face were counted.';

interface OwnResult {
  /** Such as "TerGat, this project". */
  readonly method: string;
  /** Such as "our synthetic sample, split by frame". */
  readonly dataset: string;
  /** Accuracy on all images; an image without a found face counts as an error. */
  readonly accuracy: Proportion;
  /** Whether the data set is FERG-DB; if not, the chart says that the results are not comparable. Default false. */
  readonly isFerg?: boolean;
}

/** Charts the published accuracies on FERG-DB (Table 1 of the original), and our own result below them. */
export function publishedChart({ method, dataset, accuracy, isFerg = false }: OwnResult): ChartFigure {
  const title = 'Accuracy on FERG-DB as published';
  const axisStart = Math.min(85, Math.floor(20 * accuracy.low) * 5);
  const published = Object.entries(PUBLISHED_ACCURACIES).map(([name, percent]) => {
    const [color, note] =
      name === ORIGINAL ? [COLORS.orange, 'from box geometry alone'] : [COLORS.blue, 'as published'];
    return { method: name, accuracy: percent, low: percent, high: percent, color, note };
  });
  const [value, low, high] = [accuracy.value, accuracy.low, accuracy.high].map((share) => 100 * share);
  const own = { method, accuracy: value, low, high, color: COLORS.green, note: dataset };
  const ownTitle = isFerg ? 'Measured here' : 'Set apart: other data, not comparable';
  const told = published.map((row) => `${row.method} ${row.accuracy.toFixed(2)}`).join(', ');
  const apart = `${isFerg ? 'measured here' : 'not comparable'}: ${method} ${value.toFixed(2)} on ${dataset}`;
  return makeChart(`${title}: ${told}; ${apart}`, {
    vconcat: [
      rowsPanel(published, axisStart, { text: title, subtitle: '', fontSize: FONT_SIZES.title }),
      rowsPanel([own], axisStart, { text: ownTitle, subtitle: dataset, fontSize: 13 }, 'Accuracy in percent'),
      footnotePanel(),
    ],
    spacing: 26,
  });
}

/** @param axisTitle without it the axis has no labels */
function rowsPanel(values: readonly object[], axisStart: number, title: object, axisTitle?: string) {
  const labels = axisTitle !== undefined;
  const axis = { title: axisTitle ?? null, labels, ticks: false, domain: false, tickCount: 6 };
  const scale = { domain: [axisStart, 101], nice: false, zero: false };
  const x = quantitative('accuracy', { scale, axis });
  const text = { x, text: quantitative('accuracy', { format: '.2f' }), color: { value: COLORS.ink } };
  const percent = (field: string, name: string) => quantitative(field, { title: name, format: '.2f' });
  return {
    title: { offset: 10, ...title },
    ...plot(430, { step: 30 }, values),
    encoding: {
      // Both panels leave the same room, so that their axes are aligned.
      y: nominal('method', { sort: null, axis: { ...NAMES_AXIS, minExtent: 165, maxExtent: 165 } }),
      color: nominal('color', { scale: null }),
      tooltip: [
        { field: 'method', title: 'Method' },
        percent('accuracy', 'Accuracy in percent'),
        percent('low', '95 % interval from'),
        percent('high', 'to'),
        { field: 'note', title: 'Note' },
      ],
    },
    layer: [
      layer('rule', { strokeWidth: 1.5, opacity: 0.35 }, { x, x2: { datum: axisStart } }),
      layer('rule', { strokeWidth: 5, opacity: 0.45 }, { x: { ...x, field: 'low' }, x2: { field: 'high' } }),
      layer('point', { ...POINTS, size: 90 }, { x }),
      layer('text', { align: 'center', dy: -12, fontSize: FONT_SIZES.label, color: COLORS.ink }, text),
    ],
  };
}

function footnotePanel() {
  const [fontSize, lineHeight] = [FONT_SIZES.note, 15];
  const lines = wrapText(FOOTNOTE, 590, { sizePx: fontSize });
  const place = { align: 'left', baseline: 'top', x: -165, y: 0 };
  return {
    data: { values: [{ lines }] },
    width: 430,
    height: lineHeight * lines.length,
    ...layer('text', { ...place, fontSize, lineHeight, color: COLORS.quiet }, { text: nominal('lines') }),
  };
}
