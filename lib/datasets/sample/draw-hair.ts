import type { HairStyle } from './character';
import { toRibbon, toSmoothPath, taper } from './curves';
import { mixColours } from './colour';
import { clipTo, fill, stroke, type Scene } from './scene';
import type { HeadPoint } from './space';

type Spot = readonly [x: number, y: number];

/** Hairlines from the image's right ear to the left one, x in half widths of the head and y in head units. */
const HAIRLINES: Readonly<Record<Exclude<HairStyle, 'bald' | 'scarf'>, readonly Spot[]>> = {
  crop: [
    [0.99, -2],
    [0.9, -22],
    [0.87, -46],
    [0.7, -60],
    [0.35, -64],
    [0, -66],
    [-0.35, -64],
    [-0.7, -60],
    [-0.87, -46],
    [-0.9, -22],
    [-0.99, -2],
  ],
  swept: [
    [0.99, -2],
    [0.91, -20],
    [0.88, -44],
    [0.72, -60],
    [0.45, -72],
    [0.2, -72],
    [-0.1, -64],
    [-0.45, -59],
    [-0.8, -52],
    [-0.9, -24],
    [-0.99, -2],
  ],
  spiky: [
    [0.99, 2],
    [0.88, -22],
    [0.92, -44],
    [0.72, -55],
    [0.62, -66],
    [0.42, -57],
    [0.24, -69],
    [0.02, -58],
    [-0.16, -70],
    [-0.4, -57],
    [-0.56, -68],
    [-0.76, -54],
    [-0.92, -44],
    [-0.88, -22],
    [-0.99, 2],
  ],
  receding: [
    [0.99, -2],
    [0.92, -22],
    [0.9, -52],
    [0.84, -74],
    [0.5, -88],
    [0.16, -80],
    [-0.16, -80],
    [-0.5, -88],
    [-0.84, -74],
    [-0.9, -52],
    [-0.92, -22],
    [-0.99, -2],
  ],
  bob: [
    [1.0, 40],
    [0.9, 20],
    [0.88, -12],
    [0.84, -42],
    [0.6, -62],
    [0.3, -74],
    [0.16, -78],
    [-0.2, -66],
    [-0.6, -58],
    [-0.86, -40],
    [-0.89, -12],
    [-0.9, 20],
    [-1.0, 40],
  ],
  long: [
    [1.02, 60],
    [0.94, 30],
    [0.9, -10],
    [0.86, -40],
    [0.62, -62],
    [0.25, -74],
    [0, -80],
    [-0.25, -74],
    [-0.62, -62],
    [-0.86, -40],
    [-0.9, -10],
    [-0.94, 30],
    [-1.02, 60],
  ],
  bun: [
    [0.99, -6],
    [0.92, -24],
    [0.87, -48],
    [0.6, -68],
    [0.25, -74],
    [0, -75],
    [-0.25, -74],
    [-0.6, -68],
    [-0.87, -48],
    [-0.92, -24],
    [-0.99, -6],
  ],
  pigtails: [
    [0.99, 2],
    [0.9, -18],
    [0.88, -42],
    [0.66, -56],
    [0.34, -66],
    [0.06, -80],
    [-0.06, -80],
    [-0.34, -66],
    [-0.66, -56],
    [-0.88, -42],
    [-0.9, -18],
    [-0.99, 2],
  ],
  afro: [
    [0.99, -4],
    [0.93, -26],
    [0.84, -50],
    [0.55, -66],
    [0.2, -70],
    [-0.2, -70],
    [-0.55, -66],
    [-0.84, -50],
    [-0.93, -26],
    [-0.99, -4],
  ],
};

/** Paints what hangs behind the head. */
export function drawBackHair(scene: Scene): string {
  const shapes = toBackShapes(scene);
  const { palette, look } = scene;
  return shapes
    .map((shape) => {
      const path = toSmoothPath(shape.map(scene.project), true);
      return (
        fill(path, palette.hairDark) +
        (look.style.outlinePx
          ? stroke(path, mixColours(palette.hairDark, '#050307', 0.6), look.style.outlinePx)
          : '')
      );
    })
    .join('');
}

function toBackShapes({ look, face }: Scene): HeadPoint[][] {
  const wide = face.head.halfWidth;
  const { volume, style } = look.hair;
  const at = (x: number, y: number, z = -26): HeadPoint => ({ x: x * wide, y, z });
  const mirror = (half: readonly HeadPoint[]) => [
    ...half,
    ...[...half].reverse().map((point) => ({ ...point, x: -point.x })),
  ];
  switch (style) {
    case 'bob':
      return [
        mirror([
          at(0.4, -112),
          at(1.05 * volume, -70),
          at(1.2 * volume, 0),
          at(1.22 * volume, 44),
          at(1.0 * volume, 68),
          at(0.5, 62),
        ]),
      ];
    case 'long':
      return [
        mirror([
          at(0.4, -112),
          at(1.05 * volume, -70),
          at(1.2 * volume, 0),
          at(1.28 * volume, 70),
          at(1.22 * volume, 128),
          at(0.6, 134),
        ]),
      ];
    case 'bun':
      return [ring(at(0, -118, -20), 27 * volume, 12)];
    case 'pigtails':
      return [-1, 1].map((side) => [
        at(side * 0.96, -52, -12),
        at(side * 1.3, -62),
        at(side * 1.62, -34),
        at(side * 1.66, 6),
        at(side * 1.42, 42),
        at(side * 1.36, 10),
        at(side * 1.12, -18),
      ]);
    case 'afro':
      return [bumps(wide, volume)];
    default:
      return [];
  }
}

function ring(centre: HeadPoint, radius: number, count: number): HeadPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return { ...centre, x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) };
  });
}

/** A cloud of curls around the head. */
function bumps(wide: number, volume: number): HeadPoint[] {
  const count = 34;
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const curl = index % 2 === 0 ? 1 : 0.94;
    return {
      x: 1.4 * volume * wide * Math.cos(angle) * curl,
      y: -50 + 78 * volume * Math.sin(angle) * curl,
      z: -10,
    };
  });
}

/** Paints the hair on the head, over the forehead and the ears. */
export function drawFrontHair(scene: Scene): string {
  const { style } = scene.look.hair;
  if (style === 'bald') return '';
  if (style === 'scarf') return drawScarf(scene);
  const { palette, look, project, light } = scene;
  const line = toHairline(scene, style);
  const crown = toCrown(scene, style);
  const path =
    style === 'spiky'
      ? toSpikes([...crown, ...line].map(project), crown.length)
      : toSmoothPath([...crown, ...line].map(project), true);
  const ink = look.style.outlinePx;
  const side = light.x > 0 ? ['0', '1'] : ['1', '0'];
  const stops =
    look.style.shading === 'cel'
      ? `<stop stop-color="${palette.hairDark}"/><stop offset=".3" stop-color="${palette.hairDark}"/><stop offset=".31" stop-color="${palette.hair}"/><stop offset="1" stop-color="${palette.hair}"/>`
      : `<stop stop-color="${palette.hairDark}"/><stop offset=".45" stop-color="${palette.hair}"/><stop offset="1" stop-color="${palette.hairLight}"/>`;
  return (
    `<linearGradient id="cap" x1="${side[0]}" y1="1" x2="${side[1]}" y2="0">${stops}</linearGradient>` +
    fill(path, 'url(#cap)') +
    clipTo('hair-edge', path, drawStrands(scene, crown, line)) +
    stroke(path, mixColours(palette.hairDark, '#050307', 0.4), ink || 0.8, ink ? 1 : 0.5)
  );
}

/** Gives a shadow that the hair casts on the forehead; the caller cuts it to the head. */
export function drawHairShadow(scene: Scene): string {
  const { style } = scene.look.hair;
  if (style === 'bald' || style === 'receding') return '';
  const line = style === 'scarf' ? toScarfRim(scene) : toHairline(scene, style);
  const crown = style === 'scarf' ? [] : toCrown(scene, style);
  const low = [...crown, ...line].map((point) =>
    scene.project({ ...point, y: point.y + 4, x: point.x * 0.97 }),
  );
  return style === 'scarf'
    ? stroke(toSmoothPath(low, true), scene.palette.skinDeep, 7, 0.4)
    : fill(toSmoothPath(low, true), scene.palette.skinDeep, 0.42);
}

function toHairline({ face }: Scene, style: keyof typeof HAIRLINES): HeadPoint[] {
  const { surface, halfWidth } = face.head;
  return HAIRLINES[style].map(([x, y]) => {
    const point = surface(x * halfWidth, y, 3);
    return Math.abs(x) > 0.95 ? { ...point, z: 2 } : point;
  });
}

/** Outer edge of the hair from the image's left ear over the crown to the right one. */
function toCrown({ face, look }: Scene, style: HairStyle): HeadPoint[] {
  const wide = face.head.halfWidth;
  const { volume } = look.hair;
  const lift =
    { crop: 3, swept: 9, spiky: 13, receding: 1, bob: 9, long: 7, bun: 3, pigtails: 5, afro: 26 }[
      style as 'crop'
    ] ?? 4;
  const grow = lift * volume;
  const ends: Spot[] =
    style === 'bob'
      ? [
          [1.16, 46],
          [1.2, 10],
        ]
      : style === 'long'
        ? [
            [1.18, 66],
            [1.2, 10],
          ]
        : [
            [1.0, 0],
            [1.03, -20],
          ];
  const side: Spot[] = [...ends, [1.0, -44], [0.88, -80], [0.5, -103]];
  const out = (sign: number) =>
    side.map(([x, y]) => {
      const away = y < -30 ? grow / Math.hypot(x * wide, y + 40) : 0;
      return {
        x: sign * (x * wide * (1 + away) + (y >= -30 ? grow * 0.12 : 0)),
        y: y < -30 ? -40 + (y + 40) * (1 + away) : y,
        z: -3,
      };
    });
  const top = { x: 0, y: -110 - grow, z: -3 };
  const arc = [...out(-1), top, ...out(1).reverse()];
  return style === 'spiky' || style === 'afro' ? roughen(arc, style === 'afro' ? 4 : 9) : arc;
}

/** Adds a point beyond the edge between each two points: spikes or curls. */
function roughen(arc: readonly HeadPoint[], height: number): HeadPoint[] {
  return arc.flatMap((point, index) => {
    const next = arc[index + 1];
    if (!next || index === 0 || index === arc.length - 2) return [point];
    const [x, y] = [(point.x + next.x) / 2, (point.y + next.y) / 2];
    const length = Math.hypot(x, y + 40);
    return [
      point,
      { x: x * (1 + height / length), y: -40 + (y + 40) * (1 + height / length) - height * 0.3, z: point.z },
    ];
  });
}

function toSpikes(points: readonly { x: number; y: number }[], crownCount: number): string {
  const text = points.map(({ x, y }) => `${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100}`);
  const curves = points.map((point, index) => {
    const next = points[(index + 1) % points.length];
    const pull = index < crownCount ? 3 : 2.5;
    const [mx, my] = [(point.x + next.x) / 2, (point.y + next.y) / 2 + (index < crownCount ? -pull : -pull)];
    return `Q${Math.round(mx * 100) / 100} ${Math.round(my * 100) / 100} ${text[(index + 1) % points.length]}`;
  });
  return `M${text[0]}${curves.join('')}Z`;
}

function drawStrands(scene: Scene, crown: readonly HeadPoint[], line: readonly HeadPoint[]): string {
  const { palette, look, project } = scene;
  if (look.hair.style === 'afro') return drawCurls(scene);
  const count = 7;
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / (count + 1);
    const top = crown[Math.round((0.25 + 0.5 * share) * (crown.length - 1))];
    const low = line[Math.round((1 - (0.12 + 0.76 * share)) * (line.length - 1))];
    const strand = [0.06, 0.35, 0.65, 0.94].map((t) => ({
      x: top.x + (low.x - top.x) * t + Math.sign(low.x || 1) * 5 * Math.sin(Math.PI * t),
      y: top.y + (low.y - top.y) * t - 3 * Math.sin(Math.PI * t),
      z: top.z + (low.z - top.z) * t + 10 * Math.sin(Math.PI * t),
    }));
    const points = strand.map(project);
    return fill(
      toRibbon(points, taper(4, (index % 2 ? 1.5 : 0.9) * scene.pose.scale)),
      index % 2 ? palette.hairLight : palette.hairDark,
      0.4,
    );
  }).join('');
}

function drawCurls(scene: Scene): string {
  const { palette, project, face, pose } = scene;
  const wide = face.head.halfWidth;
  return Array.from({ length: 26 }, (_, index) => {
    const angle = Math.PI + (Math.PI * ((index * 7) % 26)) / 25;
    const radius = 0.86 + (0.2 * ((index * 5) % 4)) / 3;
    const point = project({
      x: radius * 1.06 * wide * Math.cos(angle),
      y: -48 + 66 * radius * Math.sin(angle),
      z: 6,
    });
    const r = (3.2 + (index % 3)) * pose.scale;
    return stroke(
      `M${(point.x - r).toFixed(1)} ${point.y.toFixed(1)}a${r.toFixed(1)} ${r.toFixed(1)} 0 0 1 ${(2 * r).toFixed(1)} 0`,
      index % 2 ? palette.hairLight : palette.hairDark,
      1.2,
      0.55,
    );
  }).join('');
}

function toScarfRim({ face }: Scene): HeadPoint[] {
  const { surface, halfWidth } = face.head;
  const { jawDrop } = face.head;
  const half: Spot[] = [
    [0.3, -68],
    [0.66, -58],
    [0.86, -34],
    [0.93, 0],
    [0.88, 30],
    [0.7, 58],
    [0.4, 80],
  ];
  const right = half.map(([x, y]) => ({
    ...surface(x * halfWidth, y + (y > 40 ? 0.75 * jawDrop : 0), 1),
    z: surface(x * halfWidth, y).z * 0.6 + 6,
  }));
  const chin = { x: 0, y: 88 + 0.85 * jawDrop, z: 36 };
  return [...right, chin, ...right.map((point) => ({ ...point, x: -point.x })).reverse()];
}

function drawScarf(scene: Scene): string {
  const { face, look, project, palette } = scene;
  const wide = face.head.halfWidth;
  const colour = look.hair.colour;
  const half: Spot[] = [
    [0.5, -110],
    [0.95, -86],
    [1.14, -44],
    [1.2, 6],
    [1.16, 50],
    [1.3, 96],
    [1.2, 130],
  ];
  const right = half.map(([x, y]) => ({ x: x * wide, y, z: -4 }));
  const outer = [
    { x: 0, y: -116, z: -4 },
    ...right,
    { x: 0, y: 138, z: 0 },
    ...right.map((point) => ({ ...point, x: -point.x })).reverse(),
  ];
  const rim = toScarfRim(scene).map(project);
  const shape = `${toSmoothPath(outer.map(project), true)} ${toSmoothPath(rim, true)}`;
  const ink = mixColours(colour, '#0c0814', 0.5);
  const drape = [
    [-1.02, 40],
    [-0.5, 92],
    [0.2, 104],
    [0.9, 84],
  ].map(([x, y]) => project({ x: x * wide, y, z: 14 }));
  const drape2 = [
    [-0.9, 70],
    [-0.3, 116],
    [0.5, 118],
    [1.1, 60],
  ].map(([x, y]) => project({ x: x * wide, y, z: 14 }));
  return (
    `<linearGradient id="cap" x1="0" y1="1" x2="1" y2="0"><stop stop-color="${mixColours(colour, '#100c1c', 0.4)}"/><stop offset="1" stop-color="${mixColours(colour, '#fff0dc', 0.2)}"/></linearGradient>` +
    `<path fill-rule="evenodd" d="${shape}" fill="url(#cap)" stroke="${ink}" stroke-width="${look.style.outlinePx || 0.8}"/>` +
    [drape, drape2].map((line) => fill(toRibbon(line, taper(4, 2)), palette.hairDark, 0.5)).join('')
  );
}
