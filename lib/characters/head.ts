import { drawPair, makePair, type HeadPoint } from './head-space';
import type { Scene } from './scene';
import { fill, measureLuminance, mixColours, stroke, toNumberText, toShape, toStops } from './svg';

/** Returns the head's silhouette as an SVG path. */
export const toHeadPath = ({ face, project }: Scene): string => toShape(face.head.outline.map(project));

/** Draws the head's outline; a faint one when the style has none. */
export function drawHeadOutline(scene: Scene): string {
  const { look, palette } = scene;
  return look.style.outlinePx
    ? stroke(toHeadPath(scene), palette.line, look.style.outlinePx)
    : stroke(toHeadPath(scene), palette.skinDeep, 1, 0.5);
}

/** Draws the lit skin; the caller clips it to the head. */
export function drawSkin({ look, palette, light, project, pose }: Scene): string {
  const centre = project({ x: 0, y: -6, z: 30 });
  const [cx, cy] = [centre.x + 44 * light.x * pose.scale, centre.y + 40 * light.y * pose.scale];
  const depth = light.strength * (0.5 + 0.5 * look.style.contrast);
  // On dark skin, a hard-edged light area looks like a spot, so it is weaker there.
  const cel = look.style.shading === 'cel';
  const glow = cel ? Math.min(1, (measureLuminance(palette.skin) / 190) ** 2) : 1;
  const lit = mixColours(palette.skin, palette.skinLight, (0.35 + 0.65 * depth) * glow);
  const dim = mixColours(palette.skin, palette.skinShade, 0.35 + 0.65 * depth);
  const deep = mixColours(dim, palette.skinDeep, 0.45 * depth);
  const colours = cel ? [lit, lit, palette.skin, palette.skin, dim, dim] : [lit, palette.skin, dim, deep];
  const offsets = cel ? [0, 0.34, 0.36, 0.72, 0.745, 1] : [0, 0.45, 0.86, 1];
  return (
    `<radialGradient id="skin" gradientUnits="userSpaceOnUse" cx="${toNumberText(cx)}" cy="${toNumberText(cy)}"` +
    ` r="${toNumberText(122 * pose.scale)}">${toStops(offsets, colours)}</radialGradient>` +
    `<rect width="256" height="300" fill="url(#skin)"/>`
  );
}

/** Draws cheeks, eye sockets, shadows of nose and lip, freckles and beard. */
export function drawRelief(scene: Scene): string {
  const { look, face, light, expression, spot } = scene;
  const { surface, jawDrop } = face.head;
  const { AU6, AU12, AU17 } = expression.units;
  const soft = look.style.shading === 'soft' ? 1 : 0.6;
  const lifted = Math.max(AU6, 0.8 * AU12);
  const cheekY = 17 - 5 * lifted;
  const lip = face.mouth.lowerOuter[12].y;
  const halves = drawPair((side, index) => {
    const { x, y } = face.eyes[index].centre;
    const lee = 0.5 - 0.5 * side * light.x;
    const [socket, glow] = [(0.34 + 0.2 * lee) * soft, (0.22 + 0.5 * lifted) * (1.1 - 0.6 * lee)];
    return (
      spot('shade', surface(x * 0.93, y - 5), { x: 25, y: 19, opacity: socket }) +
      spot('blush', surface(side * 37, cheekY), { x: 19, y: 14, opacity: 0.36 + 0.12 * lifted }) +
      spot('light', surface(side * 36, cheekY - 4), { x: 15, y: 9, opacity: glow }) +
      spot('shade', surface(side * 47, 46 + 0.4 * jawDrop), { x: 16, y: 24, opacity: 0.3 * lee * soft })
    );
  });
  return (
    drawBeard(scene) +
    halves +
    spot('light', surface(0, -58), { x: 34, y: 18, opacity: 0.35 * soft }) +
    spot('deep', surface(0, lip + 5), { x: 15, y: 5, opacity: 0.32 + 0.2 * AU17 }) +
    spot('light', surface(0, lip + 15), { x: 14, y: 9, opacity: 0.3 + 0.2 * AU17 }) +
    (look.skin.freckles ? drawFreckles(scene) : '')
  );
}

function drawFreckles({ face, spot }: Scene): string {
  const xs = [17, 24, 31, 38, 28, 20, 35, 44];
  const ys = [8, 12, 9, 14, 17, 16, 20, 11];
  return drawPair((side) => {
    const freckles = xs.map((x, index) => {
      const centre = face.head.surface(side * x, ys[index] + ((index + side) % 3));
      return spot('deep', centre, { x: 1.7, y: 1.6, opacity: index % 2 ? 0.45 : 0.6 });
    });
    return freckles.join('');
  });
}

function drawBeard(scene: Scene): string {
  const { style, colour } = scene.look.beard;
  if (style === 'none') return '';
  if (style === 'stubble') return drawStubble(scene);
  return fill(toShape(toBeardOutline(scene).map(scene.project)), colour, 0.82) + drawMoustache(scene);
}

function drawStubble({ face, look, spot }: Scene): string {
  const { surface, jawDrop } = face.head;
  const { length } = look.face;
  const chin = [-40, -20, 0, 20, 40].map((x) => {
    const y = (66 - x * x * 0.008) * length + 0.6 * jawDrop;
    return spot('beard', surface(x, y), { x: 24, y: 24, opacity: 0.26 });
  });
  return chin.join('') + spot('beard', surface(0, 34 * length), { x: 24, y: 7, opacity: 0.3 });
}

/** Returns a goatee's outline, or a full beard's from ear to ear, whose lower edge lies outside the jaw. */
function toBeardOutline({ look, face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const { halfWidth: width, lowerOuter: lip, corners } = face.mouth;
  const isGoatee = look.beard.style === 'goatee';
  const chin = 92 * look.face.length + jawDrop;
  const jawY = 66 * look.face.length + 0.6 * jawDrop;
  const [left, right] = makePair((side, index) => {
    const at = (x: number, y: number) => surface(side * x, y);
    const { y } = corners[index];
    const lipY = (steps: number) => lip[side < 0 ? steps : 24 - steps].y;
    if (isGoatee) {
      const upper = [at(width + 5, y + 2), at(width * 0.6, lipY(5) + 6)];
      return { upper, lower: [at(halfWidth * 0.45, jawY), at(halfWidth * 0.45 * 0.8, chin)] };
    }
    const ear = [at(halfWidth, -12), at(halfWidth * 0.86, 18)];
    const upper = [...ear, at(width + 12, y - 7), at(width * 0.66, lipY(4) + 5)];
    return { upper, lower: [at(halfWidth + 6, 20), at(halfWidth * 0.9, chin)] };
  });
  const [middle, bottom] = [surface(0, lip[12].y + (isGoatee ? 5 : 6)), surface(0, chin + 6)];
  const lower = [...right.lower, bottom, ...left.lower.reverse()];
  return [...left.upper, middle, ...right.upper.reverse(), ...lower];
}

function drawMoustache({ look, face, fold }: Scene): string {
  const { surface } = face.head;
  const { upperOuter: lip, halfWidth } = face.mouth;
  const { baseY } = face.nose;
  return drawPair((side) => {
    const [end, outer, inner] = [0, 3, 7].map((steps) => lip[side < 0 ? steps : 24 - steps]);
    const line = [
      surface(side, (baseY + lip[12].y) / 2 + 0.5, 5),
      surface(inner.x, (baseY + 2 * inner.y) / 3 - 0.5, 5),
      surface(outer.x, outer.y - 4.5, 4),
      surface(side * (halfWidth + 3), end.y - 1, 3),
    ];
    return fold(line, { colour: look.beard.colour, halfWidth: 2.9, opacity: 0.8 });
  });
}
