import { EMOTIONS } from '../core/emotions';
import { groupBy } from '../core/group-by';
import { accuracy, confusionMatrix, countAnswers, formatPercent } from '../core/metrics';
import type { ConfusionMatrix } from '../core/metrics';
import { IMAGE, layer, makeChart, nominal, plot, quantitative } from './chart';
import type { ChartFigure } from './figure';
import { toThumbnail, type ImageSource } from './images';
import { COLORS } from './theme';

/** Cells with this share of their row or more are so dark that white digits are more legible than black ones. */
export const DARK_CELL_SHARE = 0.72;

const DIGIT_COLOR = {
  condition: { test: `datum.share >= ${DARK_CELL_SHARE}`, value: COLORS.paper },
  value: '#000000',
};

const COUNTS = layer(
  'text',
  { fontSize: 14 },
  { text: quantitative('count', { format: ',d' }), color: DIGIT_COLOR },
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
  return makeChart(`${title}: ${subtitle}`, {
    title: { text: title, subtitle },
    ...plot(58 * EMOTIONS.length, 58 * EMOTIONS.length, toCells(matrix)),
    encoding: {
      ...classAxes(),
      tooltip: [
        nominal('true', { title: 'True' }),
        nominal('predicted', { title: 'Predicted' }),
        quantitative('count', { title: 'Images', format: ',d' }),
        quantitative('share', { title: 'Share of the true class', format: '.1%' }),
      ],
    },
    layer: [cells(legend), COUNTS],
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
    return row.map((count, predicted) => ({
      true: EMOTIONS[truth],
      predicted: EMOTIONS[predicted],
      count,
      share: support > 0 ? count / support : 0,
    }));
  });
}

function classAxes(labelAngle = 0) {
  const axis = { domain: false, ticks: false };
  const across = { ...axis, title: 'Predicted', labelAngle, orient: 'bottom' };
  const down = { ...axis, title: 'True', labelAngle: 0, orient: 'left' };
  return {
    x: nominal('predicted', { sort: EMOTIONS, axis: across }),
    y: nominal('true', { sort: EMOTIONS, axis: down }),
  };
}

function cells(legend: object | null) {
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

interface Answer extends AnsweredPicture {
  /** Label ids by decreasing probability. */
  readonly ranking: readonly number[];
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
  const answers = pictures.map((picture): Answer => {
    const { probabilities } = picture;
    const ranking = [...EMOTIONS.keys()].sort(
      (first, second) => probabilities[second] - probabilities[first],
    );
    return { ...picture, ranking };
  });
  const matrix = confusionMatrix(
    answers.map(({ truth }) => truth),
    answers.map(({ ranking }) => ranking[0]),
  );
  const values = toCells(matrix);
  const filled = values.filter(({ count }) => count > 0);
  const errors = filled.filter((cell) => cell.true !== cell.predicted);
  const opened = errors.sort((first, second) => second.count - first.count)[0] ?? filled[0];
  const confidence = ({ probabilities, ranking }: Answer) => probabilities[ranking[0]];
  const cells = groupBy(answers, ({ truth, ranking }) => `${truth} ${ranking[0]}`).values();
  const shown = [...cells].flatMap((own) => {
    own.sort((first, second) => confidence(first) - confidence(second));
    return own.slice(0, COLUMNS * ROWS).map(toDatum);
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

async function toDatum({ image, caption, truth, ranking, probabilities }: Answer, place: number) {
  const [first, second] = ranking.map((id) => `${EMOTIONS[id]} ${formatPercent(probabilities[id], 0)}`);
  return {
    true: EMOTIONS[truth],
    predicted: EMOTIONS[ranking[0]],
    caption,
    first,
    second,
    image: await toThumbnail(image, PICTURE_PX),
    column: place % COLUMNS,
    row: Math.floor(place / COLUMNS),
  };
}

type Cell = ReturnType<typeof toCells>[number];

function matrixPanel(values: readonly Cell[], { true: truth, predicted }: Cell) {
  const select = { type: 'point', fields: ['true', 'predicted'], toggle: false, clear: false };
  const clicked = { name: 'cell', select, value: [{ true: truth, predicted }] };
  const frame = { filled: false, stroke: COLORS.orange, strokeWidth: 3, tooltip: null };
  return {
    ...plot(CELL_PX * EMOTIONS.length, CELL_PX * EMOTIONS.length, values),
    encoding: classAxes(-40),
    layer: [
      { ...cells(null), params: [clicked] },
      COUNTS,
      { ...layer('rect', frame), transform: [{ filter: { param: 'cell' } }] },
    ],
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
  return {
    ...plot(COLUMNS * step, ROWS * step, values),
    transform: [{ filter: { param: 'cell' } }],
    encoding: { x: place('column', COLUMNS), y: place('row', ROWS) },
    layer: [
      layer('image', { width: PICTURE_PX, height: PICTURE_PX, ...IMAGE }, { url: nominal('image'), tooltip }),
      text('first', PICTURE_PX + 4, COLORS.ink),
      text('second', PICTURE_PX + 19, COLORS.quiet),
    ],
  };
}
