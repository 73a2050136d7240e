import { mixColours } from './colour';
import { taper, toNumberText, toRibbon, toSmoothPath } from './curves';
import { toPlanePoints } from './hair-shapes';
import { fill, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Returns the scarf's edge around the face; it moves with the jaw. */
export function toScarfRim({ face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const right = toPlanePoints('.3,-68 .66,-58 .86,-34 .93,0 .88,30 .7,58 .4,80').map(([x, y]) => ({
    x: x * halfWidth,
    y: y + (y > 40 ? 0.75 * jawDrop : 0),
    z: surface(x * halfWidth, y).z * 0.6 + 6,
  }));
  const chin = { x: 0, y: 88 + 0.85 * jawDrop, z: 36 };
  return [...right, chin, ...right.map((point) => ({ ...point, x: -point.x })).reverse()];
}

/** Returns the scarf's outer edge. */
export function toScarfOutline({ face }: Scene): HeadPoint[] {
  const right = toPlanePoints('.5,-110 .95,-86 1.14,-44 1.2,6 1.16,50 1.3,96 1.2,130').map(([x, y]) => ({
    x: x * face.head.halfWidth,
    y,
    z: -4,
  }));
  const left = right.map((point) => ({ ...point, x: -point.x })).reverse();
  return [{ x: 0, y: -116, z: -4 }, ...right, { x: 0, y: 138, z: 0 }, ...left];
}

/** Draws a headscarf. */
export function drawScarf(scene: Scene): string {
  const { face, look, project, palette } = scene;
  const wide = face.head.halfWidth;
  const { colour } = look.hair;
  const outer = toScarfOutline(scene).map(project);
  const shape = `${toSmoothPath(outer, true)} ${toSmoothPath(toScarfRim(scene).map(project), true)}`;
  const folds = ['-1.02,40 -.5,92 .2,104 .9,84', '-.9,70 -.3,116 .5,118 1.1,60'].map((text) => {
    const line = toPlanePoints(text).map(([x, y]) => project({ x: x * wide, y, z: 14 }));
    return fill(toRibbon(line, taper(4, 2)), palette.hairDark, 0.5);
  });
  const [dark, light, ink] = [
    mixColours(colour, '#100c1c', 0.4),
    mixColours(colour, '#fff0dc', 0.2),
    mixColours(colour, '#0c0814', 0.5),
  ];
  return (
    `<linearGradient id="cap" x1="0" y1="1" x2="1" y2="0"><stop stop-color="${dark}"/>` +
    `<stop offset="1" stop-color="${light}"/></linearGradient>` +
    `<path fill-rule="evenodd" d="${shape}" fill="url(#cap)" stroke="${ink}"` +
    ` stroke-width="${toNumberText(look.style.outlinePx || 0.8)}"/>` +
    folds.join('')
  );
}
