import type { TopLevelSpec } from 'vega-lite';
import { EMOTIONS } from '../core/emotions';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import type { Split } from '../core/split';
import type { ChartFigure, ChartSpec } from './figure';
import { SIDE_COLORS, VEGA_CONFIG } from './theme';

/** How a chart of counts is labelled. */
export interface CountsChartOptions {
  /** What the bars stand for, default emotion. */
  readonly by?: 'emotion' | 'character';
  readonly title?: string;
  readonly subtitle?: string;
}

/**
 * Charts how many images each emotion or character has in each side of the split.
 * @param records the data set that was split
 * @param split positions in `records`
 */
export function countsChart(
  records: readonly FrameRecord[],
  split: Split,
  options: CountsChartOptions = {},
): ChartFigure {
  const { by = 'emotion', subtitle = summarize(split) } = options;
  const title = options.title ?? `Images by ${by} and side of the split`;
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: { text: title, subtitle },
    width: 520,
    height: { step: 30 },
    data: { values: countFrames(records, split, by) },
    mark: { type: 'bar', stroke: '#ffffff', strokeWidth: 1 },
    encoding: {
      y: {
        field: by,
        type: 'nominal',
        sort: by === 'emotion' ? [...EMOTIONS] : 'ascending',
        axis: { title: null, ticks: false, domain: false },
      },
      x: {
        field: 'images',
        type: 'quantitative',
        stack: 'zero',
        axis: { title: 'Images', format: ',d', tickMinStep: 1 },
      },
      color: {
        field: 'side',
        type: 'nominal',
        scale: { domain: [...SPLIT_PARTS], range: SPLIT_PARTS.map((side) => SIDE_COLORS[side]) },
        legend: { title: null, orient: 'top', direction: 'horizontal' },
      },
      order: { field: 'order', type: 'quantitative' },
      tooltip: [
        { field: by, type: 'nominal', title: by === 'emotion' ? 'Emotion' : 'Character' },
        { field: 'side', type: 'nominal', title: 'Side' },
        { field: 'images', type: 'quantitative', title: 'Images', format: ',d' },
      ],
    },
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  return { kind: 'chart', title: `${title}: ${subtitle}`, spec: spec as unknown as ChartSpec };
}

function countFrames(records: readonly FrameRecord[], split: Split, by: 'emotion' | 'character') {
  const names = [...new Set(records.map((record) => record[by] as string))];
  return names.flatMap((name) =>
    SPLIT_PARTS.map((side, order) => {
      const images = split[side].filter((index) => records[index][by] === name).length;
      return { [by]: name, side, order, images };
    }),
  );
}

function summarize(split: Split): string {
  return SPLIT_PARTS.map((side) => `${side} ${split[side].length.toLocaleString('en-US')}`).join(', ');
}
