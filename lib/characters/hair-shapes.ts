import type { CapStyle } from './characters';
import type { Scene } from './scene';
import { makePair, mirrorLine, type HeadPoint } from './head-space';

/** A point in the plane of the face: x in half widths of the head, y in head units. */
type PlanePoint = readonly [x: number, y: number];

/**
 * Distance from the skull in head units, and the hairline as `x,y` pairs from the image's right ear to the left one. A
 * hairline that ends in the middle, at x = 0, is mirrored.
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

/** Parses points written as `x,y` pairs. */
export function toPlanePoints(text: string): PlanePoint[] {
  return text.split(' ').map((pair) => pair.split(',').map(Number) as unknown as PlanePoint);
}

/** Computes the hairline from the image's right ear to the left one. */
export function toHairline({ face }: Scene, style: CapStyle): HeadPoint[] {
  const { surface, halfWidth } = face.head;
  const line = toPlanePoints(CAPS[style][1]).map(([x, y]) => {
    const point = surface(x * halfWidth, y, 3);
    return Math.abs(x) > 0.95 ? { ...point, z: 2 } : point;
  });
  return line[line.length - 1].x === 0 ? [...line, ...mirrorLine(line.slice(0, -1))] : line;
}

/** Computes the outer edge of the hair from the image's left ear over the crown to the right one. */
export function toCrown({ face, look }: Scene, style: CapStyle): HeadPoint[] {
  const wide = face.head.halfWidth;
  const grow = CAPS[style][0] * look.hair.volume;
  const low = { bob: '1.2,10 1.16,46', long: '1.2,10 1.18,66' }[style as 'bob'] ?? '1.03,-20 1,0';
  const right = toPlanePoints(`.5,-103 .88,-80 1,-44 ${low}`).map(([x, y]) => {
    if (y >= -30) return { x: x * wide + grow * 0.12, y, z: -3 };
    const away = 1 + grow / Math.hypot(x * wide, y + 40);
    return { x: x * wide * away, y: -40 + (y + 40) * away, z: -3 };
  });
  const arc = [...mirrorLine(right), { x: 0, y: -110 - grow, z: -3 }, ...right];
  if (style === 'spiky') return roughen(arc, 9);
  return style === 'afro' ? roughen(arc, 4) : arc;
}

/** Adds a point outside the edge between neighbouring points, for spikes or curls. */
function roughen(arc: readonly HeadPoint[], height: number): HeadPoint[] {
  return arc.flatMap((point, index) => {
    const next = arc[index + 1];
    if (!next || index === 0 || index === arc.length - 2) return [point];
    const [x, y] = [(point.x + next.x) / 2, (point.y + next.y) / 2];
    const away = 1 + height / Math.hypot(x, y + 40);
    return [point, { x: x * away, y: -40 + (y + 40) * away - height * 0.3, z: point.z }];
  });
}

/** Computes the outlines of the hair behind the head; none for short hair. */
export function toBackShapes({ look, face }: Scene): HeadPoint[][] {
  const wide = face.head.halfWidth;
  const { volume, style } = look.hair;
  const fall = (text: string) => {
    const right = toPlanePoints(text).map(([x, y]) => ({ x: x * volume * wide, y, z: -26 }));
    return [...right, ...mirrorLine(right)];
  };
  switch (style) {
    case 'bob':
      return [fall('.4,-112 1.05,-70 1.2,0 1.24,40 1.06,67 .5,60')];
    case 'long':
      return [fall('.4,-112 1.05,-70 1.2,0 1.28,70 1.22,128 .6,134')];
    case 'bun':
      return [toRing(12, { x: 0, y: -118, z: -20 }, () => [27 * volume, 27 * volume])];
    case 'pigtails':
      return makePair((side) =>
        toPlanePoints('.96,-52 1.3,-62 1.62,-34 1.68,6 1.44,42 1.36,10 1.12,-18').map(([x, y]) => ({
          x: side * x * wide,
          y,
          z: -18,
        })),
      );
    case 'afro':
      return [
        toRing(34, { x: 0, y: -50, z: -10 }, (index) => {
          const curl = index % 2 === 0 ? 1 : 0.94;
          return [1.42 * volume * wide * curl, 78 * volume * curl];
        }),
      ];
    default:
      return [];
  }
}

/** @param toRadii half width and half height at a point */
function toRing(count: number, centre: HeadPoint, toRadii: (index: number) => [number, number]): HeadPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const [wide, high] = toRadii(index);
    return { ...centre, x: centre.x + wide * Math.cos(angle), y: centre.y + high * Math.sin(angle) };
  });
}

/** Computes a scarf's edge around the face; it moves with the jaw. */
export function toScarfRim({ face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const right = toPlanePoints('.3,-68 .66,-58 .86,-34 .93,0 .88,30 .7,58 .4,80').map(([x, y]) => ({
    x: x * halfWidth,
    y: y + (y > 40 ? 0.75 * jawDrop : 0),
    z: surface(x * halfWidth, y).z * 0.6 + 6,
  }));
  return [...right, { x: 0, y: 88 + 0.85 * jawDrop, z: 36 }, ...mirrorLine(right)];
}

/** Computes a scarf's outer edge. */
export function toScarfOutline({ face }: Scene): HeadPoint[] {
  const right = toPlanePoints('.5,-110 .95,-86 1.14,-44 1.2,6 1.16,50 1.3,96 1.2,130').map(([x, y]) => ({
    x: x * face.head.halfWidth,
    y,
    z: -4,
  }));
  return [{ x: 0, y: -116, z: -4 }, ...right, { x: 0, y: 138, z: 0 }, ...mirrorLine(right)];
}
