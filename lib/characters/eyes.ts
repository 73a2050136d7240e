import type { Point } from '../core/geometry';
import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { EYE_LINE, type Surface } from './head';
import type { HeadPoint } from './space';

/** One eye. */
export interface Eye {
  /** Edges of the upper and the lower lid, each from the inner to the outer corner, 13 points. */
  readonly upper: readonly HeadPoint[];
  readonly lower: readonly HeadPoint[];
  /** Fold above the upper lid, inner to outer, 13 points. */
  readonly crease: readonly HeadPoint[];
  readonly iris: { readonly centre: HeadPoint; readonly radius: number };
  /** Centre of the eye at rest. */
  readonly centre: HeadPoint;
  /** Half the distance between the corners, head units. */
  readonly halfWidth: number;
  /** Opening of the upper lid, 0.03 to 1.5; 1 at rest. */
  readonly opening: number;
}

/** Number of points on an edge of a lid. */
const RIM = 13;

/**
 * Computes the shape of an eye.
 * @param side -1 for the image's left, 1 for its right
 * @param gaze x and y, each -1 to 1, to the image's right and downwards
 */
export function buildEye(
  look: Character,
  { units, gaze }: { units: ActionUnits; gaze: Point },
  side: -1 | 1,
  surface: Surface,
): Eye {
  const { size, openness, spacing, tilt, lid } = look.eyes;
  const halfWidth = 14.2 * size;
  const centreX = 27.5 * spacing;
  const rise = 10.2 * size * openness;
  const upperOpening = clamp(
    1 +
      0.52 * units.AU5 -
      0.36 * units.AU7 -
      0.15 * units.AU6 -
      0.25 * units.AU9 -
      0.16 * units.AU4 +
      0.06 * (units.AU1 + units.AU2) -
      1.05 * units.AU43,
    0.03,
    1.5,
  );
  const lowerOpening = clamp(
    1 + 0.14 * units.AU5 - 0.5 * units.AU7 - 0.55 * units.AU6 - 0.35 * units.AU9 - 0.25 * units.AU43,
    0.05,
    1.2,
  );
  const oblique = Math.max(0, units.AU1 - 0.6 * units.AU2) * 0.45;
  const skew = 0.1 + 0.42 * Math.max(0, units.AU4 - units.AU1) + 0.2 * units.AU9 - oblique;
  const rim = (height: (u: number) => number) =>
    Array.from({ length: RIM }, (_, index) => {
      const u = (2 * index) / (RIM - 1) - 1;
      const y = EYE_LINE - tilt * halfWidth * 0.5 * (u + 1) + height(u);
      return surface(side * (centreX + halfWidth * u), y, 1);
    });
  const dome = (u: number, power: number) => (1 - Math.abs(u) ** 2.1) ** power;
  return {
    upper: rim((u) => -rise * upperOpening * dome(u, 0.72) * (1 + skew * u)),
    lower: rim((u) => 0.43 * rise * lowerOpening * dome(u, 0.85) * (1 + 0.16 * u)),
    crease: rim(
      (u) => -rise * (0.55 + 0.45 * upperOpening) * dome(u, 0.62) * (1 + (skew + 0.08) * u) - 2.2 - 2.6 * lid,
    ),
    iris: {
      centre: surface(
        side * centreX + gaze.x * 0.42 * halfWidth,
        EYE_LINE - tilt * halfWidth * 0.4 - 0.16 * rise + gaze.y * 0.4 * rise,
        1,
      ),
      radius: 8.6 * size ** 0.85 * (1 - 0.08 * units.AU5),
    },
    centre: surface(side * centreX, EYE_LINE, 1),
    halfWidth,
    opening: upperOpening,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
