import type { Point } from '../core/geometry';
import { readLine, toBackShapes, toCrown, toHairline, toScarfOutline, toScarfRim } from './hair-shapes';
import type { HeadPoint } from './head-space';
import type { Scene } from './scene';
import {
  clipTo,
  fill,
  mixColours,
  stroke,
  toLinePath,
  toNumberText,
  toPointText,
  toShape,
  toStops,
  toTaperedRibbon,
  toTwoStops,
} from './svg';

/** Draws the hair behind the head. */
export function drawBackHair(scene: Scene): string {
  const { palette, look, project } = scene;
  const { style } = look.hair;
  if (style === 'bald') return '';
  if (style === 'scarf') return fill(toShape(toScarfOutline(scene).map(project)), palette.hairDark);
  const ink = look.style.outlinePx;
  const shapes = toBackShapes(scene).map((shape) => {
    const path = toShape(shape.map(project));
    const edge = ink ? stroke(path, mixColours(palette.hairDark, '#050307', 0.6), ink) : '';
    return fill(path, palette.hairDark) + edge;
  });
  // Hair behind the far temple, which would be bald when the head is turned.
  const upper = toCrown(scene, style).filter(({ y }) => y < -30);
  const inside = [upper[upper.length - 1], upper[0]].map(({ x, z }) => ({ x: 0.8 * x, y: -12, z }));
  const temple = fill(`${toLinePath([...upper, ...inside].map(project))}Z`, palette.hairDark);
  return shapes.join('') + temple + (style === 'afro' ? drawCurls(scene, 1.3) : '');
}

/** Draws the hair in front of the head, over forehead and ears. */
export function drawFrontHair(scene: Scene): string {
  const { palette, look, light, project } = scene;
  const { hair, hairDark, hairLight } = palette;
  const { style } = look.hair;
  if (style === 'bald') return '';
  if (style === 'scarf') return drawScarf(scene);
  const line = toHairline(scene, style);
  const crown = toCrown(scene, style);
  const points = [...crown, ...line].map(project);
  const path = style === 'spiky' ? toSpikes(points) : toShape(points);
  const ink = look.style.outlinePx;
  // Lighter towards the light.
  const [from, to] = light.x > 0 ? [0, 1] : [1, 0];
  const stops =
    look.style.shading === 'cel'
      ? toStops([0.3, 0.31], [hairDark, hair])
      : toStops([0, 0.45, 1], [hairDark, hair, hairLight]);
  const texture = style === 'afro' ? drawCurls(scene, 1.05) : drawLocks(scene, crown, line);
  return (
    `<linearGradient id="cap" x1="${from}" y1="1" x2="${to}" y2="0">${stops}</linearGradient>` +
    fill(path, 'url(#cap)') +
    clipTo('hair-edge', path, texture) +
    stroke(path, mixColours(hairDark, '#050307', 0.4), ink || 0.8, ink ? 1 : 0.5)
  );
}

/** Draws the hair's shadow on the forehead; the caller clips it to the head. */
export function drawHairShadow(scene: Scene): string {
  const { style } = scene.look.hair;
  const { skinDeep } = scene.palette;
  if (style === 'bald' || style === 'receding') return '';
  const edge =
    style === 'scarf' ? toScarfRim(scene) : [...toCrown(scene, style), ...toHairline(scene, style)];
  const path = toShape(edge.map((point) => scene.project({ ...point, y: point.y + 4, x: point.x * 0.97 })));
  return style === 'scarf' ? stroke(path, skinDeep, 7, 0.4) : fill(path, skinDeep, 0.42);
}

/** Joins points by concave curves, so that every point is the tip of a strand. */
function toSpikes(points: readonly Point[]): string {
  const curves = points.map((point, index) => {
    const next = points[(index + 1) % points.length];
    const hollow = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 - 2.5 };
    return `Q${toPointText(hollow)} ${toPointText(next)}`;
  });
  return `M${toPointText(points[0])}${curves.join('')}Z`;
}

/** Draws strands from the crown to the hairline, and the highlight across them. */
function drawLocks(scene: Scene, crown: readonly HeadPoint[], line: readonly HeadPoint[]): string {
  const { palette, look, light, fold } = scene;
  const at = (share: number, down: number) => {
    const top = crown[Math.round((0.25 + 0.5 * share) * (crown.length - 1))];
    const low = line[Math.round((1 - (0.12 + 0.76 * share)) * (line.length - 1))];
    const bulge = Math.sin(Math.PI * down);
    return {
      x: top.x + (low.x - top.x) * down + Math.sign(low.x || 1) * 5 * bulge,
      y: top.y + (low.y - top.y) * down - 3 * bulge,
      z: top.z + (low.z - top.z) * down + 10 * bulge,
    };
  };
  const bright = { colour: palette.hairLight, halfWidth: 1.5, opacity: 0.35 };
  const dark = { colour: palette.hairDark, halfWidth: 0.9, opacity: 0.5 };
  const strands = Array.from({ length: 9 }, (_, index) => {
    const strand = [0.06, 0.35, 0.65, 0.96].map((down) => at((index + 1) / 10, down));
    return fold(strand, index % 2 === 1 ? bright : dark);
  });
  const start = light.x > 0 ? 0.42 : 0.12;
  const sheen = [0, 1, 2, 3, 4].map((step) =>
    at(start + 0.115 * step, 0.44 + 0.03 * Math.sin((Math.PI * step) / 4)),
  );
  const [halfWidth, opacity] = look.style.shading === 'cel' ? [3.2, 0.55] : [4.6, 0.28];
  return strands.join('') + fold(sheen, { colour: palette.hairLight, halfWidth, opacity });
}

/** Draws curls, distributed over the hair by the golden angle. */
function drawCurls({ palette, project, face, pose, look }: Scene, reach: number): string {
  const { volume } = look.hair;
  const wide = face.head.halfWidth * reach * volume;
  const curls = Array.from({ length: 46 }, (_, index) => {
    const distance = 0.25 + 0.72 * Math.sqrt((index + 0.5) / 46);
    const angle = 2.399963 * index;
    const x = wide * distance * Math.cos(angle);
    const point = project({ x, y: -50 + 72 * volume * distance * Math.sin(angle), z: 4 });
    const radius = toNumberText((3 + (index % 3)) * pose.scale);
    const turn = index % 4 < 2 ? `${radius} ${radius}` : `-${radius} ${radius}`;
    const arc = `M${toPointText(point)}a${radius} ${radius} 0 1 1 ${turn}`;
    return index % 3 === 0
      ? stroke(arc, palette.hairLight, 1.3, 0.4)
      : stroke(arc, palette.hairDark, 1.3, 0.6);
  });
  return curls.join('');
}

function drawScarf(scene: Scene): string {
  const { face, look, project, palette } = scene;
  const { colour } = look.hair;
  const [outer, rim] = [toScarfOutline(scene), toScarfRim(scene)].map((line) => toShape(line.map(project)));
  const folds = ['-1.02,40 -.5,92 .2,104 .9,84', '-.9,70 -.3,116 .5,118 1.1,60'].map((text) => {
    const line = readLine(text, face.head.halfWidth, 14).map(project);
    return fill(toTaperedRibbon(line, 2), palette.hairDark, 0.5);
  });
  const stops = toTwoStops(mixColours(colour, '#100c1c', 0.4), mixColours(colour, '#fff0dc', 0.2));
  return (
    `<linearGradient id="cap" x1="0" y1="1" x2="1" y2="0">${stops}</linearGradient>` +
    `<path fill-rule="evenodd" d="${outer} ${rim}" fill="url(#cap)" stroke="${mixColours(colour, '#0c0814', 0.5)}"` +
    ` stroke-width="${toNumberText(look.style.outlinePx || 0.8)}"/>` +
    folds.join('')
  );
}
