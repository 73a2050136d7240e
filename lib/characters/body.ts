import type { Scene } from './scene';
import { drawPair, makePair } from './head-space';
import { fill, mixColours, stroke, toCurve, toNumberText, toShape, toTwoStops } from './svg';

/** Draws the wall behind the character. */
export function drawBackground({ look, light }: Scene): string {
  const bright = mixColours(look.background, '#ffffff', 0.3);
  const dark = mixColours(look.background, '#1b1a2b', 0.3);
  const [x, y] = [50 + 30 * light.x, 45 + 25 * light.y].map(toNumberText);
  return (
    `<radialGradient id="wall" cx="${x}%" cy="${y}%" r="85%">${toTwoStops(bright, dark)}</radialGradient>` +
    `<rect width="256" height="256" fill="url(#wall)"/>`
  );
}

/** Draws neck, shoulders and clothes. They follow the head's position, but not its rotation. */
export function drawBody({ look, palette, pose, head, project }: Scene): string {
  const base = project({ x: 0, y: 40, z: -18 });
  const at = (x: number, y: number) => ({ x: base.x + x * pose.scale, y: base.y + y * pose.scale });
  const neck = head.halfWidth * 0.5;
  const bottom = (270 - base.y) / pose.scale + 20;
  const right = [at(neck + 14, 66), at(neck, 30), at(neck, -30)];
  const neckPath = toShape([at(-neck, -30), at(-neck, 30), at(-neck - 14, 66), at(0, 90), ...right]);
  const xs = [130, 104, 56, neck + 3, neck * 0.6];
  const ys = [bottom, 84, 64, 56, 68];
  const halves = makePair((side) => ys.map((y, index) => at(side * xs[index], y)));
  const shoulders = toCurve([...halves[0], at(0, 78), ...halves[1].reverse()]);
  const cloth = look.clothes;
  const ink = look.style.outlinePx;
  const stops = toTwoStops(cloth, mixColours(cloth, '#100c1c', 0.4));
  return (
    fill(neckPath, palette.skinShade) +
    (ink ? stroke(neckPath, palette.line, ink * 0.8) : '') +
    `<linearGradient id="cloth" x2="0" y2="1">${stops}</linearGradient>` +
    fill(shoulders, 'url(#cloth)') +
    stroke(shoulders, mixColours(cloth, '#0c0814', 0.55), Math.max(1, ink))
  );
}

/** Draws the ears, with earrings if any. */
export function drawEars({ look, head, palette, project }: Scene): string {
  if (look.hair.style === 'scarf') return '';
  const { outlinePx } = look.style;
  const size = look.face.ears;
  return drawPair((side) => {
    const at = (x: number, y: number) =>
      project({ x: side * (head.halfWidth + x * size), y: y * size - 2, z: -6 - 0.4 * x });
    const path = toShape([at(-6, -16), at(4, -19), at(10, -12), at(9, 2), at(3, 14), at(-6, 12)]);
    const shell = toCurve([at(1, -12), at(6, -9), at(4, 0), at(1, 6)]);
    const ring = at(2, 19);
    return (
      fill(path, mixColours(palette.skin, palette.skinShade, 0.4)) +
      (outlinePx ? stroke(path, palette.line, outlinePx) : '') +
      stroke(shell, palette.skinDeep, 1.6, 0.55) +
      (look.earrings
        ? `<circle cx="${toNumberText(ring.x)}" cy="${toNumberText(ring.y)}" r="3.6" fill="#f3d37a" stroke="#8a6420" stroke-width="1"/>`
        : '')
    );
  });
}
