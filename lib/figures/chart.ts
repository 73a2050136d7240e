import type { ChartFigure } from './figure';
import { COLORS, FONT_FAMILY, FONT_SIZES } from './theme';

const LABELS = { labelColor: COLORS.ink, labelFontSize: FONT_SIZES.label };
const TITLES = { titleColor: COLORS.quiet, titleFontSize: FONT_SIZES.axisTitle, titleFontWeight: 'normal' };

/** The same for all charts, so that they look alike in JupyterLab and as PNG. */
const CONFIG = {
  background: COLORS.paper,
  font: FONT_FAMILY,
  padding: 14,
  view: { stroke: null },
  // Otherwise JupyterLab's dark theme makes these white.
  style: { 'guide-label': { fill: COLORS.ink }, 'guide-title': { fill: COLORS.quiet } },
  title: {
    anchor: 'start',
    frame: 'group',
    color: COLORS.ink,
    fontSize: FONT_SIZES.title,
    fontWeight: 'bold',
    subtitleColor: COLORS.quiet,
    subtitleFontSize: FONT_SIZES.subtitle,
    subtitlePadding: 6,
    offset: 14,
  },
  axis: {
    domainColor: COLORS.line,
    tickColor: COLORS.line,
    gridColor: COLORS.grid,
    labelPadding: 5,
    labelLimit: 320,
    labelFlush: false,
    titlePadding: 10,
    ...LABELS,
    ...TITLES,
  },
  legend: { symbolSize: 90, gradientLabelOffset: 6, ...LABELS, ...TITLES },
} as const;

/** Makes a chart. @param title what it shows, in one line @param spec without `$schema` and `config` */
export function makeChart(title: string, spec: ChartFigure['spec']): ChartFigure {
  const $schema = 'https://vega.github.io/schema/vega-lite/v5.json';
  return { kind: 'chart', title, spec: { $schema, ...spec, config: CONFIG } };
}

/** Defines a channel or a tooltip of names. */
export const nominal = (field: string, options = {}) => ({ field, type: 'nominal', ...options });

/** Defines a channel or a tooltip of numbers. */
export const quantitative = (field: string, options = {}) => ({ field, type: 'quantitative', ...options });

/** Defines a colour for each name, explained by a legend above the chart. */
export function colorBy(field: string, domain: readonly string[], range: readonly string[]) {
  const legend = { title: null, orient: 'top', direction: 'horizontal' };
  return nominal(field, { scale: { domain, range }, legend });
}

/** Defines a layer, or a chart of one mark. @param values rows of data; default: those of the whole chart */
export function layer(type: string, mark: object, encoding?: object, values?: readonly object[]) {
  return { ...(values && { data: { values } }), mark: { type, ...mark }, ...(encoding && { encoding }) };
}

/** Options of opaque points. */
export const POINTS = { filled: true, opacity: 1 } as const;

/** Defines a plot's size and its rows of data. @param height pixels, or `step`: pixels a row */
export function plot(width: number, height: number | object, values: readonly object[]) {
  return { width, height, data: { values } };
}

/** Options of an image mark whose upper left corner is at x, y. */
export const IMAGE = { aspect: false, baseline: 'top', align: 'left' } as const;

/** Axis of names beside bars or rows. */
export const NAMES_AXIS = { title: null, ticks: false, domain: false } as const;
