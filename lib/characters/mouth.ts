import type { Point } from '../core/geometry';
import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import type { Head, Mouth, Scene } from './scene';
import { makePair } from './head-space';
import { clipTo, fill, mixColours, stroke, toBand, toCurve, toRibbon, toShape } from './svg';

/** Y coordinate at a position along the mouth, -1 (image's left) to 1, in head units. */
type Height = (s: number) => number;

/** Position where the red of the lips ends; the line between the lips continues beyond it as a fold. */
const CORNER = 0.95;

const LIP_PLACES = Array.from({ length: 25 }, (_, index) => (2 * index) / 24 - 1);

/**
 * Computes the shape of the mouth.
 * @param units of the whole mouth
 * @param sides units of the image's left and right corner
 */
export function buildMouth(
  look: Character,
  units: ActionUnits,
  sides: readonly [ActionUnits, ActionUnits],
  { surface, jawDrop }: Head,
): Mouth {
  const y = 46 * look.face.length - 2.5;
  const halfWidth = measureHalfWidth(look, units);
  const { gap, upper, lower } = buildOpening(y, jawDrop, units, sides);
  const stretched = Math.max(units.AU12, units.AU20);
  const thin = (1 - 0.32 * units.AU23) * (1 - 0.45 * units.AU24) * (1 - 0.22 * stretched);
  const upperThick = 6.2 * look.mouth.upperLip * thin * (1 - 0.12 * units.AU27 + 0.1 * units.AU10);
  const lowerThick = 8 * look.mouth.lowerLip * thin * (1 + 0.22 * units.AU17 - 0.1 * units.AU27);
  const toPoint = (height: Height, s: number) => surface(halfWidth * s, height(s), 5 - 2.5 * s * s);
  const toLine = (height: Height) => LIP_PLACES.map((s) => toPoint(height, s));
  return {
    upperOuter: toLine((s) => upper(s) - upperThick * upperRed(s)),
    upperInner: toLine(upper),
    lowerInner: toLine(lower),
    lowerOuter: toLine((s) => lower(s) + lowerThick * lowerRed(s)),
    upperTeeth: toLine((s) => y + 1.8 - 2.2 * s * s),
    lowerTeeth: toLine((s) => y + 2.2 + jawDrop * 0.92 - 1.5 * s * s),
    corners: makePair((side) => toPoint(upper, side * CORNER)),
    halfWidth,
    gap,
  };
}

/** Computes the inner edges of the lips. */
function buildOpening(y: number, drop: number, units: ActionUnits, sides: readonly ActionUnits[]) {
  const { AU9, AU10, AU12, AU16, AU17, AU20, AU25 } = units;
  const still = AU25 * (1.6 + 4 * AU10 + 5 * AU16 + 5.5 * AU12 + 3 * AU20);
  const gap = still + drop * Math.min(1, 1.4 * AU25);
  const raise = 3.6 * AU10 + 2.2 * AU9 + (1.2 + 2.2 * AU25) * AU12 + 4.2 * AU17 + 0.4 * still;
  const middle = y - raise + 0.06 * drop;
  const corners = sides.map((side) => {
    const pull = 7.8 * side.AU15 + 2.4 * side.AU20 - 11 * side.AU12 - 2 * side.AU14;
    return y + pull + 0.37 * drop * (1 - 0.4 * side.AU12);
  });
  // A dropped jaw alone makes an oval; pulled lips keep sharp corners.
  const pulled = (1 - AU12) * (1 - AU20) * (1 - AU16);
  const round = 1 - 0.42 * Math.min(1, (drop / 20) * AU25) * pulled;
  const line =
    (height: number, power: number): Height =>
    (s) => {
      const corner = corners[s < 0 ? 0 : 1];
      return corner + (height - corner) * (1 - Math.abs(s) ** power) ** round;
    };
  const square = 2 + 2.6 * Math.max(AU16, AU10 * AU25, 0.9 * AU20);
  const sneer = AU10 > 0.05 && AU25 < 0.1;
  const upper = line(middle, sneer ? 2.6 : square);
  const below = line(middle + gap, (square + 2) / 2);
  return { gap, upper, lower: (s: number) => Math.max(below(s), upper(s)) };
}

function measureHalfWidth(look: Character, units: ActionUnits): number {
  const { AU10, AU12, AU14, AU16, AU17, AU20, AU23, AU24, AU26, AU27 } = units;
  const stretch = 0.3 * AU12 + 0.21 * AU20 + 0.08 * AU14 + 0.08 * AU10 + 0.08 * AU16;
  const purse = 0.11 * AU23 + 0.05 * AU24 + 0.1 * AU17 + 0.3 * AU27 + 0.22 * AU26;
  return 23 * look.mouth.width * (1 + stretch) * (1 - purse * (1 - 0.7 * AU12));
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

/** Draws the mouth: first the cavity with tongue and teeth, then the lips. */
export function drawMouth(scene: Scene): string {
  const { face, palette, project, expression, pose } = scene;
  const { mouth } = face;
  const [upper, lower] = [mouth.upperInner.map(project), mouth.lowerInner.map(project)];
  const cavity = toBand(upper, lower);
  const open = mouth.gap > 0.8;
  // The shadow between the lips is thin at the corners.
  const widths = (index: number) => (index % 24 === 0 ? 0.35 : open ? 0.7 : 1.25) * pose.scale;
  return (
    (open ? fill(cavity, '#2a0b12') + clipTo('mouth', cavity, drawInside(scene)) : '') +
    drawLips(scene, upper, lower) +
    drawTongue(scene) +
    (open ? stroke(cavity, palette.lipDark, 0.9, 0.8) : '') +
    fill(toRibbon(upper, widths), '#30090f', expression.units.AU19 > 0.3 ? 0.7 : 0.95)
  );
}

function drawLips(scene: Scene, upper: readonly Point[], lower: readonly Point[]): string {
  const { palette, look, face, light, project, spot } = scene;
  const { upperOuter, lowerInner, lowerOuter, halfWidth } = face.mouth;
  const [top, bottom] = [upperOuter.map(project), lowerOuter.map(project)];
  const ink = Math.max(0.7, look.style.outlinePx * 0.8);
  const [from, to] = [lowerInner[12], lowerOuter[12]];
  const gloss = { ...to, x: to.x + 4 * light.x, y: 0.45 * from.y + 0.55 * to.y };
  return (
    fill(toBand(top, upper), mixColours(palette.lip, palette.lipDark, 0.3)) +
    fill(toBand(lower, bottom), palette.lip) +
    spot('white', gloss, { x: 0.5 * halfWidth, y: 0.42 * (to.y - from.y), opacity: 0.38 }) +
    stroke(toCurve(top), palette.lipDark, ink, 0.55) +
    stroke(toCurve(bottom), palette.lipDark, ink, 0.5)
  );
}

/** Draws teeth and tongue; the caller clips them to the cavity. The lower teeth move with the jaw. */
function drawInside({ face, project }: Scene): string {
  const { mouth } = face;
  const { surface, jawDrop } = face.head;
  const [upper, lower] = [mouth.upperTeeth.map(project), mouth.lowerTeeth.map(project)];
  const far = (y: number) => mouth.upperInner.map(({ x }) => project(surface(x, y)));
  const gaps = [4, 8, 12, 16, 20].map((index) => {
    const end = mouth.upperTeeth[index];
    return stroke(toCurve([project({ ...end, y: end.y - 9 }), upper[index]]), '#b8aca0', 0.7, 0.55);
  });
  const floor = mouth.lowerInner[12].y;
  const height = 0.34 * mouth.gap;
  const wide = mouth.halfWidth * 0.62;
  const at = (x: number, y: number) => project(surface(x, y, 3));
  const tongue = [
    at(-wide, floor + 2),
    at(-wide * 0.6, floor - height * 0.8),
    at(0, floor - height * 0.75),
    at(wide * 0.6, floor - height * 0.8),
    at(wide, floor + 2),
    at(0, floor + 10),
  ];
  return (
    (jawDrop > 3 ? fill(toShape(tongue), '#b4504f') : '') +
    fill(toBand(lower, far(150)), '#e6ddd0') +
    fill(toBand(upper, far(-10)), '#fbf7ef') +
    gaps.join('') +
    stroke(toCurve(upper), '#8f8379', 0.9, 0.8)
  );
}

/** Draws a tongue that is shown. */
function drawTongue({ face, project, expression, palette }: Scene): string {
  const show = expression.units.AU19;
  const { mouth, head } = face;
  if (show < 0.15 || mouth.gap < 1.5) return '';
  const top = mouth.upperInner[12].y + 0.45 * mouth.gap;
  const lip = mouth.lowerInner[12].y;
  const tip = lip + show * (mouth.lowerOuter[12].y - lip + 7);
  const middle = (top + tip) / 2;
  const wide = mouth.halfWidth * 0.5;
  const at = (x: number, y: number) => project(head.surface(x, y, 8));
  const path = toShape([
    at(-wide, top + 1),
    at(0, top - 1),
    at(wide, top + 1),
    at(wide * 0.95, middle + 1),
    at(wide * 0.6, tip - 1),
    at(0, tip),
    at(-wide * 0.6, tip - 1),
    at(-wide * 0.95, middle + 1),
  ]);
  return (
    fill(path, '#d2706c') +
    stroke(path, palette.lipDark, 1.1, 0.85) +
    stroke(toCurve([at(0, top + 2), at(0.6, middle), at(0, tip - 4)]), '#8f3a3d', 1.1, 0.8)
  );
}
