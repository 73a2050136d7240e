import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { EYE_LINE, type Surface } from './head';
import { sampleCurve, type HeadPoint } from './space';

/** One eyebrow. */
export interface Brow {
  /** Centre line from the inner to the outer end, 17 points. */
  readonly line: readonly HeadPoint[];
  /** Half thickness at each point of the line, head units. */
  readonly halfWidths: readonly number[];
  /** Rise of the inner and the outer end, head units; it wrinkles the forehead. */
  readonly innerRaise: number;
  readonly outerRaise: number;
}

/** Weight of each unit's pull at the five control points, inner to outer. */
const INNER = [1, 0.74, 0.3, 0.04, 0];
const OUTER = [0.05, 0.25, 0.7, 1, 0.85];
const LOWERER = [1, 0.85, 0.5, 0.15, 0];

/**
 * Shapes an eyebrow.
 * @param side -1 for the image's left, 1 for its right
 */
export function buildBrow(look: Character, units: ActionUnits, side: -1 | 1, surface: Surface): Brow {
  const { arch, slant, height, thickness } = look.brows;
  const centre = 27.5 * look.eyes.spacing;
  const rest = EYE_LINE - 23.2 * height - 3 * (look.eyes.size - 1);
  // With AU1 and AU4 together, the inner end rises and the outer end sinks: the oblique brow of fear and sadness.
  const oblique = units.AU1 * units.AU4;
  const lower = 8.2 * units.AU4 - 7 * oblique + 3.2 * units.AU9 + 1.5 * units.AU7;
  const squeeze = 4.5 * units.AU4 + 1.5 * units.AU9;
  const points = [-17, -9.5, 0, 11, 21.3].map((offset, index) => {
    const bow = [0.5, -0.45 * arch, -0.95 * arch, -0.9 * arch, 3.4][index];
    const lean = (slant * (index - 2)) / 2;
    const raise =
      7.2 * units.AU1 * INNER[index] +
      6.8 * units.AU2 * OUTER[index] -
      lower * LOWERER[index] -
      4.2 * oblique * OUTER[index];
    const x = centre + offset - squeeze * LOWERER[index];
    return surface(side * x, rest + bow + lean - raise, 2);
  });
  const line = sampleCurve(points, 4);
  const halfWidths = line.map((_, index) => {
    const along = index / (line.length - 1);
    return thickness * Math.min(1, 0.62 + 2.2 * along) * Math.min(1, 0.14 + 1.9 * (1 - along)) * 0.92;
  });
  return {
    line,
    halfWidths,
    innerRaise: 7.2 * units.AU1 - lower,
    outerRaise: 6.8 * units.AU2,
  };
}
