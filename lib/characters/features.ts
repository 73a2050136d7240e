import type { Point } from '../core/geometry';
import { drawPair, makePair, shift, toRing, type Side } from './head-space';
import type { Scene } from './scene';
import {
  clipTo,
  fill,
  mixColours,
  stroke,
  toBand,
  toCurve,
  toLinePath,
  toNumberText,
  toRibbon,
  toShape,
} from './svg';

/** Draws an eyebrow. */
export function drawBrow({ look, brows, project, pose, spot }: Scene, index: 0 | 1): string {
  const { line, halfWidths } = brows[index];
  const { colour } = look.brows;
  const hairs = [3, 6, 9, 12].map((at) => {
    const rise = halfWidths[at] * 0.7;
    const ends = [shift(line[at], 0, rise), shift(line[at + 2], 0, -rise)];
    return stroke(toLinePath(ends.map(project)), mixColours(colour, '#f0d0b0', 0.22), 0.8, 0.6);
  });
  const brow = toRibbon(line.map(project), (at) => halfWidths[at] * pose.scale);
  const shade = spot('shade', shift(line[8], 0, 6), { x: 17, y: 6, opacity: 0.35 });
  return shade + fill(brow, colour) + hairs.join('');
}

/** Draws an eye. */
export function drawEye(scene: Scene, side: Side, index: 0 | 1): string {
  const { palette, project, look, pose, units } = scene;
  const { AU6, AU7, AU9 } = units;
  const eye = scene.eyes[index];
  const [upper, lower, crease] = [eye.upper, eye.lower, eye.crease].map((line) => line.map(project));
  const opening = toBand(upper, lower);
  const lashPx = look.eyes.lashes * pose.scale;
  const lashes = toRibbon(upper, (at) => lashPx * (0.3 + (0.55 * at) / (upper.length - 1)));
  const ink = mixColours(palette.line, '#0a0508', 0.6);
  const pouch = eye.lower.map((point) => ({ ...point, y: point.y + 4.2 - 1.2 * AU6 }));
  const pouched = Math.max(AU6, 0.7 * AU7, 0.6 * AU9, 0.25 * look.skin.creases);
  const [halfWidth, opacity] = [0.9 + 0.5 * pouched, 0.2 + 0.6 * pouched];
  // The lashes beyond the outer corner.
  const tip = shift(eye.upper[11], side * 5.5, -3.5);
  const wing = [eye.upper[9], eye.upper[12], tip].map(project);
  return (
    fill(toBand(crease, upper), mixColours(palette.skin, palette.skinShade, 0.55), 0.85) +
    fill(opening, '#f7f3ee') +
    clipTo(`eye${index}`, opening, drawEyeball(scene, index)) +
    fill(
      toRibbon(lower, (at) => 0.35 + 0.05 * at),
      palette.line,
      0.75,
    ) +
    scene.fold(pouch, { colour: palette.skinDeep, halfWidth, opacity }) +
    fill(
      toRibbon(crease, (at) => 0.4 + 0.06 * at),
      palette.skinDeep,
      0.75,
    ) +
    fill(lashes, ink) +
    (look.eyes.lashes < 2.3
      ? ''
      : fill(
          toRibbon(wing, (at) => (at < 2 ? lashPx * 0.6 : 0.2)),
          ink,
        ))
  );
}

function drawEyeball({ look, eyes, project, pose, light }: Scene, index: 0 | 1): string {
  const { iris, upper } = eyes[index];
  const centre = project(iris.centre);
  const radius = iris.radius * pose.scale;
  const across = Math.max(0.72, Math.cos((pose.yaw * Math.PI) / 180));
  const lit = Math.sign(light.x || 1);
  const shadow = upper.map((point) => project(shift(point, 0, 1.5)));
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
    fill(
      toRibbon(shadow, () => 2.6 * pose.scale),
      '#3c2430',
      0.3,
    )
  );
}

/** Draws round glasses, if any. */
export function drawGlasses({ look, head, eyes, surface, project }: Scene): string {
  if (!look.glasses) return '';
  const rims = eyes.map(({ centre: { x, y, z }, halfWidth: wide }) => {
    const ring = toRing(12, { x, y: y + 3, z: z + 7 }, () => [wide + 6, wide + 3]);
    return `${toCurve([...ring, ring[0]].map(project))}Z`;
  });
  const bridge = [surface(-9, -13, 15), surface(0, -15, 17), surface(9, -13, 15)];
  const arms = makePair((side, index) => {
    const { centre, halfWidth: wide } = eyes[index];
    const hinge = { x: centre.x + side * (wide + 6), y: centre.y, z: centre.z + 5 };
    return toLinePath([hinge, { x: side * (head.halfWidth + 1), y: centre.y - 4, z: 0 }].map(project));
  });
  const paths = [...rims, toCurve(bridge.map(project)), ...arms];
  return paths.map((path) => stroke(path, '#3a3035', 1.5, 0.85)).join('');
}

/** Draws the nose. */
export function drawNose(scene: Scene): string {
  const { look, nose, surface, palette, light, spot, fold } = scene;
  const { width, tip: roundness } = look.nose;
  const tip = nose.bridge[3];
  const lee = light.x > 0 ? -1 : 1;
  const side = nose.bridge.map(({ x, y, z }, at) => ({ x: x + lee * (5 + 1.2 * at * width), y, z: z - 6 }));
  const round = 6 + 3 * roundness;
  return (
    spot('deep', surface(0, nose.baseY + 5), { x: nose.halfWidth * 1.25, y: 5, opacity: 0.4 }) +
    fold(side, { colour: palette.skinShade, halfWidth: 2.6, opacity: 0.55 * light.strength + 0.2 }) +
    spot('shade', shift(tip, 2 * lee, 3), { x: round * 1.5 * width, y: round, opacity: 0.5 }) +
    spot('light', { ...nose.bridge[2], x: -lee * 1.5 }, { x: 4.5, y: 16, opacity: 0.55 }) +
    spot('white', shift(tip, -2.2 * lee, -2.5), { x: 3.4 + roundness, y: 3 + roundness, opacity: 0.45 }) +
    drawNostrils(scene)
  );
}

function drawNostrils({ nose, surface, palette, project, look, fold, units }: Scene): string {
  const flare = units.AU38;
  const colour = look.style.outlinePx > 1 ? palette.line : palette.skinDeep;
  const wings = drawPair((side, index) => {
    const wing = nose.wings[index];
    const end = nose.base[4 * index];
    const line = [shift(wing, -1.5 * side, -4), shift(wing, 0.8 * side, 0), { ...wing, y: end.y - 1 }, end];
    return fold(line, { colour, halfWidth: 1.15, opacity: 0.85 });
  });
  const holes = drawPair((side) => {
    const [x, y] = [side * nose.halfWidth * 0.46, nose.baseY - 0.4];
    const wide = nose.halfWidth * (0.2 + 0.06 * flare);
    const at = (px: number, py: number) => project(surface(px, py, 8));
    const hole = [at(x - wide, y + 0.6), at(x, y - 2 - flare), at(x + wide, y + 0.4), at(x, y + 1.5)];
    return fill(toShape(hole), palette.line, 0.85);
  });
  return wings + holes + fold(nose.base, { colour, halfWidth: 0.8, opacity: 0.6 });
}

/** Draws the mouth: first the cavity with tongue and teeth, then the lips. */
export function drawMouth(scene: Scene): string {
  const { mouth, palette, project, units, pose } = scene;
  const [upper, lower] = [mouth.upperInner.map(project), mouth.lowerInner.map(project)];
  const cavity = toBand(upper, lower);
  const open = mouth.gap > 0.8;
  // The shadow between the lips is thin at the corners.
  const widths = (at: number) => (at % 24 === 0 ? 0.35 : open ? 0.7 : 1.25) * pose.scale;
  return (
    (open ? fill(cavity, '#2a0b12') + clipTo('mouth', cavity, drawInside(scene)) : '') +
    drawLips(scene, upper, lower) +
    drawTongue(scene) +
    (open ? stroke(cavity, palette.lipDark, 0.9, 0.8) : '') +
    fill(toRibbon(upper, widths), '#30090f', units.AU19 > 0.3 ? 0.7 : 0.95)
  );
}

function drawLips(scene: Scene, upper: readonly Point[], lower: readonly Point[]): string {
  const { palette, look, light, project, spot } = scene;
  const { upperOuter, lowerInner, lowerOuter, halfWidth } = scene.mouth;
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
function drawInside({ mouth, surface, jawDrop, project }: Scene): string {
  const [upper, lower] = [mouth.upperTeeth.map(project), mouth.lowerTeeth.map(project)];
  const far = (y: number) => mouth.upperInner.map(({ x }) => project(surface(x, y)));
  const gaps = [4, 8, 12, 16, 20].map((at) => {
    const line = [project(shift(mouth.upperTeeth[at], 0, -9)), upper[at]];
    return stroke(toCurve(line), '#b8aca0', 0.7, 0.55);
  });
  const floor = mouth.lowerInner[12].y;
  const height = 0.34 * mouth.gap;
  const wide = 0.62 * mouth.halfWidth;
  const xs = [-1, -0.6, 0, 0.6, 1, 0];
  const ys = [2, -0.8 * height, -0.75 * height, -0.8 * height, 2, 10];
  const tongue = ys.map((y, at) => project(surface(xs[at] * wide, floor + y, 3)));
  return (
    (jawDrop > 3 ? fill(toShape(tongue), '#b4504f') : '') +
    fill(toBand(lower, far(150)), '#e6ddd0') +
    fill(toBand(upper, far(-10)), '#fbf7ef') +
    gaps.join('') +
    stroke(toCurve(upper), '#8f8379', 0.9, 0.8)
  );
}

/** Draws a tongue that is shown. */
function drawTongue({ mouth, surface, project, units, palette }: Scene): string {
  const show = units.AU19;
  if (show < 0.15 || mouth.gap < 1.5) return '';
  const top = mouth.upperInner[12].y + 0.45 * mouth.gap;
  const lip = mouth.lowerInner[12].y;
  const tip = lip + show * (mouth.lowerOuter[12].y - lip + 7);
  const middle = (top + tip) / 2;
  const at = (x: number, y: number) => project(surface(x, y, 8));
  const xs = [-1, 0, 1, 0.95, 0.6, 0, -0.6, -0.95];
  const ys = [top + 1, top - 1, top + 1, middle + 1, tip - 1, tip, tip - 1, middle + 1];
  const path = toShape(ys.map((y, index) => at(0.5 * mouth.halfWidth * xs[index], y)));
  return (
    fill(path, '#d2706c') +
    stroke(path, palette.lipDark, 1.1, 0.85) +
    stroke(toCurve([at(0, top + 2), at(0.6, middle), at(0, tip - 4)]), '#8f3a3d', 1.1, 0.8)
  );
}
