import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import { EYE_LINE } from './head';
import type { Head, Nose, Scene } from './scene';
import { makePair } from './head-space';
import { fill, toShape } from './svg';

/** Computes the shape of the nose. */
export function buildNose(look: Character, units: ActionUnits, { surface }: Head): Nose {
  const { width, length } = look.nose;
  const lift = 4.2 * units.AU9 + 1.6 * units.AU10 + 0.8 * units.AU12;
  const halfWidth = 11.5 * width * (1 + 0.14 * units.AU38 + 0.1 * units.AU12 + 0.16 * units.AU9);
  const tipY = (17 * length - 0.75 * lift) * look.face.length;
  const baseY = (23.5 * length - lift) * look.face.length;
  const top = EYE_LINE - 1;
  const bridge = [0, 1, 2, 3].map((index) => {
    const share = index / 3;
    return surface(0, top + (tipY - top) * share, 4 + 17 * share ** 1.5);
  });
  const base = [-0.68, -0.34, 0, 0.34, 0.68].map((u) => {
    const y = baseY + 1.8 * (1 - (u / 0.68) ** 2) - lift * 0.25 * Math.abs(u);
    return surface(halfWidth * u, y, 9 - 4 * Math.abs(u));
  });
  const wings = makePair((side) => surface(side * halfWidth, baseY - 4.5 - 0.5 * lift, 4));
  return { bridge, base, wings, halfWidth, baseY };
}

/** Draws the nose. */
export function drawNose(scene: Scene): string {
  const { look, face, palette, light, spot, fold } = scene;
  const { nose, head } = face;
  const { width, tip: roundness } = look.nose;
  const tip = nose.bridge[3];
  const lee = light.x > 0 ? -1 : 1;
  const side = nose.bridge.map(({ x, y, z }, index) => ({
    x: x + lee * (5 + 1.2 * index * width),
    y,
    z: z - 6,
  }));
  const round = 6 + 3 * roundness;
  const shaded = { ...tip, y: tip.y + 3, x: tip.x + 2 * lee };
  const shining = { ...tip, x: tip.x - 2.2 * lee, y: tip.y - 2.5 };
  return (
    spot('deep', head.surface(0, nose.baseY + 5), { x: nose.halfWidth * 1.25, y: 5, opacity: 0.4 }) +
    fold(side, { colour: palette.skinShade, halfWidth: 2.6, opacity: 0.55 * light.strength + 0.2 }) +
    spot('shade', shaded, { x: round * 1.5 * width, y: round, opacity: 0.5 }) +
    spot('light', { ...nose.bridge[2], x: -lee * 1.5 }, { x: 4.5, y: 16, opacity: 0.55 }) +
    spot('white', shining, { x: 3.4 + roundness, y: 3 + roundness, opacity: 0.45 }) +
    drawNostrils(scene)
  );
}

function drawNostrils({ face, palette, project, look, fold, expression }: Scene): string {
  const { nose, head } = face;
  const flare = expression.units.AU38;
  const colour = look.style.outlinePx > 1 ? palette.line : palette.skinDeep;
  const wings = makePair((side, index) => {
    const wing = nose.wings[index];
    const end = nose.base[4 * index];
    const line = [
      { ...wing, x: wing.x - side * 1.5, y: wing.y - 4 },
      { ...wing, x: wing.x + side * 0.8 },
      { ...wing, y: end.y - 1 },
      end,
    ];
    return fold(line, { colour, halfWidth: 1.15, opacity: 0.85 });
  });
  const holes = makePair((side) => {
    const [x, y] = [side * nose.halfWidth * 0.46, nose.baseY - 0.4];
    const wide = nose.halfWidth * (0.2 + 0.06 * flare);
    const at = (px: number, py: number) => project(head.surface(px, py, 8));
    const hole = [at(x - wide, y + 0.6), at(x, y - 2 - flare), at(x + wide, y + 0.4), at(x, y + 1.5)];
    return fill(toShape(hole), palette.line, 0.85);
  });
  return [...wings, ...holes, fold(nose.base, { colour, halfWidth: 0.8, opacity: 0.6 })].join('');
}
