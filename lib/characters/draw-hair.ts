import { mixColours } from './colour';
import { taper, toNumberText, toPolygon, toRibbon, toSmoothPath } from './curves';
import { drawScarf, toScarfOutline, toScarfRim } from './draw-scarf';
import { toBackShapes, toCrown, toHairline } from './hair-shapes';
import { clipTo, fill, stroke, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Draws the hair behind the head. */
export function drawBackHair(scene: Scene): string {
  const { palette, look } = scene;
  if (look.hair.style === 'scarf')
    return fill(toSmoothPath(toScarfOutline(scene).map(scene.project), true), palette.hairDark);
  const ink = mixColours(palette.hairDark, '#050307', 0.6);
  const shapes = toBackShapes(scene).map((shape) => {
    const path = toSmoothPath(shape.map(scene.project), true);
    return (
      fill(path, palette.hairDark) + (look.style.outlinePx ? stroke(path, ink, look.style.outlinePx) : '')
    );
  });
  return shapes.join('') + drawFarTemple(scene) + (look.hair.style === 'afro' ? drawCurls(scene, 1.3) : '');
}

/** Draws the hair behind the far temple, which would be bald when the head is turned. */
function drawFarTemple(scene: Scene): string {
  const { style } = scene.look.hair;
  if (style === 'bald' || style === 'scarf') return '';
  const upper = toCrown(scene, style).filter(({ y }) => y < -30);
  const inside = [upper[upper.length - 1], upper[0]].map(({ x, z }) => ({ x: 0.8 * x, y: -12, z }));
  return fill(toPolygon([...upper, ...inside].map(scene.project)), scene.palette.hairDark);
}

/** Draws the hair in front of the head, over forehead and ears. */
export function drawFrontHair(scene: Scene): string {
  const { palette, look, project } = scene;
  const { style } = look.hair;
  if (style === 'bald') return '';
  if (style === 'scarf') return drawScarf(scene);
  const line = toHairline(scene, style);
  const crown = toCrown(scene, style);
  const points = [...crown, ...line].map(project);
  const path = style === 'spiky' ? toSpikes(points) : toSmoothPath(points, true);
  const ink = look.style.outlinePx;
  const texture =
    style === 'afro'
      ? drawCurls(scene, 1.05)
      : drawStrands(scene, crown, line) + drawSheen(scene, crown, line);
  return (
    drawCapPaint(scene) +
    fill(path, 'url(#cap)') +
    clipTo('hair-edge', path, texture) +
    stroke(path, mixColours(palette.hairDark, '#050307', 0.4), ink || 0.8, ink ? 1 : 0.5)
  );
}

/** Writes the hair's gradient, which is lighter towards the light. */
function drawCapPaint({ palette, look, light }: Scene): string {
  const [from, to] = light.x > 0 ? ['0', '1'] : ['1', '0'];
  const { hair, hairDark, hairLight } = palette;
  const stops: readonly (readonly [number, string])[] =
    look.style.shading === 'cel'
      ? [
          [0.3, hairDark],
          [0.31, hair],
        ]
      : [
          [0, hairDark],
          [0.45, hair],
          [1, hairLight],
        ];
  const marks = stops.map(([offset, colour]) => `<stop offset="${offset}" stop-color="${colour}"/>`);
  return `<linearGradient id="cap" x1="${from}" y1="1" x2="${to}" y2="0">${marks.join('')}</linearGradient>`;
}

/** Draws the hair's shadow on the forehead; the caller clips it to the head. */
export function drawHairShadow(scene: Scene): string {
  const { style } = scene.look.hair;
  const { skinDeep } = scene.palette;
  if (style === 'bald' || style === 'receding') return '';
  const lower = (point: HeadPoint) => scene.project({ ...point, y: point.y + 4, x: point.x * 0.97 });
  if (style === 'scarf') return stroke(toSmoothPath(toScarfRim(scene).map(lower), true), skinDeep, 7, 0.4);
  const edge = [...toCrown(scene, style), ...toHairline(scene, style)];
  return fill(toSmoothPath(edge.map(lower), true), skinDeep, 0.42);
}

/** Joins points by concave curves, so that every point is the tip of a strand. */
function toSpikes(points: readonly { x: number; y: number }[]): string {
  const text = ({ x, y }: { x: number; y: number }) => `${toNumberText(x)} ${toNumberText(y)}`;
  const curves = points.map((point, index) => {
    const next = points[(index + 1) % points.length];
    const hollow = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 - 2.5 };
    return `Q${text(hollow)} ${text(next)}`;
  });
  return `M${text(points[0])}${curves.join('')}Z`;
}

/** Computes a point between the crown and the hairline. */
function toLock(
  crown: readonly HeadPoint[],
  line: readonly HeadPoint[],
  share: number,
  down: number,
): HeadPoint {
  const top = crown[Math.round((0.25 + 0.5 * share) * (crown.length - 1))];
  const low = line[Math.round((1 - (0.12 + 0.76 * share)) * (line.length - 1))];
  const bulge = Math.sin(Math.PI * down);
  return {
    x: top.x + (low.x - top.x) * down + Math.sign(low.x || 1) * 5 * bulge,
    y: top.y + (low.y - top.y) * down - 3 * bulge,
    z: top.z + (low.z - top.z) * down + 10 * bulge,
  };
}

function drawStrands(scene: Scene, crown: readonly HeadPoint[], line: readonly HeadPoint[]): string {
  const { palette, project, pose } = scene;
  const count = 9;
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / (count + 1);
    const strand = [0.06, 0.35, 0.65, 0.96].map((down) => project(toLock(crown, line, share, down)));
    const light = index % 2 === 1;
    const widths = taper(4, (light ? 1.5 : 0.9) * pose.scale);
    return fill(toRibbon(strand, widths), light ? palette.hairLight : palette.hairDark, light ? 0.35 : 0.5);
  }).join('');
}

/** Draws the highlight across the hair. */
function drawSheen(scene: Scene, crown: readonly HeadPoint[], line: readonly HeadPoint[]): string {
  const { palette, look, project, pose, light } = scene;
  const start = light.x > 0 ? 0.42 : 0.12;
  const band = [0, 1, 2, 3, 4].map((step) =>
    project(toLock(crown, line, start + 0.115 * step, 0.44 + 0.03 * Math.sin((Math.PI * step) / 4))),
  );
  const cel = look.style.shading === 'cel';
  return fill(toRibbon(band, taper(5, (cel ? 3.2 : 4.6) * pose.scale)), palette.hairLight, cel ? 0.55 : 0.28);
}

/** Draws curls, distributed over the hair by the golden angle. */
function drawCurls(scene: Scene, reach: number): string {
  const { palette, project, face, pose, look } = scene;
  const { volume } = look.hair;
  const wide = face.head.halfWidth * reach * volume;
  return Array.from({ length: 46 }, (_, index) => {
    const distance = 0.25 + 0.72 * Math.sqrt((index + 0.5) / 46);
    const angle = 2.399963 * index;
    const point = project({
      x: wide * distance * Math.cos(angle),
      y: -50 + 72 * volume * distance * Math.sin(angle),
      z: 4,
    });
    const radius = toNumberText((3 + (index % 3)) * pose.scale);
    const turn = index % 4 < 2 ? `${radius} ${radius}` : `-${radius} ${radius}`;
    const arc = `M${toNumberText(point.x)} ${toNumberText(point.y)}a${radius} ${radius} 0 1 1 ${turn}`;
    const light = index % 3 === 0;
    return stroke(arc, light ? palette.hairLight : palette.hairDark, 1.3, light ? 0.4 : 0.6);
  }).join('');
}
