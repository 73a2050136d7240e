import type { Point } from '../core/geometry';

/** Formats a number for SVG with at most two decimals, so that the text is the same on every machine. */
export function toNumberText(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

const pair = (x: number, y: number) => `${toNumberText(x)} ${toNumberText(y)}`;

/**
 * Draws a smooth curve through points (Catmull-Rom as cubic Béziers).
 * @param points two or more, pixels
 * @param closed whether the curve returns to its first point
 * @returns an SVG path
 */
export function toSmoothPath(points: readonly Point[], closed = false): string {
  const count = points.length;
  const at = (index: number) =>
    closed ? points[(index + count) % count] : points[Math.min(count - 1, Math.max(0, index))];
  const parts = [`M${pair(points[0].x, points[0].y)}`];
  for (let index = 0; index < (closed ? count : count - 1); index++) {
    const [before, from, to, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    parts.push(
      `C${pair(from.x + (to.x - before.x) / 6, from.y + (to.y - before.y) / 6)}` +
        ` ${pair(to.x - (after.x - from.x) / 6, to.y - (after.y - from.y) / 6)} ${pair(to.x, to.y)}`,
    );
  }
  return parts.join('') + (closed ? 'Z' : '');
}

/**
 * Draws straight lines through points.
 * @param points two or more, pixels
 * @returns a closed SVG path
 */
export function toPolygon(points: readonly Point[]): string {
  return `M${points.map(({ x, y }) => pair(x, y)).join('L')}Z`;
}

/**
 * Joins curves to one closed outline with corners where they meet.
 * @param curves each two or more points, pixels; each curve starts where the previous one ends
 * @returns a closed SVG path
 */
export function toOutline(...curves: readonly (readonly Point[])[]): string {
  const parts = curves.map((curve) => toSmoothPath(curve));
  return parts.map((part, index) => (index === 0 ? part : part.replace('M', 'L'))).join('') + 'Z';
}

/**
 * Draws a band of varying width around a line, for brows, lashes, wrinkles and strands.
 * @param line two or more points, pixels
 * @param halfWidths half the band's width at each point, pixels
 * @returns a closed SVG path
 */
export function toRibbon(line: readonly Point[], halfWidths: readonly number[]): string {
  const side = (sign: number) =>
    line.map((point, index) => {
      const before = line[Math.max(0, index - 1)];
      const after = line[Math.min(line.length - 1, index + 1)];
      const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
      const shift = (sign * halfWidths[index]) / length;
      return { x: point.x - (after.y - before.y) * shift, y: point.y + (after.x - before.x) * shift };
    });
  return toOutline(side(-1), side(1).reverse());
}

/**
 * Computes half widths for {@link toRibbon} that grow from 0 to `widest` in the middle and fall to 0 again.
 * @param count number of points of the line
 * @param widest half width in the middle, pixels
 */
export function taper(count: number, widest: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => widest * Math.sin((Math.PI * index) / (count - 1)) ** 0.7,
  );
}
