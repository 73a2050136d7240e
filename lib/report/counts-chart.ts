import type { TopLevelSpec } from 'vega-lite';
import { EMOTIONS } from '../core/emotions';
import type { ChartFigure, ChartSpec } from './figure';
import { PART_COLORS, VEGA_CONFIG } from './theme';

/** The parts of a split, in the order in which they are drawn and listed. */
export const PARTS = ['train', 'validation', 'test'] as const;

/** Name of one part of a split. */
export type Part = (typeof PARTS)[number];

/** One image in a part of a split, as counting needs it. */
export interface PartMember {
  readonly part: Part;
  readonly character: string;
  readonly emotion: string;
}

/** How a chart of counts is labelled. */
export interface CountsChartOptions {
  /** What the bars stand for, default emotion. */
  readonly by?: 'emotion' | 'character';
  readonly title?: string;
  readonly subtitle?: string;
}

/**
 * Charts how many images each emotion or character has in each part of the split.
 * @param members one entry an image
 */
export function countsChart(members: readonly PartMember[], options: CountsChartOptions = {}): ChartFigure {
  const { by = 'emotion', subtitle = summarize(members) } = options;
  const title = options.title ?? `Images by ${by} and part of the split`;
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: { text: title, subtitle },
    width: 520,
    height: { step: 30 },
    data: { values: countMembers(members, by) },
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
        field: 'part',
        type: 'nominal',
        scale: { domain: [...PARTS], range: PARTS.map((part) => PART_COLORS[part]) },
        legend: { title: null, orient: 'top', direction: 'horizontal' },
      },
      order: { field: 'order', type: 'quantitative' },
      tooltip: [
        { field: by, type: 'nominal', title: by === 'emotion' ? 'Emotion' : 'Character' },
        { field: 'part', type: 'nominal', title: 'Part' },
        { field: 'images', type: 'quantitative', title: 'Images', format: ',d' },
      ],
    },
    config: VEGA_CONFIG as unknown as TopLevelSpec['config'],
  };
  return { kind: 'chart', title: `${title}: ${subtitle}`, spec: spec as unknown as ChartSpec };
}

function countMembers(members: readonly PartMember[], by: 'emotion' | 'character') {
  const names = [...new Set(members.map((member) => member[by]))];
  return names.flatMap((name) =>
    PARTS.map((part, order) => {
      const images = members.filter((member) => member[by] === name && member.part === part).length;
      return { [by]: name, part, order, images };
    }),
  );
}

function summarize(members: readonly PartMember[]): string {
  const counts = PARTS.map((part) => members.filter((member) => member.part === part).length);
  return PARTS.map((part, index) => `${part} ${counts[index].toLocaleString('en-US')}`).join(', ');
}
