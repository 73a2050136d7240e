import { EMOTIONS } from '../core/emotions';
import { groupBy } from '../core/group-by';
import { accuracy, confusionMatrix, countAnswers, formatPercent } from '../core/metrics';
import type { ConfusionMatrix } from '../core/metrics';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import type { Split } from '../core/split';
import { colorBy, IMAGE, layer, makeChart, NAMES_AXIS, nominal, plot, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { toThumbnail, type ImageSource } from './images';
import { COLORS, SIDE_COLORS } from './theme';

/**
 * Charts the number of images of each emotion on each side of the split.
 * @param records the data set that was split
 * @param split positions in `records`
 */
export function countsChart(records: readonly FrameRecord[], split: Split): ChartFigure {
  const title = 'Images by emotion and side of the split';
  const counts = SPLIT_PARTS.map((side) => `${side} ${split[side].length.toLocaleString('en-US')}`);
  const subtitle = counts.join(', ');
  const values = [...new Set(records.map((record) => record.emotion))].flatMap((emotion) =>
    SPLIT_PARTS.map((side, order) => {
      const images = split[side].filter((index) => records[index].emotion === emotion).length;
      return { emotion, side, order, images };
    }),
  );
  return makeChart(`${title}: ${subtitle}`, {
    title: { text: title, subtitle },
    ...plot(520, { step: 30 }, values),
    mark: { type: 'bar', stroke: COLORS.paper, strokeWidth: 1 },
    encoding: {
      y: nominal('emotion', { sort: EMOTIONS, axis: NAMES_AXIS }),
      x: quantitative('images', { stack: 'zero', axis: { title: 'Images', format: ',d', tickMinStep: 1 } }),
      color: colorBy('side', SPLIT_PARTS, Object.values(SIDE_COLORS)),
      order: quantitative('order'),
      tooltip: [
        nominal('emotion', { title: 'Emotion' }),
        nominal('side', { title: 'Side' }),
        quantitative('images', { title: 'Images', format: ',d' }),
      ],
    },
  });
}

/** Cells with this share of their row or more are so dark that white digits are more legible than black ones. */
export const DARK_CELL_SHARE = 0.72;

const IS_DARK = { test: `datum.share >= ${DARK_CELL_SHARE}`, value: COLORS.paper };

const COUNTS = layer(
  'text',
  { fontSize: 14 },
  { text: quantitative('count', { format: ',d' }), color: { condition: IS_DARK, value: '#000000' } },
);

/**
 * Charts a confusion matrix as a heat map with the count in each cell: a row a true class, a column a predicted one, in
 * the ids' order. The colour is the share of the row, so that rare classes are as visible as frequent ones.
 * @param matrix counts, [7, 7], rows true
 * @param options.subtitle default: number of images and accuracy
 * Source: the original's heat map (seaborn, YlGnBu), whose labels had another order and whose axes were swapped.
 */
export function confusionChart(
  matrix: ConfusionMatrix,
  options: { readonly title?: string; readonly subtitle?: string } = {},
): ChartFigure {
  const { title = 'Confusion matrix', subtitle = summarize(matrix) } = options;
  const values = [0, 0.25, 0.5, 0.75, 1];
  const legend = { title: 'Share of row', format: '.0%', gradientLength: 200, values };
  const side = 58 * EMOTIONS.length;
  return makeChart(`${title}: ${subtitle}`, {
    title: { text: title, subtitle },
    ...plot(side, side, toCells(matrix)),
    encoding: {
      ...classAxes(0),
      tooltip: [
        nominal('true', { title: 'True' }),
        nominal('predicted', { title: 'Predicted' }),
        quantitative('count', { title: 'Images', format: ',d' }),
        quantitative('share', { title: 'Share of the true class', format: '.1%' }),
      ],
    },
    layer: [cellLayer(legend), COUNTS],
  });
}

function summarize(matrix: ConfusionMatrix): string {
  const images = countAnswers(matrix);
  if (images === 0) return 'no images';
  return `${images.toLocaleString('en-US')} images, accuracy ${formatPercent(accuracy(matrix))}`;
}

/** Lists the cells, row by row, each with its share of the true class. */
function toCells(matrix: ConfusionMatrix) {
  return matrix.flatMap((row, truth) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const share = support > 0 ? count / support : 0;
      return { true: EMOTIONS[truth], predicted: EMOTIONS[predicted], count, share };
    });
  });
}

function classAxes(labelAngle: number) {
  const axis = { domain: false, ticks: false };
  const across = { ...axis, title: 'Predicted', labelAngle, orient: 'bottom' };
  const down = { ...axis, title: 'True', labelAngle: 0, orient: 'left' };
  const y = nominal('true', { sort: EMOTIONS, axis: down });
  return { x: nominal('predicted', { sort: EMOTIONS, axis: across }), y };
}

function cellLayer(legend: object | null) {
  const scale = { scheme: 'yellowgreenblue', domain: [0, 1] };
  const color = quantitative('share', { scale, legend });
  return layer('rect', { stroke: COLORS.paper, strokeWidth: 1.5 }, { color });
}

/** A picture with a network's answer. */
export interface AnsweredPicture {
  readonly image: ImageSource;
  /** Such as the character's name. */
  readonly caption: string;
  /** Label id. */
  readonly truth: number;
  /** By label id, sum 1. */
  readonly probabilities: ArrayLike<number>;
}

const CELL_PX = 46;
const PICTURE_PX = 84;
const COLUMNS = 3;
const ROWS = 3;

/**
 * Charts a confusion matrix beside the pictures of one cell, nine at most, those with the lowest confidence first. A click
 * selects the cell; no kernel is needed. The still picture shows the most frequent error or, without errors, the first class.
 * @param pictures at least one; each shown one adds about three kilobytes
 * @throws RangeError for no pictures
 */
export async function errorExplorer(pictures: readonly AnsweredPicture[]): Promise<ChartFigure> {
  if (pictures.length === 0) throw new RangeError('Expected at least 1 picture for pictures but received 0');
  const answers = pictures.map(({ probabilities, ...picture }) => {
    const ranking = Array.from(probabilities, (share, id) => ({ id, share }));
    const [first, second] = ranking.sort((one, other) => other.share - one.share);
    return { ...picture, first, second };
  });
  const predicted = answers.map(({ first }) => first.id);
  const values = toCells(
    confusionMatrix(
      pictures.map(({ truth }) => truth),
      predicted,
    ),
  );
  const filled = values.filter(({ count }) => count > 0);
  const errors = filled.filter((cell) => cell.true !== cell.predicted);
  const opened = errors.sort((one, other) => other.count - one.count)[0] ?? filled[0];
  const tell = ({ id, share }: { id: number; share: number }) => `${EMOTIONS[id]} ${formatPercent(share, 0)}`;
  const cells = groupBy(answers, (answer) => `${answer.truth} ${answer.first.id}`).values();
  const shown = [...cells].flatMap((own) => {
    own.sort((one, other) => one.first.share - other.first.share);
    return own.slice(0, COLUMNS * ROWS).map(async ({ image, caption, first, second, ...answer }, place) => ({
      true: EMOTIONS[answer.truth],
      predicted: EMOTIONS[first.id],
      caption,
      first: tell(first),
      second: tell(second),
      image: await toThumbnail(image, PICTURE_PX),
      column: place % COLUMNS,
      row: Math.floor(place / COLUMNS),
    }));
  });
  const title = `Confusion matrix with pictures: ${opened.count} of ${opened.true} taken for ${opened.predicted}`;
  return makeChart(title, {
    title: {
      text: 'The pictures behind the confusion matrix',
      subtitle: 'Click a cell to see its pictures, the least sure ones first',
    },
    hconcat: [matrixPanel(values, opened), picturePanel(await Promise.all(shown))],
  });
}

type Cell = ReturnType<typeof toCells>[number];

function matrixPanel(values: readonly Cell[], { true: truth, predicted }: Cell) {
  const select = { type: 'point', fields: ['true', 'predicted'], toggle: false, clear: false };
  const clicked = { name: 'cell', select, value: [{ true: truth, predicted }] };
  const frame = { filled: false, stroke: COLORS.orange, strokeWidth: 3, tooltip: null };
  const framed = { ...layer('rect', frame), transform: [{ filter: { param: 'cell' } }] };
  const side = CELL_PX * EMOTIONS.length;
  return {
    ...plot(side, side, values),
    encoding: classAxes(-40),
    layer: [{ ...cellLayer(null), params: [clicked] }, COUNTS, framed],
  };
}

function picturePanel(values: readonly object[]) {
  const step = PICTURE_PX + 44;
  const place = (field: string, count: number) => {
    const scale = { domain: [0, count], range: [0, count * step], nice: false, zero: true };
    return quantitative(field, { axis: null, scale });
  };
  const text = (field: string, dy: number, color: string) =>
    layer('text', { align: 'left', baseline: 'top', dy, fontSize: 11, color }, { text: nominal(field) });
  const tooltip = [nominal('caption'), nominal('true'), nominal('first', { title: 'predicted' })];
  const size = { width: PICTURE_PX, height: PICTURE_PX };
  return {
    ...plot(COLUMNS * step, ROWS * step, values),
    transform: [{ filter: { param: 'cell' } }],
    encoding: { x: place('column', COLUMNS), y: place('row', ROWS) },
    layer: [
      layer('image', { ...size, ...IMAGE }, { url: nominal('image'), tooltip }),
      text('first', PICTURE_PX + 4, COLORS.ink),
      text('second', PICTURE_PX + 19, COLORS.quiet),
    ],
  };
}
