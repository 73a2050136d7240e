import type { Point } from '../core/geometry';
import type { CapStyle } from './characters';
import { makePair, mirrorLine, shift, toRing, type HeadPoint } from './head-space';
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
  const down = (step: number) => 0.44 + 0.03 * Math.sin((Math.PI * step) / 4);
  const sheen = [0, 1, 2, 3, 4].map((step) => at(start + 0.115 * step, down(step)));
  const [halfWidth, opacity] = look.style.shading === 'cel' ? [3.2, 0.55] : [4.6, 0.28];
  return strands.join('') + fold(sheen, { colour: palette.hairLight, halfWidth, opacity });
}

/** Draws curls, distributed over the hair by the golden angle. */
function drawCurls({ palette, project, head, pose, look }: Scene, reach: number): string {
  const { volume } = look.hair;
  const wide = head.halfWidth * reach * volume;
  const curls = Array.from({ length: 46 }, (_, index) => {
    const distance = 0.25 + 0.72 * Math.sqrt((index + 0.5) / 46);
    const angle = 2.399963 * index;
    const x = wide * distance * Math.cos(angle);
    const point = project({ x, y: -50 + 72 * volume * distance * Math.sin(angle), z: 4 });
    const radius = toNumberText((3 + (index % 3)) * pose.scale);
    const turn = index % 4 < 2 ? `${radius} ${radius}` : `-${radius} ${radius}`;
    const arc = `M${toPointText(point)}a${radius} ${radius} 0 1 1 ${turn}`;
    const [colour, opacity] = index % 3 === 0 ? [palette.hairLight, 0.4] : ([palette.hairDark, 0.6] as const);
    return stroke(arc, colour, 1.3, opacity);
  });
  return curls.join('');
}

function drawScarf(scene: Scene): string {
  const { head, look, project, palette } = scene;
  const { colour } = look.hair;
  const [outer, rim] = [toScarfOutline(scene), toScarfRim(scene)].map((line) => toShape(line.map(project)));
  const folds = ['-1.02,40 -.5,92 .2,104 .9,84', '-.9,70 -.3,116 .5,118 1.1,60'].map((text) => {
    const line = readLine(text, head.halfWidth, 14).map(project);
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

/**
 * Distance from the skull in head units, and the hairline as {@link readLine}'s text, in half widths of the head, from the
 * image's right ear to the left one. A hairline that ends in the middle, at x = 0, is mirrored.
 */
const CAPS: Readonly<Record<CapStyle, readonly [lift: number, hairline: string]>> = {
  crop: [4, '.99,-2 .9,-22 .89,-44 .78,-58 .45,-63 .2,-66 0,-66'],
  swept: [10, '.99,-2 .91,-20 .88,-44 .72,-60 .45,-72 .2,-72 -.1,-64 -.45,-59 -.8,-52 -.9,-24 -.99,-2'],
  spiky: [
    13,
    '.99,2 .88,-22 .92,-44 .72,-55 .62,-66 .42,-57 .24,-69 .02,-58 -.16,-70 -.4,-57 -.56,-68 -.76,-54 -.92,-44 -.88,-22 -.99,2',
  ],
  receding: [2, '.99,-2 .92,-22 .9,-52 .84,-74 .5,-88 .16,-80 0,-79'],
  bob: [9, '1,40 .9,20 .88,-12 .84,-42 .6,-62 .3,-74 .16,-78 -.2,-66 -.6,-58 -.86,-40 -.89,-12 -.9,20 -1,40'],
  long: [8, '1.02,60 .94,30 .9,-10 .86,-40 .62,-62 .25,-74 0,-80'],
  bun: [4, '.99,-6 .92,-24 .87,-48 .6,-68 .25,-74 0,-75'],
  pigtails: [6, '.99,2 .9,-18 .88,-42 .66,-56 .34,-66 0,-80'],
  afro: [26, '.99,-4 .93,-26 .84,-50 .55,-66 .2,-70 0,-70'],
};

/**
 * Reads points written as `x,y` pairs.
 * @param wide head units of an x of 1
 * @param z of all points
 */
function readLine(text: string, wide: number, z: number): HeadPoint[] {
  return text.split(' ').map((pair) => {
    const [x, y] = pair.split(',').map(Number);
    return { x: x * wide, y, z };
  });
}

/** Computes the hairline from the image's right ear to the left one. */
function toHairline({ head, surface }: Scene, style: CapStyle): HeadPoint[] {
  const { halfWidth } = head;
  const line = readLine(CAPS[style][1], halfWidth, 2).map((point) =>
    Math.abs(point.x) > 0.95 * halfWidth ? point : surface(point.x, point.y, 3),
  );
  return line[line.length - 1].x === 0 ? [...line, ...mirrorLine(line.slice(0, -1))] : line;
}

/** Computes the outer edge of the hair from the image's left ear over the crown to the right one. */
function toCrown({ head, look }: Scene, style: CapStyle): HeadPoint[] {
  const grow = CAPS[style][0] * look.hair.volume;
  const low = { bob: '1.2,10 1.16,46', long: '1.2,10 1.18,66' }[style as 'bob'] ?? '1.03,-20 1,0';
  const skull = readLine(`.5,-103 .88,-80 1,-44 ${low}`, head.halfWidth, -3);
  const right = skull.map((point) => (point.y < -30 ? pushOut(point, grow) : shift(point, grow * 0.12, 0)));
  const arc = [...mirrorLine(right), { x: 0, y: -110 - grow, z: -3 }, ...right];
  if (style === 'spiky') return roughen(arc, 9);
  return style === 'afro' ? roughen(arc, 4) : arc;
}

/** Moves a point away from the middle of the skull. */
function pushOut({ x, y, z }: HeadPoint, distance: number): HeadPoint {
  const away = 1 + distance / Math.hypot(x, y + 40);
  return { x: x * away, y: -40 + (y + 40) * away, z };
}

/** Adds a point outside the edge between neighbouring points, for spikes or curls. */
function roughen(arc: readonly HeadPoint[], height: number): HeadPoint[] {
  return arc.flatMap((point, index) => {
    const next = arc[index + 1];
    if (!next || index === 0 || index === arc.length - 2) return [point];
    const middle = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, z: point.z };
    return [point, shift(pushOut(middle, height), 0, -height * 0.3)];
  });
}

/** Computes the outlines of the hair behind the head; none for short hair. */
function toBackShapes({ look, head }: Scene): HeadPoint[][] {
  const wide = head.halfWidth;
  const { volume, style } = look.hair;
  const fall = (text: string) => {
    const right = readLine(text, volume * wide, -26);
    return [...right, ...mirrorLine(right)];
  };
  if (style === 'bob') return [fall('.4,-112 1.05,-70 1.2,0 1.24,40 1.06,67 .5,60')];
  if (style === 'long') return [fall('.4,-112 1.05,-70 1.2,0 1.28,70 1.22,128 .6,134')];
  if (style === 'bun') return [toRing(12, { x: 0, y: -118, z: -20 }, () => [27 * volume, 27 * volume])];
  if (style === 'pigtails') {
    const tail = '.96,-52 1.3,-62 1.62,-34 1.68,6 1.44,42 1.36,10 1.12,-18';
    return makePair((side) => readLine(tail, side * wide, -18));
  }
  if (style !== 'afro') return [];
  const toRadii = (index: number) => {
    const curl = volume * (index % 2 === 0 ? 1 : 0.94);
    return [1.42 * wide * curl, 78 * curl] as const;
  };
  return [toRing(34, { x: 0, y: -50, z: -10 }, toRadii)];
}

/** Computes a scarf's edge around the face; it moves with the jaw. */
function toScarfRim({ head, surface, jawDrop }: Scene): HeadPoint[] {
  const line = readLine('.3,-68 .66,-58 .86,-34 .93,0 .88,30 .7,58 .4,80', head.halfWidth, 6);
  const right = line.map(({ x, y, z }) => {
    return { x, y: y + (y > 40 ? 0.75 * jawDrop : 0), z: surface(x, y).z * 0.6 + z };
  });
  return [...right, { x: 0, y: 88 + 0.85 * jawDrop, z: 36 }, ...mirrorLine(right)];
}

/** Computes a scarf's outer edge. */
function toScarfOutline({ head }: Scene): HeadPoint[] {
  const right = readLine('.5,-110 .95,-86 1.14,-44 1.2,6 1.16,50 1.3,96 1.2,130', head.halfWidth, -4);
  return [{ x: 0, y: -116, z: -4 }, ...right, { x: 0, y: 138, z: 0 }, ...mirrorLine(right)];
}
