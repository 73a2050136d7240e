import { mixColours } from './colour';
import { toNumberText, toOutline, toRibbon } from './curves';
import type { Brow } from './brows';
import type { Eye } from './eyes';
import { clipTo, drawFold, drawSpot, fill, stroke, type Scene } from './scene';

/** Draws both eyes and eyebrows. */
export function drawEyes(scene: Scene): string {
  const { eyes, brows } = scene.face;
  return (
    drawEye(scene, eyes[0], -1) +
    drawEye(scene, eyes[1], 1) +
    drawBrow(scene, brows[0]) +
    drawBrow(scene, brows[1])
  );
}

function drawEye(scene: Scene, eye: Eye, side: -1 | 1): string {
  const { palette, project, look, expression, pose } = scene;
  const { units } = expression;
  const [upper, lower, crease] = [eye.upper, eye.lower, eye.crease].map((line) => line.map(project));
  const opening = toOutline(upper, [...lower].reverse());
  const lidSkin = toOutline(crease, [...upper].reverse());
  const lashes = look.eyes.lashes * pose.scale;
  const lashWidths = upper.map((_, index) => lashes * (0.3 + (0.55 * index) / (upper.length - 1)));
  const pouch = eye.lower.map((point) => ({ ...point, y: point.y + 4.2 - 1.2 * units.AU6 }));
  const pouched = Math.max(units.AU6, 0.7 * units.AU7, 0.6 * units.AU9, 0.25 * look.skin.creases);
  return (
    fill(lidSkin, mixColours(palette.skin, palette.skinShade, 0.55), 0.85) +
    fill(opening, '#f7f3ee') +
    clipTo(side < 0 ? 'eye0' : 'eye1', opening, drawEyeball(scene, eye)) +
    fill(
      toRibbon(
        lower,
        lower.map((_, index) => 0.35 + 0.05 * index),
      ),
      palette.line,
      0.75,
    ) +
    drawFold(scene, pouch, {
      colour: palette.skinDeep,
      halfWidth: 0.9 + 0.5 * pouched,
      opacity: 0.2 + 0.6 * pouched,
    }) +
    fill(
      toRibbon(
        crease,
        crease.map((_, index) => 0.4 + 0.06 * index),
      ),
      palette.skinDeep,
      0.75,
    ) +
    fill(toRibbon(upper, lashWidths), mixColours(palette.line, '#0a0508', 0.6)) +
    drawWing(scene, eye, side, lashes)
  );
}

function drawEyeball(scene: Scene, eye: Eye): string {
  const { look, project, pose, light } = scene;
  const centre = project(eye.iris.centre);
  const radius = eye.iris.radius * pose.scale;
  const across = Math.max(0.72, Math.cos((pose.yaw * Math.PI) / 180));
  const dark = mixColours(look.eyes.iris, '#07050a', 0.6);
  const glow = mixColours(look.eyes.iris, '#ffe9c0', 0.3);
  const shadow = eye.upper.map((point) => project({ ...point, y: point.y + 1.5 }));
  const circle = (r: number, paint: string, dx = 0, dy = 0) =>
    `<ellipse cx="${toNumberText(centre.x + dx * radius)}" cy="${toNumberText(centre.y + dy * radius)}"` +
    ` rx="${toNumberText(r * radius * across)}" ry="${toNumberText(r * radius)}" fill="${paint}"/>`;
  return (
    circle(1, dark) +
    circle(0.86, look.eyes.iris) +
    circle(0.6, glow, 0, 0.22) +
    circle(0.5, '#0b070a') +
    circle(0.24, '#ffffff', 0.34 * Math.sign(light.x || 1), -0.38) +
    circle(0.12, '#ffffff', -0.36 * Math.sign(light.x || 1), 0.36) +
    fill(
      toRibbon(
        shadow,
        shadow.map(() => 2.6 * pose.scale),
      ),
      '#3c2430',
      0.3,
    )
  );
}

function drawWing(scene: Scene, eye: Eye, side: -1 | 1, lashes: number): string {
  if (scene.look.eyes.lashes < 2.3) return '';
  const corner = eye.upper[eye.upper.length - 2];
  const tip = scene.project({ ...corner, x: corner.x + side * 5.5, y: corner.y - 3.5 });
  const points = [
    scene.project(eye.upper[eye.upper.length - 4]),
    scene.project(eye.upper[eye.upper.length - 1]),
    tip,
  ];
  return fill(
    toRibbon(points, [lashes * 0.6, lashes * 0.6, 0.2]),
    mixColours(scene.palette.line, '#0a0508', 0.6),
  );
}

function drawBrow(scene: Scene, brow: Brow): string {
  const { look, project, pose } = scene;
  const line = brow.line.map(project);
  const path = toRibbon(
    line,
    brow.halfWidths.map((width) => width * pose.scale),
  );
  const hairs = [3, 6, 9, 12].map((index) => {
    const [from, to] = [brow.line[index], brow.line[index + 2]];
    const half = brow.halfWidths[index];
    const ends = [project({ ...from, y: from.y + half * 0.7 }), project({ ...to, y: to.y - half * 0.7 })];
    return stroke(
      `M${ends.map(({ x, y }) => `${toNumberText(x)} ${toNumberText(y)}`).join('L')}`,
      mixColours(look.brows.colour, '#f0d0b0', 0.22),
      0.8,
      0.6,
    );
  });
  const shadow = brow.line[8];
  return (
    drawSpot(scene, 'shade', { ...shadow, y: shadow.y + 6 }, { x: 17, y: 6, opacity: 0.35 }) +
    fill(path, look.brows.colour) +
    hairs.join('')
  );
}

/** Draws round glasses, if any. */
export function drawGlasses(scene: Scene): string {
  if (!scene.look.glasses) return '';
  const { surface, halfWidth } = scene.face.head;
  const rims = scene.face.eyes.map(({ centre, halfWidth: wide }) => {
    const ring = Array.from({ length: 12 }, (_, index) => {
      const angle = (index * Math.PI) / 6;
      return scene.project({
        x: centre.x + (wide + 6) * Math.cos(angle),
        y: centre.y + 3 + (wide + 3) * Math.sin(angle),
        z: centre.z + 7,
      });
    });
    return toOutline([...ring, ring[0]]);
  });
  const nose = [surface(-9, -13, 15), surface(0, -15, 17), surface(9, -13, 15)].map(scene.project);
  const arms = [-1, 1].map((side) => {
    const eye = scene.face.eyes[side < 0 ? 0 : 1];
    const from = scene.project({
      x: eye.centre.x + side * (eye.halfWidth + 6),
      y: eye.centre.y,
      z: eye.centre.z + 5,
    });
    const to = scene.project({ x: side * (halfWidth + 1), y: eye.centre.y - 4, z: 0 });
    return `M${toNumberText(from.x)} ${toNumberText(from.y)}L${toNumberText(to.x)} ${toNumberText(to.y)}`;
  });
  return [...rims, toOutline(nose).slice(0, -1), ...arms]
    .map((path) => stroke(path, '#3a3035', 1.5, 0.85))
    .join('');
}
