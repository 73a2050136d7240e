import type { TopLevelSpec } from 'vega-lite';
import { EMOTIONS } from '../core/emotions';
import { confusionMatrix } from '../core/metrics';
import { cellLayer, classAxis, countLayer, toCells } from './confusion-chart';
import { toThumbnail } from './data-url';
import type { ChartFigure, ChartSpec } from './figure';
import type { ImageSource } from './images';
import { COLORS, VEGA_CONFIG } from './theme';

/** A picture that a network gave an answer to. */
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

interface Answer extends AnsweredPicture {
  readonly predicted: number;
}

/**
 * Charts a confusion matrix whose cells can be clicked: beside it stand the pictures behind the cell, those first that
 * the network was least sure of, each with its two likeliest expressions. No kernel is needed. As a still picture it
 * shows the largest error, or, where there is none, the first class.
 * @param pictures at least one; nine of a cell are carried in the chart, about three kilobytes each
 * @throws RangeError when there is none
 */
export async function errorExplorer(pictures: readonly AnsweredPicture[]): Promise<ChartFigure> {
  if (pictures.length === 0) throw new RangeError('Expected at least 1 picture for pictures but received 0');
  const answers = pictures.map((picture) => ({ ...picture, predicted: likeliest(picture.probabilities)[0] }));
  const matrix = confusionMatrix(
    answers.map(({ truth }) => truth),
    answers.map(({ predicted }) => predicted),
  );
  const cells = toCells(matrix, EMOTIONS);
  const opened = cellToOpen(cells);
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: {
      text: 'The pictures behind the confusion matrix',
      subtitle: 'Click a cell to see its pictures, the least sure ones first',
    },
    hconcat: [matrixPanel(cells, opened), picturePanel(await chooseShown(answers))],
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  const title = `Confusion matrix with pictures: ${opened.count} of ${opened.true} taken for ${opened.predicted}`;
  return { kind: 'chart', title, spec: spec as unknown as ChartSpec };
}

type Cell = ReturnType<typeof toCells>[number];

function cellToOpen(cells: readonly Cell[]): Cell {
  const errors = cells.filter((cell) => cell.true !== cell.predicted && cell.count > 0);
  const filled = errors.length > 0 ? errors : cells.filter(({ count }) => count > 0).slice(0, 1);
  return filled.reduce((largest, cell) => (cell.count > largest.count ? cell : largest));
}

/** Label ids from the likeliest down. */
function likeliest(probabilities: ArrayLike<number>): number[] {
  return Array.from(probabilities, (_, id) => id).sort(
    (first, second) => probabilities[second] - probabilities[first],
  );
}

/** Puts the pictures of each cell on their places: least sure first, row by row. */
async function chooseShown(answers: readonly Answer[]) {
  const groups = new Map<string, Answer[]>();
  for (const answer of answers) {
    const key = `${answer.truth} ${answer.predicted}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  const sureness = ({ probabilities, predicted }: Answer) => probabilities[predicted];
  const shown = [...groups.values()].flatMap((group) =>
    group
      .sort((first, second) => sureness(first) - sureness(second))
      .slice(0, COLUMNS * ROWS)
      .map((answer, place) => ({ answer, column: place % COLUMNS, row: Math.floor(place / COLUMNS) })),
  );
  return Promise.all(shown.map(async ({ answer, ...place }) => ({ ...(await toDatum(answer)), ...place })));
}

async function toDatum({ image, caption, truth, predicted, probabilities }: Answer) {
  const text = (id: number) => `${EMOTIONS[id]} ${(100 * probabilities[id]).toFixed(0)} %`;
  const [first, second] = likeliest(probabilities);
  return {
    true: EMOTIONS[truth],
    predicted: EMOTIONS[predicted],
    caption,
    first: text(first),
    second: text(second),
    image: await toThumbnail(image, PICTURE_PX),
  };
}

function matrixPanel(cells: readonly Cell[], opened: Cell) {
  const [rect, counts] = [cellLayer(), countLayer()];
  const clicked = {
    name: 'cell',
    select: { type: 'point', fields: ['true', 'predicted'], toggle: false, clear: false },
    value: [{ true: opened.true, predicted: opened.predicted }],
  };
  const frame = {
    mark: { type: 'rect', filled: false, stroke: COLORS.orange, strokeWidth: 3, tooltip: null },
    transform: [{ filter: { param: 'cell' } }],
  };
  return {
    width: CELL_PX * EMOTIONS.length,
    height: CELL_PX * EMOTIONS.length,
    data: { values: cells },
    encoding: {
      x: {
        field: 'predicted',
        type: 'nominal',
        sort: [...EMOTIONS],
        axis: { ...classAxis('Predicted'), labelAngle: -40 },
      },
      y: { field: 'true', type: 'nominal', sort: [...EMOTIONS], axis: classAxis('True') },
    },
    layer: [
      { ...rect, encoding: { color: { ...rect.encoding!.color, legend: null } }, params: [clicked] },
      counts,
      frame,
    ],
  };
}

function picturePanel(values: readonly object[]) {
  const step = PICTURE_PX + 44;
  const place = (field: string, count: number) => ({
    field,
    type: 'quantitative',
    axis: null,
    scale: { domain: [0, count], range: [0, count * step], nice: false, zero: true },
  });
  const text = (field: string, dy: number, color: string) => ({
    mark: { type: 'text', align: 'left', baseline: 'top', dy, fontSize: 11, color },
    encoding: { text: { field, type: 'nominal' } },
  });
  return {
    width: COLUMNS * step,
    height: ROWS * step,
    data: { values },
    transform: [{ filter: { param: 'cell' } }],
    encoding: { x: place('column', COLUMNS), y: place('row', ROWS) },
    layer: [
      {
        mark: {
          type: 'image',
          width: PICTURE_PX,
          height: PICTURE_PX,
          aspect: false,
          align: 'left',
          baseline: 'top',
        },
        encoding: {
          url: { field: 'image', type: 'nominal' },
          tooltip: [
            { field: 'caption', type: 'nominal' },
            { field: 'true', type: 'nominal' },
            { field: 'first', type: 'nominal', title: 'predicted' },
          ],
        },
      },
      text('first', PICTURE_PX + 4, COLORS.ink),
      text('second', PICTURE_PX + 19, COLORS.quiet),
    ],
  };
}
