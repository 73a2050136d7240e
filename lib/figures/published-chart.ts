import type { Proportion } from '../core/intervals';
import type { ChartFigure } from './figure';
import { wrapText } from './fonts';
import { COLORS, FONT_SIZES, VEGA_CONFIG } from './theme';

/** An accuracy that was published for FERG-DB. */
export interface PublishedResult {
  readonly method: string;
  /** Percent. */
  readonly accuracy: number;
}

/** Table 1 of the original: accuracies on FERG-DB. Source: Terner and Gat 2022, and the works that it cites. */
export const PUBLISHED_RESULTS: readonly PublishedResult[] = [
  { method: 'DeepExpr', accuracy: 89.02 },
  { method: 'Ensemble Multi-feature', accuracy: 97.0 },
  { method: 'TerGat, original*', accuracy: 97.5 },
  { method: 'Adversarial NN', accuracy: 98.02 },
  { method: 'Deep-Emotion', accuracy: 99.3 },
];

/** What the original's figure does not say. */
export const ORIGINAL_FOOTNOTE =
  '* The original cut every block from one and the same frame, so its 97.50 % was reached from the geometry of the boxes alone, and only images with a found face were counted.';

/** Our own result, which stands beside Table 1 and not in it. */
export interface OwnResult {
  /** Such as "TerGat, this project". */
  readonly method: string;
  /** What it was measured on, such as "our synthetic sample, split by frame". */
  readonly dataset: string;
  /** Accuracy of all images, a miss counting as an error. */
  readonly accuracy: Proportion;
  /** Whether the data set is FERG-DB itself; default false, then the figure says that the rows do not compare. */
  readonly isFerg?: boolean;
}

/**
 * Charts Table 1, the published accuracies on FERG-DB, with our own result set apart below it.
 * @param own our result; without it Table 1 stands alone
 */
export function publishedChart(own?: OwnResult): ChartFigure {
  const title = 'Accuracy on FERG-DB as published';
  const low = Math.min(85, own ? Math.floor(20 * own.accuracy.low) * 5 : 85);
  const ownTitle = own?.isFerg ? 'Measured here' : 'Set apart: other data, not comparable';
  const axisTitle = 'Accuracy in percent';
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    vconcat: [
      rowsPanel(publishedRows(), { title, low, axisTitle: own ? undefined : axisTitle }),
      ...(own ? [rowsPanel([ownRow(own)], { title: ownTitle, subtitle: own.dataset, low, axisTitle })] : []),
      footnotePanel(),
    ],
    spacing: 26,
    config: VEGA_CONFIG,
  };
  return { kind: 'chart', title: describe(title, own), spec };
}

interface Row {
  readonly method: string;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  readonly color: string;
  readonly note: string;
}

function publishedRows(): Row[] {
  return PUBLISHED_RESULTS.map(({ method, accuracy }) => {
    const isOriginal = method.endsWith('*');
    const note = isOriginal ? 'from box geometry alone' : 'as published';
    const color = isOriginal ? COLORS.orange : COLORS.blue;
    return { method, accuracy, low: accuracy, high: accuracy, color, note };
  });
}

function ownRow(own: OwnResult): Row {
  const { value, low, high } = own.accuracy;
  return {
    method: own.method,
    accuracy: 100 * value,
    low: 100 * low,
    high: 100 * high,
    color: COLORS.green,
    note: own.dataset,
  };
}

interface PanelOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** Where the axis begins, percent. */
  readonly low: number;
  /** Without it the axis has no labels. */
  readonly axisTitle?: string;
}

function rowsPanel(rows: readonly Row[], options: PanelOptions) {
  const scale = { domain: [options.low, 101], nice: false, zero: false };
  return {
    title: {
      text: options.title,
      subtitle: options.subtitle ?? '',
      offset: 10,
      fontSize: options.subtitle ? 13 : FONT_SIZES.title,
    },
    width: 430,
    height: { step: 30 },
    data: { values: rows },
    encoding: {
      y: {
        field: 'method',
        type: 'nominal',
        sort: null,
        // Both panels leave the same room, so that their axes stand below each other.
        axis: { title: null, ticks: false, domain: false, minExtent: 165, maxExtent: 165 },
      },
      color: { field: 'color', type: 'nominal', scale: null },
      tooltip: [
        { field: 'method', title: 'Method' },
        { field: 'accuracy', type: 'quantitative', title: 'Accuracy in percent', format: '.2f' },
        { field: 'low', type: 'quantitative', title: '95 % interval from', format: '.2f' },
        { field: 'high', type: 'quantitative', title: 'to', format: '.2f' },
        { field: 'note', title: 'Note' },
      ],
    },
    layer: rowMarks(scale, options),
  };
}

function rowMarks(scale: object, { low, axisTitle = '' }: PanelOptions) {
  const axis = {
    title: axisTitle || null,
    labels: axisTitle !== '',
    ticks: false,
    domain: false,
    tickCount: 6,
  };
  const x = { field: 'accuracy', type: 'quantitative', scale, axis };
  return [
    { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.35 }, encoding: { x, x2: { datum: low } } },
    {
      mark: { type: 'rule', strokeWidth: 5, opacity: 0.45 },
      encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
    },
    { mark: { type: 'point', filled: true, size: 90, opacity: 1 }, encoding: { x } },
    {
      mark: { type: 'text', align: 'center', dy: -12, fontSize: FONT_SIZES.label, color: COLORS.ink },
      encoding: {
        x,
        text: { field: 'accuracy', type: 'quantitative', format: '.2f' },
        color: { value: COLORS.ink },
      },
    },
  ];
}

function footnotePanel() {
  const lines = wrapText(ORIGINAL_FOOTNOTE, 590, { sizePx: FONT_SIZES.note });
  return {
    data: { values: [{ lines }] },
    width: 430,
    height: 15 * lines.length,
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'top',
      x: -165,
      y: 0,
      fontSize: FONT_SIZES.note,
      lineHeight: 15,
      color: COLORS.quiet,
    },
    encoding: { text: { field: 'lines', type: 'nominal' } },
  };
}

function describe(title: string, own?: OwnResult): string {
  const published = PUBLISHED_RESULTS.map(({ method, accuracy }) => `${method} ${accuracy.toFixed(2)}`).join(
    ', ',
  );
  if (!own) return `${title}: ${published}`;
  const apart = own.isFerg ? 'measured here' : 'not comparable';
  return `${title}: ${published}; ${apart}: ${own.method} ${(100 * own.accuracy.value).toFixed(2)} on ${own.dataset}`;
}
