import { EMOTIONS } from '../core/emotions';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import type { Split } from '../core/split';
import { colorBy, makeChart, NAMES_AXIS, nominal, plot, quantitative } from './chart';
import type { ChartFigure } from './figure';
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
