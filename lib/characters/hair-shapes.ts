import type { CapStyle } from './characters';
import { makePair, mirrorLine, shift, toRing, type HeadPoint } from './head-space';
import type { Scene } from './scene';

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
export function readLine(text: string, wide: number, z: number): HeadPoint[] {
  return text.split(' ').map((pair) => {
    const [x, y] = pair.split(',').map(Number);
    return { x: x * wide, y, z };
  });
}

/** Computes the hairline from the image's right ear to the left one. */
export function toHairline({ face }: Scene, style: CapStyle): HeadPoint[] {
  const { surface, halfWidth } = face.head;
  const line = readLine(CAPS[style][1], halfWidth, 2).map((point) =>
    Math.abs(point.x) > 0.95 * halfWidth ? point : surface(point.x, point.y, 3),
  );
  return line[line.length - 1].x === 0 ? [...line, ...mirrorLine(line.slice(0, -1))] : line;
}

/** Computes the outer edge of the hair from the image's left ear over the crown to the right one. */
export function toCrown({ face, look }: Scene, style: CapStyle): HeadPoint[] {
  const grow = CAPS[style][0] * look.hair.volume;
  const low = { bob: '1.2,10 1.16,46', long: '1.2,10 1.18,66' }[style as 'bob'] ?? '1.03,-20 1,0';
  const skull = readLine(`.5,-103 .88,-80 1,-44 ${low}`, face.head.halfWidth, -3);
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
export function toBackShapes({ look, face }: Scene): HeadPoint[][] {
  const wide = face.head.halfWidth;
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
export function toScarfRim({ face }: Scene): HeadPoint[] {
  const { surface, halfWidth, jawDrop } = face.head;
  const line = readLine('.3,-68 .66,-58 .86,-34 .93,0 .88,30 .7,58 .4,80', halfWidth, 6);
  const right = line.map(({ x, y, z }) => {
    return { x, y: y + (y > 40 ? 0.75 * jawDrop : 0), z: surface(x, y).z * 0.6 + z };
  });
  return [...right, { x: 0, y: 88 + 0.85 * jawDrop, z: 36 }, ...mirrorLine(right)];
}

/** Computes a scarf's outer edge. */
export function toScarfOutline({ face }: Scene): HeadPoint[] {
  const right = readLine('.5,-110 .95,-86 1.14,-44 1.2,6 1.16,50 1.3,96 1.2,130', face.head.halfWidth, -4);
  return [{ x: 0, y: -116, z: -4 }, ...right, { x: 0, y: 138, z: 0 }, ...mirrorLine(right)];
}
