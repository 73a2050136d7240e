import type { TopLevelSpec } from 'vega-lite';
import type { Field } from 'vega-lite/build/src/channeldef';
import type { UnitSpec } from 'vega-lite/build/src/spec';
import { EMOTIONS } from '../core/emotions';
import { accuracy, countAnswers, type ConfusionMatrix } from '../core/metrics';
import type { ChartFigure, ChartSpec } from './figure';
import { COLORS, VEGA_CONFIG } from './theme';

/** From this share of its row on, a cell is so dark that white digits are read better than black ones. */
export const DARK_CELL_SHARE = 0.72;

/** How a confusion heat map is labelled. */
export interface ConfusionChartOptions {
  /** Class names in the ids' order, default the seven emotions. */
  readonly labels?: readonly string[];
  /** Title, default "Confusion matrix". */
  readonly title?: string;
  /** One line below the title, default the accuracy and the number of images. */
  readonly subtitle?: string;
}

/**
 * Charts a confusion matrix as a heat map: rows are the true classes, columns the predicted ones, both in the
 * ids' order, with the count in each cell. The colour is the share of the row, so that a rare class reads as well
 * as a frequent one.
 * @param matrix counts, [classes, classes], rows true
 * @throws RangeError when there is another number of labels than rows
 * Source: the original's heat map (seaborn, YlGnBu), whose labels were in another order and whose axes were swapped.
 */
export function confusionChart(matrix: ConfusionMatrix, options: ConfusionChartOptions = {}): ChartFigure {
  const { labels = EMOTIONS, title = 'Confusion matrix', subtitle = summarize(matrix) } = options;
  if (labels.length !== matrix.length)
    throw new RangeError(`Expected ${matrix.length} names for labels but received ${labels.length}`);
  const side = 58 * labels.length;
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: { text: title, subtitle },
    width: side,
    height: side,
    data: { values: toCells(matrix, labels) },
    encoding: {
      x: { field: 'predicted', type: 'nominal', sort: [...labels], axis: classAxis('Predicted') },
      y: { field: 'true', type: 'nominal', sort: [...labels], axis: classAxis('True') },
      tooltip: [
        { field: 'true', type: 'nominal', title: 'True' },
        { field: 'predicted', type: 'nominal', title: 'Predicted' },
        { field: 'count', type: 'quantitative', title: 'Images', format: ',d' },
        { field: 'share', type: 'quantitative', title: 'Share of the true class', format: '.1%' },
      ],
    },
    layer: [cellLayer(), countLayer()],
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  return { kind: 'chart', title: `${title}: ${subtitle}`, spec: spec as unknown as ChartSpec };
}

/** Lists a matrix' cells, row by row, each with its share of the true class. */
export function toCells(matrix: ConfusionMatrix, labels: readonly string[]) {
  return matrix.flatMap((row, truth) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      true: labels[truth],
      predicted: labels[predicted],
      count,
      share: support > 0 ? count / support : 0,
    }));
  });
}

/** Gives the axis of the true or of the predicted classes. */
export function classAxis(title: string) {
  return {
    title,
    labelAngle: 0,
    domain: false,
    ticks: false,
    orient: title === 'True' ? 'left' : 'bottom',
  } as const;
}

/** Draws the cells, coloured by their share of the row. */
export function cellLayer(): UnitSpec<Field> {
  return {
    mark: { type: 'rect', stroke: COLORS.paper, strokeWidth: 1.5 },
    encoding: {
      color: {
        field: 'share',
        type: 'quantitative',
        scale: { scheme: 'yellowgreenblue', domain: [0, 1] },
        legend: {
          title: 'Share of row',
          format: '.0%',
          gradientLength: 200,
          values: [0, 0.25, 0.5, 0.75, 1],
        },
      },
    },
  };
}

/** Writes the counts into the cells. */
export function countLayer(): UnitSpec<Field> {
  return {
    mark: { type: 'text', fontSize: 14 },
    encoding: {
      text: { field: 'count', type: 'quantitative', format: ',d' },
      color: {
        condition: { test: `datum.share >= ${DARK_CELL_SHARE}`, value: COLORS.paper },
        value: '#000000',
      },
    },
  };
}

function summarize(matrix: ConfusionMatrix): string {
  const images = countAnswers(matrix);
  if (images === 0) return 'no images';
  return `${images.toLocaleString('en-US')} images, accuracy ${(100 * accuracy(matrix)).toFixed(2)} %`;
}
