import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import { makePair, type HeadPoint } from './head-space';

/** Y coordinate at a position along the mouth, -1 (image's left) to 1, in head units. */
type Height = (s: number) => number;

/** Position where the red of the lips ends; the line between the lips continues beyond it as a fold. */
const CORNER = 0.95;

const LIP_PLACES = Array.from({ length: 25 }, (_, index) => (2 * index) / 24 - 1);

/**
 * Computes the shape of the mouth. Each line goes from the image's left corner to the right one, 25 points.
 * @param units of the whole mouth
 * @param sides units of the image's left and right corner
 */
export function buildMouth(
  look: Character,
  units: ActionUnits,
  sides: readonly [ActionUnits, ActionUnits],
  head: { readonly surface: (x: number, y: number, lift: number) => HeadPoint; readonly jawDrop: number },
) {
  const { width, upperLip, lowerLip } = look.mouth;
  const { AU9, AU10, AU12, AU14, AU16, AU17, AU20, AU23, AU24, AU25, AU26, AU27 } = units;
  const drop = head.jawDrop;
  const y = 46 * look.face.length - 2.5;

  const stretch = 0.3 * AU12 + 0.21 * AU20 + 0.08 * AU14 + 0.08 * AU10 + 0.08 * AU16;
  const purse = 0.11 * AU23 + 0.05 * AU24 + 0.1 * AU17 + 0.3 * AU27 + 0.22 * AU26;
  const halfWidth = 23 * width * (1 + stretch) * (1 - purse * (1 - 0.7 * AU12));

  const still = AU25 * (1.6 + 4 * AU10 + 5 * AU16 + 5.5 * AU12 + 3 * AU20);
  const gap = still + drop * Math.min(1, 1.4 * AU25);
  const raise = 3.6 * AU10 + 2.2 * AU9 + (1.2 + 2.2 * AU25) * AU12 + 4.2 * AU17 + 0.4 * still;
  const middle = y - raise + 0.06 * drop;
  const ends = sides.map((side) => {
    const pull = 7.8 * side.AU15 + 2.4 * side.AU20 - 11 * side.AU12 - 2 * side.AU14;
    return y + pull + 0.37 * drop * (1 - 0.4 * side.AU12);
  });
  // A dropped jaw alone makes an oval; pulled lips keep sharp corners.
  const pulled = (1 - AU12) * (1 - AU20) * (1 - AU16);
  const round = 1 - 0.42 * Math.min(1, (drop / 20) * AU25) * pulled;
  const edge =
    (height: number, power: number): Height =>
    (s) => {
      const end = ends[s < 0 ? 0 : 1];
      return end + (height - end) * (1 - Math.abs(s) ** power) ** round;
    };
  const square = 2 + 2.6 * Math.max(AU16, AU10 * AU25, 0.9 * AU20);
  const sneer = AU10 > 0.05 && AU25 < 0.1;
  const upper = edge(middle, sneer ? 2.6 : square);
  const below = edge(middle + gap, (square + 2) / 2);
  const lower = (s: number) => Math.max(below(s), upper(s));

  const thin = (1 - 0.32 * AU23) * (1 - 0.45 * AU24) * (1 - 0.22 * Math.max(AU12, AU20));
  const upperThick = 6.2 * upperLip * thin * (1 - 0.12 * AU27 + 0.1 * AU10);
  const lowerThick = 8 * lowerLip * thin * (1 + 0.22 * AU17 - 0.1 * AU27);

  const toPoint = (height: Height, s: number) => head.surface(halfWidth * s, height(s), 5 - 2.5 * s * s);
  const toLine = (height: Height) => LIP_PLACES.map((s) => toPoint(height, s));
  return {
    upperOuter: toLine((s) => upper(s) - upperThick * upperRed(s)),
    upperInner: toLine(upper),
    lowerInner: toLine(lower),
    lowerOuter: toLine((s) => lower(s) + lowerThick * lowerRed(s)),
    /** Edges of the teeth. */
    upperTeeth: toLine((s) => y + 1.8 - 2.2 * s * s),
    lowerTeeth: toLine((s) => y + 2.2 + drop * 0.92 - 1.5 * s * s),
    /** Ends of the red of the lips. */
    corners: makePair((side) => toPoint(upper, side * CORNER)),
    /** Half length of the lines. */
    halfWidth,
    /** Distance between the lips in the middle. */
    gap,
  };
}

/** Relative thickness of the upper lip, 0 to about 1: two peaks, a dip between them, 0 at the corners. */
function upperRed(s: number): number {
  const place = Math.min(1, Math.abs(s) / CORNER);
  const peak = 0.16 * Math.exp(-(((place - 0.27) / 0.16) ** 2));
  return (1 - place ** 1.9) ** 0.9 * (1 + peak - 0.2 * Math.exp(-((place / 0.14) ** 2)));
}

/** Relative thickness of the lower lip, 0 to 1. */
const lowerRed = (s: number): number => (1 - Math.min(1, Math.abs(s) / CORNER) ** 2.6) ** 0.8;
