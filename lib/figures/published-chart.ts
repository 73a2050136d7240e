import type { Proportion } from '../core/intervals';
import { layer, makeChart, NAMES_AXIS, nominal, plot, POINTS, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { wrapText } from './fonts';
import { COLORS, FONT_SIZES } from './theme';

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
