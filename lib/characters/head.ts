import { drawPair, makePair, type HeadPoint } from './head-space';
import type { Scene } from './scene';
import { fill, measureLuminance, mixColours, stroke, toNumberText, toShape, toStops } from './svg';

/** Returns the head's silhouette as an SVG path. */
export const toHeadPath = ({ head, project }: Scene): string => toShape(head.outline.map(project));

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
  const { look, eyes, surface, jawDrop, light, units, spot } = scene;
  const { AU6, AU12, AU17 } = units;
  const soft = look.style.shading === 'soft' ? 1 : 0.6;
  const lifted = Math.max(AU6, 0.8 * AU12);
  const cheekY = 17 - 5 * lifted;
  const lip = scene.mouth.lowerOuter[12].y;
  const halves = drawPair((side, index) => {
    const { x, y } = eyes[index].centre;
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

function drawFreckles({ surface, spot }: Scene): string {
  const xs = [17, 24, 31, 38, 28, 20, 35, 44];
  const ys = [8, 12, 9, 14, 17, 16, 20, 11];
  return drawPair((side) => {
    const freckles = xs.map((x, index) => {
      const centre = surface(side * x, ys[index] + ((index + side) % 3));
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

function drawStubble({ surface, jawDrop, look, spot }: Scene): string {
  const { length } = look.face;
  const chin = [-40, -20, 0, 20, 40].map((x) => {
    const y = (66 - x * x * 0.008) * length + 0.6 * jawDrop;
    return spot('beard', surface(x, y), { x: 24, y: 24, opacity: 0.26 });
  });
  return chin.join('') + spot('beard', surface(0, 34 * length), { x: 24, y: 7, opacity: 0.3 });
}

/** Returns a goatee's outline, or a full beard's from ear to ear, whose lower edge lies outside the jaw. */
function toBeardOutline({ look, head, mouth, surface, jawDrop }: Scene): HeadPoint[] {
  const { halfWidth } = head;
  const { halfWidth: width, lowerOuter: lip, corners } = mouth;
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

function drawMoustache({ look, surface, mouth, nose, fold }: Scene): string {
  const { upperOuter: lip, halfWidth } = mouth;
  const { baseY } = nose;
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

/** Draws the wrinkles that the action units cause. */
export function drawFolds(scene: Scene): string {
  const wrinkles = [drawForehead, drawFrown, drawNoseFolds, drawNasolabial, drawCrowsFeet, drawChin];
  return wrinkles.map((draw) => draw(scene)).join('');
}

function wrinkle(scene: Scene, points: readonly HeadPoint[], strength: number, halfWidth: number): string {
  const opacity = Math.min(0.9, strength * (0.5 + 0.5 * scene.look.skin.creases));
  return scene.fold(points, { colour: scene.palette.skinDeep, halfWidth, opacity });
}

function drawForehead(scene: Scene): string {
  const { brows, surface } = scene;
  const inner = Math.max(0, brows[0].innerRaise + brows[1].innerRaise) / 14.4;
  const outer = (brows[0].outerRaise + brows[1].outerRaise) / 13.6;
  const strength =
    Math.max(0, 0.35 * inner + 0.55 * outer - 0.1) + 0.12 * Math.max(0, scene.look.skin.creases - 0.6);
  const reach = 16 + 20 * outer;
  const bow = 2.5 * (outer > inner ? 1 : -0.5);
  const top = Math.min(brows[0].line[8].y, brows[1].line[8].y);
  const rows = [top - 8, top - 15].filter((y) => y > -64);
  const lines = rows.map((y) => {
    const line = [-1, -0.6, -0.25, 0.25, 0.6, 1].map((u) =>
      surface(u * reach, y + bow * u * u - (Math.abs(u) === 0.6 ? 1.2 : 0), 1),
    );
    return wrinkle(scene, line, strength, 1);
  });
  return lines.join('');
}

function drawFrown(scene: Scene): string {
  const { surface, units, spot } = scene;
  const { AU4, AU9 } = units;
  const strength = Math.max(AU4, 0.7 * AU9);
  const sides = drawPair((side) => {
    const [top, bottom] = [surface(side * 4.5, -42 + 4 * AU4, 2), surface(side * 4.8, -28 + 2 * AU4, 3)];
    return wrinkle(scene, [top, surface(side * 3.6, -35 + 3 * AU4, 3), bottom], 0.95 * strength, 1.3);
  });
  return sides + spot('shade', surface(0, -30), { x: 10, y: 9, opacity: 0.5 * strength });
}

function drawNoseFolds(scene: Scene): string {
  const { surface, units } = scene;
  if (units.AU9 < 0.1) return '';
  const across = [-20, -15, -10].map((y, row) => {
    const line = [surface(-6 + row, y + 2, 8), surface(0, y - 0.5, 11), surface(6 - row, y + 2, 8)];
    return wrinkle(scene, line, units.AU9, 1.2);
  });
  const sides = drawPair((side) => {
    const line = [surface(side * 7, -14, 5), surface(side * 10, -6, 4), surface(side * 11, 2, 4)];
    return wrinkle(scene, line, 0.9 * units.AU9, 1.4);
  });
  return across.join('') + sides;
}

function drawNasolabial(scene: Scene): string {
  const { nose, mouth, surface, units } = scene;
  const { AU9, AU10, AU12, AU15, AU20 } = units;
  const deep = Math.max(AU12, 0.95 * AU10, 0.9 * AU9, 0.45 * AU20, 0.4 * AU15);
  const strength = deep * 0.85 + 0.25 * scene.look.skin.creases;
  const bulge = 5 + 4 * Math.max(AU12, AU10);
  return drawPair((side, index) => {
    const [corner, wing] = [mouth.corners[index], nose.wings[index]];
    const far = Math.abs(corner.x) + 4 + 2 * AU12;
    const near = Math.abs(wing.x) + 2.5;
    const end = corner.y + 4 * (1 - deep) - 1;
    const line = [
      surface(side * near, wing.y - 3, 3),
      surface(side * (near * 0.62 + far * 0.38 + 0.5 * bulge), wing.y + 0.34 * (end - wing.y), 3),
      surface(side * (near * 0.28 + far * 0.72 + 0.45 * bulge), wing.y + 0.7 * (end - wing.y), 2),
      surface(side * (far + 1), end + 2, 2),
    ];
    return wrinkle(scene, line, strength, 1.1 + 0.7 * deep);
  });
}

function drawCrowsFeet(scene: Scene): string {
  const { eyes, surface, units } = scene;
  const { AU6, AU7, AU12 } = units;
  const old = Math.max(0, scene.look.skin.creases - 0.5);
  const strength = Math.max(AU6, 0.4 * AU12, 0.3 * AU7) * 0.9 + 0.25 * old;
  return drawPair((side, index) => {
    const { x, y } = eyes[index].upper[12];
    const lines = [-0.5, 0.15, 0.75].map((slope) => {
      const at = (step: number) => surface(x + side * (3.5 + 2.6 * step), y + slope * (4 + 2.6 * step), 1);
      return wrinkle(scene, [at(0), at(1), at(2)], strength, 0.8);
    });
    return lines.join('');
  });
}

function drawChin(scene: Scene): string {
  const { mouth, surface, units } = scene;
  const { AU14, AU15, AU17 } = units;
  const lip = mouth.lowerOuter[12].y;
  const opacity = 0.4 * AU17 * (0.5 + 0.5 * scene.look.skin.creases);
  const heights = [11, 9, 11, 15, 15];
  const pits = [-7, 0, 7, -4, 4].map((x, index) =>
    scene.spot('deep', surface(x, lip + heights[index]), { x: 3, y: 2, opacity }),
  );
  const corners = drawPair((side, index) => {
    const { x, y } = mouth.corners[index];
    const line = [0, 1, 2].map((step) => surface(x + side * (2 + 0.5 * step), y + 1 + 3.2 * step, 2));
    return wrinkle(scene, line, Math.max(0.8 * AU15, 0.4 * AU14), 1.1);
  });
  const bow = [-10, -4, 4, 10].map((x) => surface(x, lip + 5 + 0.02 * x * x, 2));
  return pits.join('') + corners + wrinkle(scene, bow, 0.6 * AU17 + 0.15, 1);
}
