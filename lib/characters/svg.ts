import type { Point } from '../core/geometry';
import type { Colour } from './characters';

/** Formats a number for SVG with at most two decimals, so that the text is the same on every machine. */
export const toNumberText = (value: number): string => String(Math.round(value * 100) / 100);

/** Formats a point for a path. */
export const toPointText = ({ x, y }: Point): string => `${toNumberText(x)} ${toNumberText(y)}`;

/** Draws straight lines through points. */
export const toLinePath = (points: readonly Point[]): string => `M${points.map(toPointText).join('L')}`;

/** Draws a smooth curve through two or more points in pixels (Catmull-Rom as cubic Béziers). */
export function toCurve(points: readonly Point[]): string {
  return joinSmoothly([points[0], ...points, points[points.length - 1]]);
}

/** Draws a smooth closed outline through points in pixels. */
export function toShape(points: readonly Point[]): string {
  return `${joinSmoothly([points[points.length - 1], ...points, points[0], points[1]])}Z`;
}

/** @param points the first and the last one only give the directions at the curve's ends */
function joinSmoothly(points: readonly Point[]): string {
  const parts = points.slice(3).map((after, index) => {
    const [before, from, to] = points.slice(index, index + 3);
    const start = { x: from.x + (to.x - before.x) / 6, y: from.y + (to.y - before.y) / 6 };
    const end = { x: to.x - (after.x - from.x) / 6, y: to.y - (after.y - from.y) / 6 };
    return `C${[start, end, to].map(toPointText).join(' ')}`;
  });
  return `M${toPointText(points[1])}${parts.join('')}`;
}

/** Draws the area between two curves in the same direction, with corners at their ends. */
export function toBand(first: readonly Point[], second: readonly Point[]): string {
  return `${toCurve(first)}${toCurve([...second].reverse()).replace('M', 'L')}Z`;
}

/**
 * Draws a band of varying width around a line, for brows, lashes, wrinkles and strands.
 * @param line two or more points, pixels
 * @param toHalfWidth half the band's width at the point of an index, pixels
 */
export function toRibbon(line: readonly Point[], toHalfWidth: (index: number) => number): string {
  const side = (sign: number) =>
    line.map((point, index) => {
      const before = line[Math.max(0, index - 1)];
      const after = line[Math.min(line.length - 1, index + 1)];
      const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
      const shift = (sign * toHalfWidth(index)) / length;
      return { x: point.x - (after.y - before.y) * shift, y: point.y + (after.x - before.x) * shift };
    });
  return toBand(side(-1), side(1));
}

/** Draws a ribbon that is `widest` (half width in pixels) in the middle and ends in points. */
export function toTaperedRibbon(line: readonly Point[], widest: number): string {
  return toRibbon(line, (index) => widest * Math.sin((Math.PI * index) / (line.length - 1)) ** 0.7);
}

/** Writes a filled path. */
export function fill(path: string, paint: string, opacity = 1): string {
  return `<path d="${path}" fill="${paint}"${opacity < 1 ? ` fill-opacity="${toNumberText(opacity)}"` : ''}/>`;
}

/** Writes a stroked path with round ends. */
export function stroke(path: string, colour: Colour, widthPx: number, opacity = 1): string {
  return (
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${toNumberText(widthPx)}"` +
    ` stroke-linecap="round" stroke-linejoin="round"${opacity < 1 ? ` stroke-opacity="${toNumberText(opacity)}"` : ''}/>`
  );
}

/** Writes a group that is clipped to a path. */
export function clipTo(id: string, path: string, content: string): string {
  return `<clipPath id="${id}"><path d="${path}"/></clipPath><g clip-path="url(#${id})">${content}</g>`;
}

/** Writes the stops of a gradient. @param offsets ascending, 0 to 1, one for each colour */
export function toStops(offsets: readonly number[], colours: readonly Colour[]): string {
  return colours.map((colour, index) => `<stop offset="${offsets[index]}" stop-color="${colour}"/>`).join('');
}

/** Writes the stops of a gradient from one colour to another. */
export function toTwoStops(from: Colour, to: Colour): string {
  return `<stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/>`;
}

/** Mixes two colours. @param share of the second colour, 0 to 1 */
export function mixColours(first: Colour, second: Colour, share: number): Colour {
  const to = toChannels(second);
  const mixed = toChannels(first).map((from, index) => Math.round(from + (to[index] - from) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Computes the luma of a colour.
 * @returns 0 (black) to 255 (white)
 * Source: ITU-R BT.601.
 */
export function measureLuminance(colour: Colour): number {
  const [red, green, blue] = toChannels(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

function toChannels(colour: Colour): number[] {
  return [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16));
}
