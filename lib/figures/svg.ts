import type { Point } from '../core/geometry';
import type { PictureFigure } from './figure';
import type { Font } from './fonts';
import { COLORS, FONT_FAMILY, FONT_SIZES } from './theme';

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes text for XML and HTML. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}

type Attributes = Readonly<Record<string, string | number>>;

/** Writes an SVG element. Numbers are rounded to two decimals. @param content escaped markup */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeMarkup(value)}"`)
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** How a text is drawn. */
interface TextStyle extends Font {
  /** Which part of the text is at x, default `start`. */
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: string;
}

/** Style of a figure's title. */
export const TITLE = { sizePx: FONT_SIZES.title, bold: true } as const;

/** Style of the line below the title. */
export const SUBTITLE = { sizePx: FONT_SIZES.subtitle, color: COLORS.quiet } as const;

/** Writes one line of text. @param y of the baseline */
export function textLine(text: string, x: number, y: number, style: TextStyle): string {
  const { sizePx, anchor = 'start', bold, color = COLORS.ink } = style;
  const weight = bold && { 'font-weight': 'bold' };
  const attributes = { x, y, 'font-size': sizePx, 'text-anchor': anchor, ...weight, fill: color };
  return element('text', attributes, escapeMarkup(text));
}

/** Writes an arrow. */
export function arrow(from: Point, to: Point): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [x2, y2] = [to.x - 7 * dx, to.y - 7 * dy];
  const at = (x: number, y: number) => `${round(x)},${round(y)}`;
  const points = `${at(to.x, to.y)} ${at(x2 - 4 * dy, y2 + 4 * dx)} ${at(x2 + 4 * dy, y2 - 4 * dx)}`;
  const line = { x1: from.x, y1: from.y, x2, y2, stroke: COLORS.quiet, 'stroke-width': 1.5 };
  return element('line', line) + element('polygon', { points, fill: COLORS.quiet });
}

/**
 * Makes a picture on white paper.
 * @param title one line that says what the picture shows
 * @param size in pixels
 * @param content SVG elements; later ones cover earlier ones
 */
export function makePicture(
  title: string,
  size: { readonly width: number; readonly height: number },
  content: readonly string[],
): PictureFigure {
  const viewBox = `0 0 ${round(size.width)} ${round(size.height)}`;
  const paper = element('rect', { ...size, fill: COLORS.paper });
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', ...size, viewBox, 'font-family': FONT_FAMILY };
  return { kind: 'picture', title, svg: element('svg', attributes, [paper, ...content].join('\n')) };
}

const round = (value: number): number => Math.round(value * 100) / 100;
