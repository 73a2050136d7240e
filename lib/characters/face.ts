import type { Point } from '../core/geometry';
import type { Character } from './characters';
import { mapActionUnits, type ActionUnits } from './expressions';
import { makePair, mirrorLine, resample, sampleCurve, type Side } from './head-space';

/** The changing part of a face. */
export interface Expression {
  readonly units: ActionUnits;
  /** Relative strength of the image's right half against its left half, -1 to 1. */
  readonly asymmetry: number;
  /** Direction of the eyes: x and y, each -1 to 1, to the image's right and downwards. */
  readonly gaze: Point;
}

/** A character's face with an expression, in head units; pairs have the image's left one first. */
export type Face = ReturnType<typeof buildFace>;

type Head = ReturnType<typeof buildHead>;

/** Y coordinate of the eyes, head units. */
const EYE_LINE = -15;

/** Computes the shape of a character's face with an expression. Both the drawing and the true landmarks use it. */
export function buildFace(look: Character, { units, asymmetry, gaze }: Expression) {
  const head = buildHead(look, units);
  const sides = makePair((side) => mapActionUnits((unit) => units[unit] * (1 + side * asymmetry)));
  return {
    head,
    brows: makePair((side, index) => buildBrow(look, sides[index], side, head)),
    eyes: makePair((side, index) => buildEye(look, sides[index], gaze, side, head)),
    nose: buildNose(look, units, head),
    mouth: buildMouth(look, units, sides, head),
  };
}

/** Computes the shape of the head; the units of jaw, cheeks and chin have an effect. */
function buildHead({ face }: Character, units: ActionUnits) {
  const { width, length, jaw, chin, cheek } = face;
  const halfWidth = 60 * width;
  const jawDrop = Math.min(30, 15 * units.AU26 + 27 * units.AU27);
  const puff = 2.5 * Math.max(units.AU12, units.AU6);
  const right = [
    { x: 0.5 * halfWidth, y: -99, z: 0 },
    { x: 0.85 * halfWidth, y: -77, z: 0 },
    { x: 0.985 * halfWidth, y: -42, z: 2 },
    { x: halfWidth, y: -10, z: 3 },
    { x: (0.91 + 0.07 * cheek) * halfWidth + puff, y: 24 * length, z: 10 },
    { x: jaw * halfWidth - 0.06 * jawDrop, y: 53 * length + 0.4 * jawDrop, z: 18 },
    { x: chin * halfWidth, y: 76 * length + 0.8 * jawDrop - 1.5 * units.AU17, z: 30 },
  ];
  const tip = { x: 0, y: 82 * length + 0.82 * jawDrop - 2 * units.AU17, z: 34 };
  const ring = [{ x: 0, y: -106, z: 0 }, ...right, tip, ...mirrorLine(right)];
  const closed = sampleCurve([...ring.slice(-2), ...ring, ...ring.slice(0, 3)]);
  const outline = closed.slice(4 * 2, 4 * (2 + ring.length));
  return {
    /** Half width at the ears. */
    halfWidth,
    /** Closed silhouette, clockwise from the top. */
    outline,
    /** Jaw line from the image's left ear over the chin to its right ear, 17 points. */
    jaw: resample(outline.slice(4 * 4, 4 * 12 + 1).reverse(), 17),
    /** How far the jaw is dropped, 0 to 30. */
    jawDrop,
    /** Maps a point in the plane of the face to the head's surface, an ellipsoid 3 to 46 deep, `lift` above it. */
    surface: (x: number, y: number, lift = 0) => {
      const [across, along] = [x / (halfWidth * 1.1), (y - 8) / 125];
      const depth = 46 * Math.sqrt(Math.max(0.035, 1 - across * across) * Math.max(0.1, 1 - along * along));
      return { x, y, z: depth + lift };
    },
  };
}

/** Weight of each unit's pull at the brow's five control points, inner to outer. */
const INNER = [1, 0.74, 0.3, 0.04, 0];
const OUTER = [0.05, 0.25, 0.7, 1, 0.85];
const LOWERER = [1, 0.85, 0.5, 0.15, 0];

function buildBrow({ brows, eyes }: Character, units: ActionUnits, side: Side, { surface }: Head) {
  const { arch, slant, height, thickness } = brows;
  const rest = EYE_LINE - 23.2 * height - 3 * (eyes.size - 1);
  // With AU1 and AU4 together, the inner end rises and the outer end sinks: the oblique brow of fear and sadness.
  const oblique = units.AU1 * units.AU4;
  const lower = 8.2 * units.AU4 - 7 * oblique + 3.2 * units.AU9 + 1.5 * units.AU7;
  const [innerRise, outerRise] = [7.2 * units.AU1, 6.8 * units.AU2];
  const squeeze = 4.5 * units.AU4 + 1.5 * units.AU9;
  const bows = [0.5, -0.45 * arch, -0.95 * arch, -0.9 * arch, 3.4];
  const points = [-17, -9.5, 0, 11, 21.3].map((offset, at) => {
    const lean = (slant * (at - 2)) / 2;
    const raise =
      innerRise * INNER[at] + outerRise * OUTER[at] - lower * LOWERER[at] - 4.2 * oblique * OUTER[at];
    const x = 27.5 * eyes.spacing + offset - squeeze * LOWERER[at];
    return surface(side * x, rest + bows[at] + lean - raise, 2);
  });
  const line = sampleCurve(points);
  const halfWidths = line.map((_, index) => {
    const along = index / (line.length - 1);
    return thickness * Math.min(1, 0.62 + 2.2 * along) * Math.min(1, 0.14 + 1.9 * (1 - along)) * 0.92;
  });
  return {
    /** Centre line from the inner to the outer end, 17 points. */
    line,
    /** Half thickness at each point of the line. */
    halfWidths,
    /** Rise of the inner and the outer end; it wrinkles the forehead. */
    innerRaise: innerRise - lower,
    outerRaise: outerRise,
  };
}

/** Number of points on an edge of a lid. */
const RIM = 13;

function buildEye({ eyes }: Character, units: ActionUnits, gaze: Point, side: Side, { surface }: Head) {
  const { size, spacing, openness, tilt, lid } = eyes;
  const halfWidth = 14.2 * size;
  const centreX = 27.5 * spacing;
  const rise = 10.2 * size * openness;
  const { upper, lower } = measureOpening(units);
  const oblique = Math.max(0, units.AU1 - 0.6 * units.AU2) * 0.45;
  const skew = 0.1 + 0.42 * Math.max(0, units.AU4 - units.AU1) + 0.2 * units.AU9 - oblique;
  const rim = (height: (u: number) => number) =>
    Array.from({ length: RIM }, (_, index) => {
      const u = (2 * index) / (RIM - 1) - 1;
      const y = EYE_LINE - tilt * halfWidth * 0.5 * (u + 1) + height(u);
      return surface(side * (centreX + halfWidth * u), y, 1);
    });
  const dome = (u: number, power: number) => (1 - Math.abs(u) ** 2.1) ** power;
  const irisX = side * centreX + gaze.x * 0.42 * halfWidth;
  const irisY = EYE_LINE - tilt * halfWidth * 0.4 - 0.16 * rise + gaze.y * 0.4 * rise;
  const lift = rise * (0.55 + 0.45 * upper);
  return {
    /** Edges of the upper and the lower lid, each from the inner to the outer corner, 13 points. */
    upper: rim((u) => -rise * upper * dome(u, 0.72) * (1 + skew * u)),
    lower: rim((u) => 0.43 * rise * lower * dome(u, 0.85) * (1 + 0.16 * u)),
    /** Fold above the upper lid, inner to outer, 13 points. */
    crease: rim((u) => -lift * dome(u, 0.62) * (1 + (skew + 0.08) * u) - 2.2 - 2.6 * lid),
    iris: { centre: surface(irisX, irisY, 1), radius: 8.6 * size ** 0.85 * (1 - 0.08 * units.AU5) },
    /** Centre of the eye at rest. */
    centre: surface(side * centreX, EYE_LINE, 1),
    /** Half the distance between the corners. */
    halfWidth,
  };
}

/** Computes how far the lids are open; 1 at rest. */
function measureOpening({ AU1, AU2, AU4, AU5, AU6, AU7, AU9, AU43 }: ActionUnits) {
  const raised = 0.06 * (AU1 + AU2);
  const upper = 1 + 0.52 * AU5 - 0.36 * AU7 - 0.15 * AU6 - 0.25 * AU9 - 0.16 * AU4 + raised - 1.05 * AU43;
  const lower = 1 + 0.14 * AU5 - 0.5 * AU7 - 0.55 * AU6 - 0.35 * AU9 - 0.25 * AU43;
  return { upper: Math.min(1.5, Math.max(0.03, upper)), lower: Math.min(1.2, Math.max(0.05, lower)) };
}

function buildNose({ nose, face }: Character, units: ActionUnits, { surface }: Head) {
  const lift = 4.2 * units.AU9 + 1.6 * units.AU10 + 0.8 * units.AU12;
  const halfWidth = 11.5 * nose.width * (1 + 0.14 * units.AU38 + 0.1 * units.AU12 + 0.16 * units.AU9);
  const tipY = (17 * nose.length - 0.75 * lift) * face.length;
  const baseY = (23.5 * nose.length - lift) * face.length;
  const top = EYE_LINE - 1;
  return {
    /** Line from between the eyes to the tip, 4 points. */
    bridge: [0, 1, 2, 3].map((index) => {
      const share = index / 3;
      return surface(0, top + (tipY - top) * share, 4 + 17 * share ** 1.5);
    }),
    /** Lower edge from the image's left wing to the right one, 5 points. */
    base: [-0.68, -0.34, 0, 0.34, 0.68].map((u) => {
      const y = baseY + 1.8 * (1 - (u / 0.68) ** 2) - lift * 0.25 * Math.abs(u);
      return surface(halfWidth * u, y, 9 - 4 * Math.abs(u));
    }),
    /** Outermost points of the wings. */
    wings: makePair((side) => surface(side * halfWidth, baseY - 4.5 - 0.5 * lift, 4)),
    /** Half width at the wings. */
    halfWidth,
    baseY,
  };
}

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
function buildMouth(look: Character, units: ActionUnits, sides: ActionUnits[], { surface, jawDrop }: Head) {
  const { width, upperLip, lowerLip } = look.mouth;
  const { AU9, AU10, AU12, AU14, AU16, AU17, AU20, AU23, AU24, AU25, AU26, AU27 } = units;
  const y = 46 * look.face.length - 2.5;

  const stretch = 0.3 * AU12 + 0.21 * AU20 + 0.08 * AU14 + 0.08 * AU10 + 0.08 * AU16;
  const purse = 0.11 * AU23 + 0.05 * AU24 + 0.1 * AU17 + 0.3 * AU27 + 0.22 * AU26;
  const halfWidth = 23 * width * (1 + stretch) * (1 - purse * (1 - 0.7 * AU12));

  const still = AU25 * (1.6 + 4 * AU10 + 5 * AU16 + 5.5 * AU12 + 3 * AU20);
  const gap = still + jawDrop * Math.min(1, 1.4 * AU25);
  const raise = 3.6 * AU10 + 2.2 * AU9 + (1.2 + 2.2 * AU25) * AU12 + 4.2 * AU17 + 0.4 * still;
  const middle = y - raise + 0.06 * jawDrop;
  const ends = sides.map((side) => {
    const pull = 7.8 * side.AU15 + 2.4 * side.AU20 - 11 * side.AU12 - 2 * side.AU14;
    return y + pull + 0.37 * jawDrop * (1 - 0.4 * side.AU12);
  });
  // A dropped jaw alone makes an oval; pulled lips keep sharp corners.
  const pulled = (1 - AU12) * (1 - AU20) * (1 - AU16);
  const round = 1 - 0.42 * Math.min(1, (jawDrop / 20) * AU25) * pulled;
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

  const toPoint = (height: Height, s: number) => surface(halfWidth * s, height(s), 5 - 2.5 * s * s);
  const toLine = (height: Height) => LIP_PLACES.map((s) => toPoint(height, s));
  return {
    upperOuter: toLine((s) => upper(s) - upperThick * upperRed(s)),
    upperInner: toLine(upper),
    lowerInner: toLine(lower),
    lowerOuter: toLine((s) => lower(s) + lowerThick * lowerRed(s)),
    /** Edges of the teeth. */
    upperTeeth: toLine((s) => y + 1.8 - 2.2 * s * s),
    lowerTeeth: toLine((s) => y + 2.2 + jawDrop * 0.92 - 1.5 * s * s),
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
