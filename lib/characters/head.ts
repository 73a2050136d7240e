import { drawBeard } from './beard';
import type { Character } from './characters';
import type { ActionUnits } from './expressions';
import type { Head, Scene } from './scene';
import { makePair, mirrorLine, resample, sampleCurve } from './head-space';
import { measureLuminance, mixColours, stroke, toNumberText, toShape, toStops } from './svg';

/** Y coordinate of the eyes, head units. */
export const EYE_LINE = -15;

/** Computes the shape of the head; the units of jaw, cheeks and chin have an effect. */
export function buildHead({ face }: Character, units: ActionUnits): Head {
  const { width, length, jaw, chin, cheek } = face;
  const halfWidth = 60 * width;
  const jawDrop = Math.min(30, 15 * units.AU26 + 27 * units.AU27);
  const puff = 2.5 * Math.max(units.AU12, units.AU6);
  const right = [
    { x: 0.5 * halfWidth, y: -99, z: 0 },
    { x: 0.85 * halfWidth, y: -77, z: 0 },
    { x: 0.985 * halfWidth, y: -42, z: 2 },
    { x: halfWidth, y: -10, z: 3 },
    { x: (0.91 + 0.07 * cheek) * halfWidth + puff, y: 24 * length, z: 10 },
    { x: jaw * halfWidth - 0.06 * jawDrop, y: 53 * length + 0.4 * jawDrop, z: 18 },
    { x: chin * halfWidth, y: 76 * length + 0.8 * jawDrop - 1.5 * units.AU17, z: 30 },
  ];
  const tip = { x: 0, y: 82 * length + 0.82 * jawDrop - 2 * units.AU17, z: 34 };
  const ring = [{ x: 0, y: -106, z: 0 }, ...right, tip, ...mirrorLine(right)];
  const outline = sampleCurve([...ring.slice(-2), ...ring, ...ring.slice(0, 3)]).slice(
    8,
    8 + 4 * ring.length,
  );
  const under = outline.slice(4 * 4, 4 * 12 + 1).reverse();
  const surface = (x: number, y: number, lift = 0) => {
    // An ellipsoid, 3 to 46 deep.
    const [across, along] = [x / (halfWidth * 1.1), (y - 8) / 125];
    const depth = 46 * Math.sqrt(Math.max(0.035, 1 - across * across) * Math.max(0.1, 1 - along * along));
    return { x, y, z: depth + lift };
  };
  return { halfWidth, outline, jaw: resample(under, 17), jawDrop, surface };
}

/** Returns the head's silhouette as an SVG path. */
export function toHeadPath({ face, project }: Scene): string {
  return toShape(face.head.outline.map(project));
}

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
  const halves = makePair((side, index) => {
    const { centre } = face.eyes[index];
    const lee = 0.5 - 0.5 * side * light.x;
    const glow = (0.22 + 0.5 * lifted) * (1.1 - 0.6 * lee);
    return (
      spot('shade', surface(centre.x * 0.93, centre.y - 5), {
        x: 25,
        y: 19,
        opacity: (0.34 + 0.2 * lee) * soft,
      }) +
      spot('blush', surface(side * 37, cheekY), { x: 19, y: 14, opacity: 0.36 + 0.12 * lifted }) +
      spot('light', surface(side * 36, cheekY - 4), { x: 15, y: 9, opacity: glow }) +
      spot('shade', surface(side * 47, 46 + 0.4 * jawDrop), { x: 16, y: 24, opacity: 0.3 * lee * soft })
    );
  });
  return (
    drawBeard(scene) +
    halves.join('') +
    spot('light', surface(0, -58), { x: 34, y: 18, opacity: 0.35 * soft }) +
    spot('deep', surface(0, lip + 5), { x: 15, y: 5, opacity: 0.32 + 0.2 * AU17 }) +
    spot('light', surface(0, lip + 15), { x: 14, y: 9, opacity: 0.3 + 0.2 * AU17 }) +
    (look.skin.freckles ? drawFreckles(scene) : '')
  );
}

function drawFreckles({ face, spot }: Scene): string {
  const [xs, ys] = [
    [17, 24, 31, 38, 28, 20, 35, 44],
    [8, 12, 9, 14, 17, 16, 20, 11],
  ];
  const halves = makePair((side) =>
    xs.map((x, index) => {
      const centre = face.head.surface(side * x, ys[index] + ((index + side) % 3));
      return spot('deep', centre, { x: 1.7, y: 1.6, opacity: index % 2 ? 0.45 : 0.6 });
    }),
  );
  return halves.flat().join('');
}
