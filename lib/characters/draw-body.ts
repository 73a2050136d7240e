import type { Point } from '../core/geometry';
import { mixColours } from './colour';
import { toNumberText, toSmoothPath } from './curves';
import { fill, stroke, type Scene } from './scene';

/** Draws the wall behind the character. */
export function drawBackground({ look, light }: Scene): string {
  const [bright, dark] = [
    mixColours(look.background, '#ffffff', 0.3),
    mixColours(look.background, '#1b1a2b', 0.3),
  ];
  const [x, y] = [50 + 30 * light.x, 45 + 25 * light.y].map(toNumberText);
  return (
    `<radialGradient id="wall" cx="${x}%" cy="${y}%" r="85%"><stop stop-color="${bright}"/>` +
    `<stop offset="1" stop-color="${dark}"/></radialGradient><rect width="256" height="256" fill="url(#wall)"/>`
  );
}

/** Draws neck, shoulders and clothes. They follow the head's position, but not its rotation. */
export function drawBody({ look, palette, pose, face, project }: Scene): string {
  const { scale } = pose;
  const base = project({ x: 0, y: 40, z: -18 });
  const wide = face.head.halfWidth;
  const at = (x: number, y: number): Point => ({ x: base.x + x * scale, y: base.y + y * scale });
  const neck = wide * 0.5;
  const bottom = (270 - base.y) / scale;
  const neckPath = toSmoothPath(
    [
      at(-neck, -30),
      at(-neck, 30),
      at(-neck - 14, 66),
      at(0, 90),
      at(neck + 14, 66),
      at(neck, 30),
      at(neck, -30),
    ],
    true,
  );
  const shoulders = toSmoothPath([
    at(-130, bottom + 20),
    at(-104, 84),
    at(-56, 64),
    at(-neck - 3, 56),
    at(-neck * 0.6, 68),
    at(0, 78),
    at(neck * 0.6, 68),
    at(neck + 3, 56),
    at(56, 64),
    at(104, 84),
    at(130, bottom + 20),
  ]);
  const cloth = look.clothes;
  const ink = look.style.outlinePx;
  return (
    fill(neckPath, palette.skinShade) +
    (ink ? stroke(neckPath, palette.line, ink * 0.8) : '') +
    `<linearGradient id="cloth" x2="0" y2="1"><stop stop-color="${cloth}"/>` +
    `<stop offset="1" stop-color="${mixColours(cloth, '#100c1c', 0.4)}"/></linearGradient>` +
    fill(shoulders, 'url(#cloth)') +
    stroke(shoulders, mixColours(cloth, '#0c0814', 0.55), Math.max(1, ink))
  );
}

/** Draws the ears, with earrings if any. */
export function drawEars(scene: Scene): string {
  const { look, face, palette, project } = scene;
  if (look.hair.style === 'scarf') return '';
  const size = look.face.ears;
  return [-1, 1]
    .map((side) => {
      const at = (x: number, y: number) =>
        project({ x: side * (face.head.halfWidth + x * size), y: y * size - 2, z: -6 - 0.4 * x });
      const path = toSmoothPath(
        [at(-6, -16), at(4, -19), at(10, -12), at(9, 2), at(3, 14), at(-6, 12)],
        true,
      );
      const shell = [at(1, -12), at(6, -9), at(4, 0), at(1, 6)];
      const ring = at(2, 19);
      return (
        fill(path, mixColours(palette.skin, palette.skinShade, 0.4)) +
        (look.style.outlinePx ? stroke(path, palette.line, look.style.outlinePx) : '') +
        stroke(toSmoothPath(shell), palette.skinDeep, 1.6, 0.55) +
        (look.earrings
          ? `<circle cx="${toNumberText(ring.x)}" cy="${toNumberText(ring.y)}" r="3.6" fill="#f3d37a" stroke="#8a6420" stroke-width="1"/>`
          : '')
      );
    })
    .join('');
}
