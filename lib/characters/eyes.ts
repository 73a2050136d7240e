import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import { EYE_LINE } from './head';
import type { Expression, Eye, Head, Scene } from './scene';
import { makePair, type Side } from './head-space';
import { clipTo, fill, mixColours, stroke, toBand, toCurve, toLinePath, toNumberText, toRibbon } from './svg';

/** Number of points on an edge of a lid. */
const RIM = 13;

/** Computes the shape of an eye. */
export function buildEye(
  look: Character,
  { units, gaze }: Omit<Expression, 'asymmetry'>,
  side: Side,
  { surface }: Head,
): Eye {
  const { size, spacing, tilt, lid } = look.eyes;
  const halfWidth = 14.2 * size;
  const centreX = 27.5 * spacing;
  const rise = 10.2 * size * look.eyes.openness;
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
  return {
    upper: rim((u) => -rise * upper * dome(u, 0.72) * (1 + skew * u)),
    lower: rim((u) => 0.43 * rise * lower * dome(u, 0.85) * (1 + 0.16 * u)),
    crease: rim(
      (u) => -rise * (0.55 + 0.45 * upper) * dome(u, 0.62) * (1 + (skew + 0.08) * u) - 2.2 - 2.6 * lid,
    ),
    iris: { centre: surface(irisX, irisY, 1), radius: 8.6 * size ** 0.85 * (1 - 0.08 * units.AU5) },
    centre: surface(side * centreX, EYE_LINE, 1),
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

/** Draws an eye. */
export function drawEye(scene: Scene, side: Side, eye: Eye): string {
  const { palette, project, look, expression, pose } = scene;
  const { AU6, AU7, AU9 } = expression.units;
  const [upper, lower, crease] = [eye.upper, eye.lower, eye.crease].map((line) => line.map(project));
  const opening = toBand(upper, lower);
  const lashPx = look.eyes.lashes * pose.scale;
  const lashes = toRibbon(upper, (index) => lashPx * (0.3 + (0.55 * index) / (RIM - 1)));
  const lowerEdge = toRibbon(lower, (index) => 0.35 + 0.05 * index);
  const lidFold = toRibbon(crease, (index) => 0.4 + 0.06 * index);
  const ink = mixColours(palette.line, '#0a0508', 0.6);
  const pouch = eye.lower.map((point) => ({ ...point, y: point.y + 4.2 - 1.2 * AU6 }));
  const pouched = Math.max(AU6, 0.7 * AU7, 0.6 * AU9, 0.25 * look.skin.creases);
  const [halfWidth, opacity] = [0.9 + 0.5 * pouched, 0.2 + 0.6 * pouched];
  return (
    fill(toBand(crease, upper), mixColours(palette.skin, palette.skinShade, 0.55), 0.85) +
    fill(opening, '#f7f3ee') +
    clipTo(side < 0 ? 'eye0' : 'eye1', opening, drawEyeball(scene, eye)) +
    fill(lowerEdge, palette.line, 0.75) +
    scene.fold(pouch, { colour: palette.skinDeep, halfWidth, opacity }) +
    fill(lidFold, palette.skinDeep, 0.75) +
    fill(lashes, ink) +
    (look.eyes.lashes < 2.3 ? '' : fill(toWing(scene, side, eye), ink))
  );
}

function drawEyeball({ look, project, pose, light }: Scene, { iris, upper }: Eye): string {
  const centre = project(iris.centre);
  const radius = iris.radius * pose.scale;
  const across = Math.max(0.72, Math.cos((pose.yaw * Math.PI) / 180));
  const lit = Math.sign(light.x || 1);
  const edge = upper.map((point) => project({ ...point, y: point.y + 1.5 }));
  const shadow = toRibbon(edge, () => 2.6 * pose.scale);
  const circle = (r: number, paint: string, dx = 0, dy = 0) =>
    `<ellipse cx="${toNumberText(centre.x + dx * radius)}" cy="${toNumberText(centre.y + dy * radius)}"` +
    ` rx="${toNumberText(r * radius * across)}" ry="${toNumberText(r * radius)}" fill="${paint}"/>`;
  return (
    circle(1, mixColours(look.eyes.iris, '#07050a', 0.6)) +
    circle(0.86, look.eyes.iris) +
    circle(0.6, mixColours(look.eyes.iris, '#ffe9c0', 0.3), 0, 0.22) +
    circle(0.5, '#0b070a') +
    circle(0.24, '#ffffff', 0.34 * lit, -0.38) +
    circle(0.12, '#ffffff', -0.36 * lit, 0.36) +
    fill(shadow, '#3c2430', 0.3)
  );
}

/** Returns the lashes beyond the outer corner as an SVG path. */
function toWing({ look, pose, project }: Scene, side: Side, { upper }: Eye): string {
  const corner = upper[RIM - 2];
  const tip = { ...corner, x: corner.x + side * 5.5, y: corner.y - 3.5 };
  const halfWidth = look.eyes.lashes * pose.scale * 0.6;
  return toRibbon([upper[RIM - 4], upper[RIM - 1], tip].map(project), (index) =>
    index < 2 ? halfWidth : 0.2,
  );
}

/** Draws round glasses, if any. */
export function drawGlasses({ look, face, project }: Scene): string {
  if (!look.glasses) return '';
  const { surface, halfWidth } = face.head;
  const rims = face.eyes.map(({ centre: { x, y, z }, halfWidth: wide }) => {
    const ring = Array.from({ length: 13 }, (_, index) => {
      const angle = ((index % 12) * Math.PI) / 6;
      return project({
        x: x + (wide + 6) * Math.cos(angle),
        y: y + 3 + (wide + 3) * Math.sin(angle),
        z: z + 7,
      });
    });
    return `${toCurve(ring)}Z`;
  });
  const bridge = [surface(-9, -13, 15), surface(0, -15, 17), surface(9, -13, 15)];
  const arms = makePair((side, index) => {
    const { centre, halfWidth: wide } = face.eyes[index];
    const hinge = { x: centre.x + side * (wide + 6), y: centre.y, z: centre.z + 5 };
    return toLinePath([hinge, { x: side * (halfWidth + 1), y: centre.y - 4, z: 0 }].map(project));
  });
  const paths = [...rims, toCurve(bridge.map(project)), ...arms];
  return paths.map((path) => stroke(path, '#3a3035', 1.5, 0.85)).join('');
}
