import { measureLuminance, mixColours } from './colour';
import { toNumberText, toSmoothPath } from './curves';
import { drawBeard } from './draw-beard';
import { drawSpot, stroke, type Scene } from './scene';

/** Returns the head's silhouette as an SVG path. */
export function toHeadPath({ face, project }: Scene): string {
  return toSmoothPath(face.head.outline.map(project), true);
}

/** Draws the lit skin; the caller clips it to the head. */
export function drawSkin(scene: Scene): string {
  const { look, palette, light, project, pose } = scene;
  const centre = project({ x: 0, y: -6, z: 30 });
  const reach = 122 * pose.scale;
  const [cx, cy] = [centre.x + 44 * light.x * pose.scale, centre.y + 40 * light.y * pose.scale];
  const depth = light.strength * (0.5 + 0.5 * look.style.contrast);
  // On dark skin, a hard-edged light area looks like a spot, so it is weaker there.
  const cel = look.style.shading === 'cel';
  const glow = cel ? Math.min(1, (measureLuminance(palette.skin) / 190) ** 2) : 1;
  const [lit, dim] = [
    mixColours(palette.skin, palette.skinLight, (0.35 + 0.65 * depth) * glow),
    mixColours(palette.skin, palette.skinShade, 0.35 + 0.65 * depth),
  ];
  const stops = cel
    ? [
        [0, lit],
        [0.34, lit],
        [0.36, palette.skin],
        [0.72, palette.skin],
        [0.745, dim],
        [1, dim],
      ]
    : [
        [0, lit],
        [0.45, palette.skin],
        [0.86, dim],
        [1, mixColours(dim, palette.skinDeep, 0.45 * depth)],
      ];
  const marks = stops.map(([offset, colour]) => `<stop offset="${offset}" stop-color="${colour}"/>`).join('');
  return (
    `<radialGradient id="skin" gradientUnits="userSpaceOnUse" cx="${toNumberText(cx)}" cy="${toNumberText(cy)}"` +
    ` r="${toNumberText(reach)}">${marks}</radialGradient><rect width="256" height="300" fill="url(#skin)"/>`
  );
}

/** Draws cheeks, eye sockets, shadows of nose and lip, freckles and beard. */
export function drawRelief(scene: Scene): string {
  const { look, face, light, expression } = scene;
  const { surface } = face.head;
  const { units } = expression;
  const soft = look.style.shading === 'soft' ? 1 : 0.6;
  const lifted = Math.max(units.AU6, 0.8 * units.AU12);
  const spots = [-1, 1].flatMap((side) => {
    const eye = face.eyes[side < 0 ? 0 : 1];
    const cheekY = 17 - 5 * lifted;
    const lee = 0.5 - 0.5 * side * light.x;
    return [
      drawSpot(scene, 'shade', surface(eye.centre.x * 0.93, eye.centre.y - 5), {
        x: 25,
        y: 19,
        opacity: (0.34 + 0.2 * lee) * soft,
      }),
      drawSpot(scene, 'blush', surface(side * 37, cheekY), { x: 19, y: 14, opacity: 0.36 + 0.12 * lifted }),
      drawSpot(scene, 'light', surface(side * 36, cheekY - 4), {
        x: 15,
        y: 9,
        opacity: (0.22 + 0.5 * lifted) * (1.1 - 0.6 * lee),
      }),
      drawSpot(scene, 'shade', surface(side * 47, 46 + 0.4 * face.head.jawDrop), {
        x: 16,
        y: 24,
        opacity: 0.3 * lee * soft,
      }),
    ];
  });
  const lip = face.mouth.lowerOuter[12];
  return (
    drawBeard(scene) +
    spots.join('') +
    drawSpot(scene, 'light', surface(0, -58), { x: 34, y: 18, opacity: 0.35 * soft }) +
    drawSpot(scene, 'deep', surface(0, lip.y + 5), { x: 15, y: 5, opacity: 0.32 + 0.2 * units.AU17 }) +
    drawSpot(scene, 'light', surface(0, lip.y + 15), { x: 14, y: 9, opacity: 0.3 + 0.2 * units.AU17 }) +
    (look.skin.freckles ? drawFreckles(scene) : '')
  );
}

function drawFreckles(scene: Scene): string {
  const places = [
    [17, 8],
    [24, 12],
    [31, 9],
    [38, 14],
    [28, 17],
    [20, 16],
    [35, 20],
    [44, 11],
  ];
  return [-1, 1]
    .flatMap((side) => places.map(([x, y], index) => ({ x: side * x, y: y + ((index + side) % 3), index })))
    .map(({ x, y, index }) =>
      drawSpot(scene, 'deep', scene.face.head.surface(x, y), {
        x: 1.7,
        y: 1.6,
        opacity: index % 2 ? 0.45 : 0.6,
      }),
    )
    .join('');
}

/** Draws the head's outline; a faint one when the style has none. */
export function drawHeadOutline(scene: Scene): string {
  const { look, palette } = scene;
  return look.style.outlinePx
    ? stroke(toHeadPath(scene), palette.line, look.style.outlinePx)
    : stroke(toHeadPath(scene), palette.skinDeep, 1, 0.5);
}
