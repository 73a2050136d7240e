import type { Point } from '../../core/geometry';
import { toNumberText, toSmoothPath } from './curves';
import { drawFold, drawSpot, fill, stroke, type Scene } from './scene';
import { mixColours } from './colour';

/** Paints the wall behind. */
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

/** Paints neck, shoulders and clothes; they follow the head's place but not its turn. */
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

/** Paints the ears. */
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

/** Gives the head's silhouette as a path. */
export function toHeadPath({ face, project }: Scene): string {
  return toSmoothPath(face.head.outline.map(project), true);
}

/** Paints the skin with the light on it; the caller cuts it to the head. */
export function drawSkin(scene: Scene): string {
  const { look, palette, light, project, pose } = scene;
  const centre = project({ x: 0, y: -6, z: 30 });
  const reach = 122 * pose.scale;
  const [cx, cy] = [centre.x + 44 * light.x * pose.scale, centre.y + 40 * light.y * pose.scale];
  const depth = light.strength * (0.5 + 0.5 * look.style.contrast);
  const [lit, dim] = [
    mixColours(palette.skin, palette.skinLight, 0.35 + 0.65 * depth),
    mixColours(palette.skin, palette.skinShade, 0.35 + 0.65 * depth),
  ];
  const stops =
    look.style.shading === 'cel'
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

/** Paints what gives the face its relief: cheeks, sockets, the shadows of nose and lip, freckles, beard. */
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

function drawBeard(scene: Scene): string {
  const { look, face, project } = scene;
  if (look.beard.style === 'none') return '';
  const { surface, jawDrop, halfWidth } = face.head;
  const long = look.face.length;
  if (look.beard.style === 'stubble') {
    return (
      [-40, -20, 0, 20, 40]
        .map((x) =>
          drawSpot(scene, 'beard', surface(x, (66 - x * x * 0.008) * long + 0.6 * jawDrop), {
            x: 24,
            y: 24,
            opacity: 0.26,
          }),
        )
        .join('') + drawSpot(scene, 'beard', surface(0, 34 * long), { x: 24, y: 7, opacity: 0.3 })
    );
  }
  const chinOnly = look.beard.style === 'goatee';
  const lower = face.mouth.lowerOuter;
  const width = face.mouth.halfWidth;
  const edge = chinOnly
    ? [
        surface(-width - 5, face.mouth.corners[0].y + 2),
        surface(-width * 0.6, lower[5].y + 6),
        surface(0, lower[12].y + 5),
        surface(width * 0.6, lower[19].y + 6),
        surface(width + 5, face.mouth.corners[1].y + 2),
      ]
    : [
        surface(-halfWidth, -12),
        surface(-halfWidth * 0.86, 18),
        surface(-width - 12, face.mouth.corners[0].y - 7),
        surface(-width * 0.66, lower[4].y + 5),
        surface(0, lower[12].y + 6),
        surface(width * 0.66, lower[20].y + 5),
        surface(width + 12, face.mouth.corners[1].y - 7),
        surface(halfWidth * 0.86, 18),
        surface(halfWidth, -12),
      ];
  const chin = (92 * long + jawDrop) * 1;
  const side = chinOnly ? halfWidth * 0.45 : halfWidth + 6;
  const outer = [
    surface(side, chinOnly ? 66 * long + jawDrop * 0.6 : 20),
    surface(side * 0.8, chin),
    surface(0, chin + 6),
    surface(-side * 0.8, chin),
    surface(-side, chinOnly ? 66 * long + jawDrop * 0.6 : 20),
  ];
  const path = toSmoothPath([...edge, ...outer].map(project), true);
  return fill(path, look.beard.colour, 0.82) + drawMoustache(scene);
}

function drawMoustache(scene: Scene): string {
  const { look, face } = scene;
  const { surface } = face.head;
  const { mouth, nose } = face;
  return [-1, 1]
    .map((side) => {
      const lip = mouth.upperOuter;
      const top = (nose.baseY + lip[12].y) / 2;
      const follow = (index: number) => lip[side < 0 ? index : 24 - index];
      const line = [
        surface(side * 1, top + 0.5, 5),
        surface(follow(7).x, (nose.baseY + 2 * follow(7).y) / 3 - 0.5, 5),
        surface(follow(3).x, follow(3).y - 4.5, 4),
        surface(side * (mouth.halfWidth + 3), follow(0).y - 1, 3),
      ];
      return drawFold(scene, line, { colour: look.beard.colour, halfWidth: 2.9, opacity: 0.8 });
    })
    .join('');
}

/** Paints the head's outline, where the style has one. */
export function drawHeadOutline(scene: Scene): string {
  const { look, palette } = scene;
  return look.style.outlinePx
    ? stroke(toHeadPath(scene), palette.line, look.style.outlinePx)
    : stroke(toHeadPath(scene), palette.skinDeep, 1, 0.5);
}
