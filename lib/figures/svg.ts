import { COLORS, FONT_FAMILY } from './theme';

/** Attributes of an SVG element; those left undefined are not written. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * Replaces what XML and HTML would read as markup.
 * @param text any text, also from file names
 */
export function escapeMarkup(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/**
 * Writes an SVG element.
 * @param content markup that is already escaped
 */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeMarkup(value!)}"`)
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** How a line of text is set. */
export interface TextOptions {
  readonly sizePx: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly color?: string;
}

/** Writes one line of text whose baseline begins, is centred or ends at x, y. */
export function textLine(text: string, x: number, y: number, options: TextOptions): string {
  const { sizePx, anchor = 'start', bold, color = COLORS.ink } = options;
  const weight = bold ? 'bold' : undefined;
  return element(
    'text',
    { x, y, 'font-size': sizePx, 'text-anchor': anchor, 'font-weight': weight, fill: color },
    escapeMarkup(text),
  );
}

/** Writes an arrow from left to right or from top to bottom. */
export function arrow(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const [baseX, baseY] = [to.x - 7 * dx, to.y - 7 * dy];
  const head = [
    [to.x, to.y],
    [baseX - 4 * dy, baseY + 4 * dx],
    [baseX + 4 * dy, baseY - 4 * dx],
  ];
  const points = head.map((point) => point.map(round).join(',')).join(' ');
  return (
    element('line', {
      x1: from.x,
      y1: from.y,
      x2: baseX,
      y2: baseY,
      stroke: COLORS.quiet,
      'stroke-width': 1.5,
    }) + element('polygon', { points, fill: COLORS.quiet })
  );
}

/**
 * Writes a whole SVG document on white paper.
 * @param width pixels
 * @param height pixels
 * @param content the elements, in the order in which they cover each other
 */
export function svgDocument(width: number, height: number, content: readonly string[]): string {
  const paper = element('rect', { width, height, fill: COLORS.paper });
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      'font-family': FONT_FAMILY,
    },
    [paper, ...content].join('\n'),
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
