import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import { EYE_LINE } from './head';
import type { Brow, Head, Scene } from './scene';
import { sampleCurve, type Side } from './head-space';
import { fill, mixColours, stroke, toLinePath, toRibbon } from './svg';

/** Weight of each unit's pull at the five control points, inner to outer. */
const INNER = [1, 0.74, 0.3, 0.04, 0];
const OUTER = [0.05, 0.25, 0.7, 1, 0.85];
const LOWERER = [1, 0.85, 0.5, 0.15, 0];

/** Computes the shape of an eyebrow. */
export function buildBrow(look: Character, units: ActionUnits, side: Side, { surface }: Head): Brow {
  const { arch, slant, height, thickness } = look.brows;
  const centre = 27.5 * look.eyes.spacing;
  const rest = EYE_LINE - 23.2 * height - 3 * (look.eyes.size - 1);
  // With AU1 and AU4 together, the inner end rises and the outer end sinks: the oblique brow of fear and sadness.
  const oblique = units.AU1 * units.AU4;
  const lower = 8.2 * units.AU4 - 7 * oblique + 3.2 * units.AU9 + 1.5 * units.AU7;
  const squeeze = 4.5 * units.AU4 + 1.5 * units.AU9;
  const bows = [0.5, -0.45 * arch, -0.95 * arch, -0.9 * arch, 3.4];
  const points = [-17, -9.5, 0, 11, 21.3].map((offset, index) => {
    const lean = (slant * (index - 2)) / 2;
    const raise =
      7.2 * units.AU1 * INNER[index] +
      6.8 * units.AU2 * OUTER[index] -
      lower * LOWERER[index] -
      4.2 * oblique * OUTER[index];
    const x = centre + offset - squeeze * LOWERER[index];
    return surface(side * x, rest + bows[index] + lean - raise, 2);
  });
  const line = sampleCurve(points);
  const halfWidths = line.map((_, index) => {
    const along = index / (line.length - 1);
    return thickness * Math.min(1, 0.62 + 2.2 * along) * Math.min(1, 0.14 + 1.9 * (1 - along)) * 0.92;
  });
  return { line, halfWidths, innerRaise: 7.2 * units.AU1 - lower, outerRaise: 6.8 * units.AU2 };
}

/** Draws an eyebrow. */
export function drawBrow({ look, project, pose, spot }: Scene, { line, halfWidths }: Brow): string {
  const hairs = [3, 6, 9, 12].map((index) => {
    const [from, to] = [line[index], line[index + 2]];
    const half = halfWidths[index];
    const ends = [
      { ...from, y: from.y + half * 0.7 },
      { ...to, y: to.y - half * 0.7 },
    ].map(project);
    return stroke(toLinePath(ends), mixColours(look.brows.colour, '#f0d0b0', 0.22), 0.8, 0.6);
  });
  const brow = toRibbon(line.map(project), (index) => halfWidths[index] * pose.scale);
  return (
    spot('shade', { ...line[8], y: line[8].y + 6 }, { x: 17, y: 6, opacity: 0.35 }) +
    fill(brow, look.brows.colour) +
    hairs.join('')
  );
}
