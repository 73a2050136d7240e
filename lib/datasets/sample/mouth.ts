import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { measureJawDrop, type Surface } from './head';
import type { HeadPoint } from './space';

/** The mouth; each line runs from the image's left corner to the right one, 25 points. */
export interface Mouth {
  readonly upperOuter: readonly HeadPoint[];
  readonly upperInner: readonly HeadPoint[];
  readonly lowerInner: readonly HeadPoint[];
  readonly lowerOuter: readonly HeadPoint[];
  /** Edges of the teeth, as long as the lips' lines. */
  readonly upperTeeth: readonly HeadPoint[];
  readonly lowerTeeth: readonly HeadPoint[];
  readonly corners: readonly [HeadPoint, HeadPoint];
  readonly middle: HeadPoint;
  readonly halfWidth: number;
  /** Distance of the lips in the middle, head units. */
  readonly gap: number;
}

/** Number of points on a line of the lips. */
export const LIP_POINTS = 25;

/**
 * Shapes the mouth.
 * @param sides how the units act at the image's left and right corner
 */
export function buildMouth(
  look: Character,
  { units, sides }: { units: ActionUnits; sides: readonly [ActionUnits, ActionUnits] },
  surface: Surface,
): Mouth {
  const y = 46 * look.face.length - 2.5;
  const drop = measureJawDrop(units);
  const halfWidth = measureHalfWidth(look, units);
  const still = units.AU25 * (1.6 + 4 * units.AU10 + 5 * units.AU16 + 5.5 * units.AU12 + 3 * units.AU20);
  const gap = still + drop * Math.min(1, 1.4 * units.AU25);
  const upperY =
    y -
    3.6 * units.AU10 -
    2.2 * units.AU9 -
    (1.2 + 2.2 * units.AU25) * units.AU12 -
    4.2 * units.AU17 +
    0.06 * drop -
    0.4 * still;
  const cornerY = sides.map((side) => measureCorner(y, side, drop));
  const round =
    1 - 0.42 * Math.min(1, (drop / 20) * units.AU25) * (1 - units.AU12) * (1 - units.AU20) * (1 - units.AU16);
  const line = (middle: number, power: number) =>
    spread((s) => {
      const corner = cornerY[s < 0 ? 0 : 1];
      return corner + (middle - corner) * (1 - Math.abs(s) ** power) ** round;
    });
  const square = 2 + 2.6 * Math.max(units.AU16, units.AU10 * units.AU25, 0.9 * units.AU20);
  const upperInner = line(upperY, units.AU10 > 0.05 && units.AU25 < 0.1 ? 2.6 : square);
  const lowerInner = line(upperY + gap, (square + 2) / 2).map((value, index) =>
    Math.max(value, upperInner[index]),
  );
  const thin =
    (1 - 0.32 * units.AU23) * (1 - 0.45 * units.AU24) * (1 - 0.22 * Math.max(units.AU12, units.AU20));
  const upperThick = 6.2 * look.mouth.upperLip * thin * (1 - 0.12 * units.AU27 + 0.1 * units.AU10);
  const lowerThick = 8 * look.mouth.lowerLip * thin * (1 + 0.22 * units.AU17 - 0.1 * units.AU27);
  const toLine = (ys: readonly number[]) =>
    ys.map((value, index) => surface(halfWidth * position(index), value, 5 - 2.5 * position(index) ** 2));
  const upperOuter = upperInner.map((value, index) => value - upperThick * bow(position(index)));
  const lowerOuter = lowerInner.map(
    (value, index) => value + lowerThick * (1 - Math.abs(position(index)) ** 2.6) ** 0.8,
  );
  return {
    upperOuter: toLine(upperOuter),
    upperInner: toLine(upperInner),
    lowerInner: toLine(lowerInner),
    lowerOuter: toLine(lowerOuter),
    upperTeeth: toLine(spread((s) => y + 1.8 - 2.2 * s * s)),
    lowerTeeth: toLine(spread((s) => y + 2.2 + drop * 0.92 - 1.5 * s * s)),
    corners: [surface(-0.955 * halfWidth, cornerY[0], 2), surface(0.955 * halfWidth, cornerY[1], 2)],
    middle: surface(0, upperY + gap / 2, 4),
    halfWidth,
    gap,
  };
}

function measureHalfWidth(look: Character, units: ActionUnits): number {
  const stretch =
    0.3 * units.AU12 +
    0.24 * units.AU20 +
    0.08 * units.AU14 +
    0.08 * units.AU10 +
    0.08 * units.AU16 +
    0.0 * units.AU15;
  const purse =
    0.11 * units.AU23 + 0.05 * units.AU24 + 0.1 * units.AU17 + 0.3 * units.AU27 + 0.22 * units.AU26;
  return 23 * look.mouth.width * (1 + stretch) * (1 - purse * (1 - 0.7 * units.AU12));
}

function measureCorner(y: number, units: ActionUnits, drop: number): number {
  return (
    y -
    11 * units.AU12 -
    2 * units.AU14 +
    7.8 * units.AU15 +
    2.4 * units.AU20 +
    0.42 * drop * (1 - 0.4 * units.AU12)
  );
}

/** The upper lip's outline: two peaks, a dip between them, nothing at the corners. */
function bow(s: number): number {
  const rounded = (1 - Math.abs(s) ** 1.9) ** 0.9;
  return (
    rounded *
    (1 + 0.16 * Math.exp(-(((Math.abs(s) - 0.27) / 0.16) ** 2)) - 0.2 * Math.exp(-((s / 0.14) ** 2)))
  );
}

const position = (index: number) => (2 * index) / (LIP_POINTS - 1) - 1;
const spread = (height: (s: number) => number) =>
  Array.from({ length: LIP_POINTS }, (_, index) => height(position(index)));
