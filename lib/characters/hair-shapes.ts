import type { HairStyle } from './character';
import type { Scene } from './scene';
import type { HeadPoint } from './space';

/** A point in the plane of the face: x in half widths of the head, y in head units. */
type PlanePoint = readonly [x: number, y: number];

/** Hair styles with a hairline. */
type CapStyle = Exclude<HairStyle, 'bald' | 'scarf'>;

/** Hairlines from the image's right ear to the left one, as `x,y` pairs. */
const HAIRLINES: Readonly<Record<CapStyle, readonly PlanePoint[]>> = {
  crop: mirrorPoints('.99,-2 .9,-22 .89,-44 .78,-58 .45,-63 .2,-66', '0,-66'),
  swept: toPlanePoints(
    '.99,-2 .91,-20 .88,-44 .72,-60 .45,-72 .2,-72 -.1,-64 -.45,-59 -.8,-52 -.9,-24 -.99,-2',
  ),
  spiky: toPlanePoints(
    '.99,2 .88,-22 .92,-44 .72,-55 .62,-66 .42,-57 .24,-69 .02,-58 -.16,-70 -.4,-57 -.56,-68 -.76,-54 -.92,-44 -.88,-22 -.99,2',
  ),
  receding: mirrorPoints('.99,-2 .92,-22 .9,-52 .84,-74 .5,-88 .16,-80', '0,-79'),
  bob: toPlanePoints(
    '1,40 .9,20 .88,-12 .84,-42 .6,-62 .3,-74 .16,-78 -.2,-66 -.6,-58 -.86,-40 -.89,-12 -.9,20 -1,40',
  ),
  long: mirrorPoints('1.02,60 .94,30 .9,-10 .86,-40 .62,-62 .25,-74', '0,-80'),
  bun: mirrorPoints('.99,-6 .92,-24 .87,-48 .6,-68 .25,-74', '0,-75'),
  pigtails: mirrorPoints('.99,2 .9,-18 .88,-42 .66,-56 .34,-66', '0,-80'),
  afro: mirrorPoints('.99,-4 .93,-26 .84,-50 .55,-66 .2,-70', '0,-70'),
};

/** Distance of each style from the skull, head units. */
const LIFTS: Readonly<Record<CapStyle, number>> = {
  crop: 4,
  swept: 10,
  spiky: 13,
  receding: 2,
  bob: 9,
  long: 8,
  bun: 4,
  pigtails: 6,
  afro: 26,
};

/**
 * Parses points written as `x,y` pairs.
 * @param text pairs separated by spaces
 */
export function toPlanePoints(text: string): PlanePoint[] {
  return text.split(' ').map((pair) => pair.split(',').map(Number) as unknown as PlanePoint);
}

function mirrorPoints(right: string, middle: string): PlanePoint[] {
  const half = toPlanePoints(right);
  return [...half, ...toPlanePoints(middle), ...half.map(([x, y]): PlanePoint => [-x, y]).reverse()];
}

/** Computes the hairline from the image's right ear to the left one. */
export function toHairline({ face }: Scene, style: CapStyle): HeadPoint[] {
  const { surface, halfWidth } = face.head;
  return HAIRLINES[style].map(([x, y]) => {
    const point = surface(x * halfWidth, y, 3);
    return Math.abs(x) > 0.95 ? { ...point, z: 2 } : point;
  });
}

/** Computes the outer edge of the hair from the image's left ear over the crown to the right one. */
export function toCrown({ face, look }: Scene, style: CapStyle): HeadPoint[] {
  const wide = face.head.halfWidth;
  const grow = LIFTS[style] * look.hair.volume;
  const low = { bob: '1.16,46 1.2,10', long: '1.18,66 1.2,10' }[style as 'bob'] ?? '1,0 1.03,-20';
  const side = toPlanePoints(`${low} 1,-44 .88,-80 .5,-103`);
  const out = (sign: number) =>
    side.map(([x, y]) => {
      if (y >= -30) return { x: sign * (x * wide + grow * 0.12), y, z: -3 };
      const away = 1 + grow / Math.hypot(x * wide, y + 40);
      return { x: sign * x * wide * away, y: -40 + (y + 40) * away, z: -3 };
    });
  const arc = [...out(-1), { x: 0, y: -110 - grow, z: -3 }, ...out(1).reverse()];
  return style === 'spiky' || style === 'afro' ? roughen(arc, style === 'afro' ? 4 : 9) : arc;
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
  const place = ([x, y]: PlanePoint): HeadPoint => ({ x: x * wide, y, z: -26 });
  const both = (half: readonly PlanePoint[]) => [
    ...half.map(place),
    ...half.map(([x, y]) => place([-x, y])).reverse(),
  ];
  const widen = (text: string) => toPlanePoints(text).map(([x, y]): PlanePoint => [x * volume, y]);
  switch (style) {
    case 'bob':
      return [both(widen('.4,-112 1.05,-70 1.2,0 1.24,40 1.06,67 .5,60'))];
    case 'long':
      return [both(widen('.4,-112 1.05,-70 1.2,0 1.28,70 1.22,128 .6,134'))];
    case 'bun':
      return [toRing({ x: 0, y: -118, z: -20 }, 27 * volume, 12)];
    case 'pigtails':
      return [-1, 1].map((side) =>
        toPlanePoints('.96,-52 1.3,-62 1.62,-34 1.68,6 1.44,42 1.36,10 1.12,-18').map(([x, y]) => ({
          ...place([side * x, y]),
          z: -18,
        })),
      );
    case 'afro':
      return [toCloud(wide, volume)];
    default:
      return [];
  }
}

function toRing(centre: HeadPoint, radius: number, count: number): HeadPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return { ...centre, x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
  });
}

/** Computes the outline of an afro. */
function toCloud(wide: number, volume: number): HeadPoint[] {
  const count = 34;
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const curl = index % 2 === 0 ? 1 : 0.94;
    return {
      x: 1.42 * volume * wide * Math.cos(angle) * curl,
      y: -50 + 78 * volume * Math.sin(angle) * curl,
      z: -10,
    };
  });
}
