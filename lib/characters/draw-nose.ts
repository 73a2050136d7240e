import { toSmoothPath } from './curves';
import { drawSpot, drawFold, fill, type Scene } from './scene';

/** Draws the nose. */
export function drawNose(scene: Scene): string {
  const { look, face, palette, light, expression } = scene;
  const { nose, head } = face;
  const { surface } = head;
  const tip = nose.bridge[3];
  const lee = light.x > 0 ? -1 : 1;
  const side = [0, 1, 2, 3].map((index) => {
    const { x, y, z } = nose.bridge[index];
    return { x: x + lee * (5 + 1.2 * index * look.nose.width), y, z: z - 6 };
  });
  const round = 6 + 3 * look.nose.tip;
  return (
    drawSpot(scene, 'deep', surface(0, nose.baseY + 5), { x: nose.halfWidth * 1.25, y: 5, opacity: 0.4 }) +
    drawFold(scene, side, {
      colour: palette.skinShade,
      halfWidth: 2.6,
      opacity: 0.55 * light.strength + 0.2,
    }) +
    drawSpot(
      scene,
      'shade',
      { ...tip, y: tip.y + 3, x: tip.x + 2 * lee },
      { x: round * 1.5 * look.nose.width, y: round, opacity: 0.5 },
    ) +
    drawSpot(scene, 'light', { ...nose.bridge[2], x: -lee * 1.5 }, { x: 4.5, y: 16, opacity: 0.55 }) +
    drawSpot(
      scene,
      'white',
      { ...tip, x: tip.x - 2.2 * lee, y: tip.y - 2.5 },
      { x: 3.4 + look.nose.tip, y: 3 + look.nose.tip, opacity: 0.45 },
    ) +
    drawNostrils(scene, expression.units.AU38)
  );
}

function drawNostrils(scene: Scene, flare: number): string {
  const { face, palette, project, look } = scene;
  const { nose, head } = face;
  const dark = look.style.outlinePx > 1 ? palette.line : palette.skinDeep;
  const base = [nose.base[0], ...nose.base.slice(1, 4), nose.base[4]];
  const wings = [-1, 1].map((side) => {
    const wing = nose.wings[side < 0 ? 0 : 1];
    const end = nose.base[side < 0 ? 0 : 4];
    const line = [
      { ...wing, x: wing.x - side * 1.5, y: wing.y - 4 },
      { ...wing, x: wing.x + side * 0.8 },
      { ...wing, y: end.y - 1 },
      end,
    ];
    return drawFold(scene, line, { colour: dark, halfWidth: 1.15, opacity: 0.85 });
  });
  const holes = [-1, 1].map((side) => {
    const [x, y] = [side * nose.halfWidth * 0.46, nose.baseY - 0.4];
    const wide = nose.halfWidth * (0.2 + 0.06 * flare);
    const points = [
      [x - wide, y + 0.6],
      [x, y - 2 - flare],
      [x + wide, y + 0.4],
      [x, y + 1.5],
    ].map(([px, py]) => project(head.surface(px, py, 8)));
    return fill(toSmoothPath(points, true), palette.line, 0.85);
  });
  return (
    wings.join('') + holes.join('') + drawFold(scene, base, { colour: dark, halfWidth: 0.8, opacity: 0.6 })
  );
}
