import type { ActionUnits } from './action-units';
import type { Character } from './character';
import { measureJawDrop, type Surface } from './head';
import type { HeadPoint } from './space';

/** The mouth. Each line goes from the image's left corner to the right one, 25 points. */
export interface Mouth {
  readonly upperOuter: readonly HeadPoint[];
  readonly upperInner: readonly HeadPoint[];
  readonly lowerInner: readonly HeadPoint[];
  readonly lowerOuter: readonly HeadPoint[];
  /** Edges of the teeth, each as long as the lips' lines. */
  readonly upperTeeth: readonly HeadPoint[];
  readonly lowerTeeth: readonly HeadPoint[];
  /** Ends of the red of the lips, the image's left one first. */
  readonly corners: readonly [HeadPoint, HeadPoint];
  /** Half length of the lines, head units. */
  readonly halfWidth: number;
  /** Distance between the lips in the middle, head units. */
  readonly gap: number;
}

/** The units of the whole mouth, and of the image's left and right corner. */
interface MouthPull {
  readonly units: ActionUnits;
  readonly sides: readonly [ActionUnits, ActionUnits];
}

/** Y coordinate at a position along the mouth, -1 (image's left) to 1, in head units. */
type Height = (s: number) => number;

/** Number of points on a line of the lips. */
const LIP_POINTS = 25;

/** Position where the red of the lips ends; the line between the lips continues beyond it as a fold. */
const CORNER = 0.95;

/** Computes the shape of the mouth. */
export function buildMouth(look: Character, pull: MouthPull, surface: Surface): Mouth {
  const { units } = pull;
  const y = 46 * look.face.length - 2.5;
  const drop = measureJawDrop(units);
  const halfWidth = measureHalfWidth(look, units);
  const { gap, upper, lower } = buildOpening(y, drop, pull);
  const { upperThick, lowerThick } = measureLips(look, units);
  const toPoint = (height: Height, s: number) => surface(halfWidth * s, height(s), 5 - 2.5 * s * s);
  const toLine = (height: Height) => LIP_PLACES.map((s) => toPoint(height, s));
  return {
    upperOuter: toLine((s) => upper(s) - upperThick * upperRed(s)),
    upperInner: toLine(upper),
    lowerInner: toLine(lower),
    lowerOuter: toLine((s) => lower(s) + lowerThick * lowerRed(s)),
    upperTeeth: toLine((s) => y + 1.8 - 2.2 * s * s),
    lowerTeeth: toLine((s) => y + 2.2 + drop * 0.92 - 1.5 * s * s),
    corners: [toPoint(upper, -CORNER), toPoint(upper, CORNER)],
    halfWidth,
    gap,
  };
}

const LIP_PLACES = Array.from({ length: LIP_POINTS }, (_, index) => (2 * index) / (LIP_POINTS - 1) - 1);

/** Computes the inner edges of the lips. */
function buildOpening(y: number, drop: number, { units, sides }: MouthPull) {
  const still = units.AU25 * (1.6 + 4 * units.AU10 + 5 * units.AU16 + 5.5 * units.AU12 + 3 * units.AU20);
  const gap = still + drop * Math.min(1, 1.4 * units.AU25);
  const raise =
    3.6 * units.AU10 +
    2.2 * units.AU9 +
    (1.2 + 2.2 * units.AU25) * units.AU12 +
    4.2 * units.AU17 +
    0.4 * still;
  const middle = y - raise + 0.06 * drop;
  const corners = sides.map((side) => measureCorner(y, side, drop));
  // A dropped jaw alone makes an oval; pulled lips keep sharp corners.
  const pulled = (1 - units.AU12) * (1 - units.AU20) * (1 - units.AU16);
  const round = 1 - 0.42 * Math.min(1, (drop / 20) * units.AU25) * pulled;
  const line =
    (height: number, power: number): Height =>
    (s) => {
      const corner = corners[s < 0 ? 0 : 1];
      return corner + (height - corner) * (1 - Math.abs(s) ** power) ** round;
    };
  const square = 2 + 2.6 * Math.max(units.AU16, units.AU10 * units.AU25, 0.9 * units.AU20);
  const sneer = units.AU10 > 0.05 && units.AU25 < 0.1;
  const upper = line(middle, sneer ? 2.6 : square);
  const below = line(middle + gap, (square + 2) / 2);
  return { gap, upper, lower: (s: number) => Math.max(below(s), upper(s)) };
}

function measureHalfWidth(look: Character, units: ActionUnits): number {
  const stretch =
    0.3 * units.AU12 + 0.21 * units.AU20 + 0.08 * units.AU14 + 0.08 * units.AU10 + 0.08 * units.AU16;
  const purse =
    0.11 * units.AU23 + 0.05 * units.AU24 + 0.1 * units.AU17 + 0.3 * units.AU27 + 0.22 * units.AU26;
  return 23 * look.mouth.width * (1 + stretch) * (1 - purse * (1 - 0.7 * units.AU12));
}

function measureCorner(y: number, units: ActionUnits, drop: number): number {
  const pull = 7.8 * units.AU15 + 2.4 * units.AU20 - 11 * units.AU12 - 2 * units.AU14;
  return y + pull + 0.37 * drop * (1 - 0.4 * units.AU12);
}

function measureLips({ mouth }: Character, units: ActionUnits) {
  const stretched = Math.max(units.AU12, units.AU20);
  const thin = (1 - 0.32 * units.AU23) * (1 - 0.45 * units.AU24) * (1 - 0.22 * stretched);
  return {
    upperThick: 6.2 * mouth.upperLip * thin * (1 - 0.12 * units.AU27 + 0.1 * units.AU10),
    lowerThick: 8 * mouth.lowerLip * thin * (1 + 0.22 * units.AU17 - 0.1 * units.AU27),
  };
}

/** Relative thickness of the upper lip, 0 to about 1: two peaks, a dip between them, 0 at the corners. */
function upperRed(s: number): number {
  const place = Math.min(1, Math.abs(s) / CORNER);
  const peak = 0.16 * Math.exp(-(((place - 0.27) / 0.16) ** 2));
  return (1 - place ** 1.9) ** 0.9 * (1 + peak - 0.2 * Math.exp(-((place / 0.14) ** 2)));
}

/** Relative thickness of the lower lip, 0 to 1. */
function lowerRed(s: number): number {
  return (1 - Math.min(1, Math.abs(s) / CORNER) ** 2.6) ** 0.8;
}
