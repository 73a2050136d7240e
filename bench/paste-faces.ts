import sharp from 'sharp';
import { type Box, boundingBox, centerOf, longerSide, scaleBox } from '../lib/core/geometry';
import { landmarkBox } from '../lib/core/landmarks';
import type { Random } from '../lib/core/random';
import {
  FRAME_SIZE,
  measureLandmarks,
  planSample,
  renderPng,
  renderSvg,
  toSampleSettings,
} from '../lib/characters';
import type { DetectedFace } from '../lib/faces/detector/detected-face';

/** A picture of one face, for pasting into composites. */
export interface Piece {
  readonly kind: 'drawn' | 'photographed';
  readonly png: Buffer;
  readonly width: number;
  readonly height: number;
  /** Bounding box of the landmarks, in pixels of the piece. */
  readonly face: Box;
}

/** Draws a frame of each character and expression of the sample. */
export function drawPieces(): Promise<Piece[]> {
  const plan = planSample(toSampleSettings({ clipsPerCell: 1, framesPerClip: 1 }));
  return Promise.all(
    plan.map(async (frame): Promise<Piece> => {
      const png = await renderPng(renderSvg(frame.view));
      const face = boundingBox(measureLandmarks(frame.view));
      return { kind: 'drawn', png, width: FRAME_SIZE, height: FRAME_SIZE, face };
    }),
  );
}

/** Cuts faces out of a photograph, each with a margin of half its size. */
export function cutPieces(
  photograph: string,
  faces: readonly DetectedFace[],
  image: Pick<Box, 'width' | 'height'>,
) {
  return Promise.all(
    faces.map(async ({ landmarks }): Promise<Piece> => {
      const box = landmarkBox(landmarks);
      const center = centerOf(box);
      const side = 2 * longerSide(box);
      const left = Math.round(Math.max(0, center.x - side / 2));
      const top = Math.round(Math.max(0, center.y - 0.55 * side));
      const [width, height] = [Math.min(side, image.width - left), Math.min(side, image.height - top)].map(
        Math.floor,
      );
      const png = await sharp(photograph).extract({ left, top, width, height }).png().toBuffer();
      const face = { ...box, x: box.x - left, y: box.y - top };
      return { kind: 'photographed', png, width, height, face };
    }),
  );
}

/**
 * Pastes faces of one size into a texture, each at a random place without overlap.
 * @param options.faceSize longer side of the landmarks' bounding box in pixels
 * @returns JPEG file, and the boxes of the faces in its pixels
 */
export async function pasteFaces(
  pieces: readonly Piece[],
  options: {
    readonly width: number;
    readonly height: number;
    readonly faceSize: number;
    readonly random: Random;
  },
) {
  const { width, height, faceSize, random } = options;
  const cell = Math.ceil(2.6 * faceSize);
  const [columns, rows] = [Math.floor(width / cell), Math.floor(height / cell)];
  const places = random.shuffle(Array.from({ length: columns * rows }, (_, place) => place));
  const pasted = await Promise.all(
    pieces.slice(0, places.length).map(async (piece, index) => {
      const scale = faceSize / longerSide(piece.face);
      const size = { width: Math.round(piece.width * scale), height: Math.round(piece.height * scale) };
      const input = await sharp(piece.png)
        .resize({ ...size, fit: 'fill' })
        .png()
        .toBuffer();
      const at = (step: number, room: number, own: number) => {
        const start = step * (room / (room === width ? columns : rows));
        return Math.floor(Math.min(room - own, start + random.next() * Math.max(0, cell - own)));
      };
      const left = Math.max(0, at(places[index] % columns, width, size.width));
      const top = Math.max(0, at(Math.floor(places[index] / columns), height, size.height));
      const scaled = scaleBox(piece.face, scale);
      const box = { ...scaled, x: left + scaled.x, y: top + scaled.y };
      return { overlay: { input, left, top }, face: { kind: piece.kind, box } };
    }),
  );
  const background = await drawTexture(random.pick(TEXTURES), { width, height, random });
  const jpeg = await sharp(background)
    .composite(pasted.map(({ overlay }) => overlay))
    .jpeg({ quality: 90 })
    .toBuffer();
  return { jpeg, faces: pasted.map(({ face }) => face) };
}

/** The kinds of textures. */
export const TEXTURES = [
  'clouds',
  'grain',
  'stripes',
  'checks',
  'bricks',
  'discs',
  'rings',
  'leaves',
  'skin',
  'crosses',
] as const;

/** Draws a texture without a face. @returns JPEG file */
export async function drawTexture(
  kind: (typeof TEXTURES)[number],
  { width, height, random }: { readonly width: number; readonly height: number; readonly random: Random },
): Promise<Buffer> {
  const noise = (columns: number, rows: number) =>
    sharp(Buffer.from(Array.from({ length: 3 * columns * rows }, () => 40 + random.integer(180))), {
      raw: { width: columns, height: rows, channels: 3 },
    }).resize(width, height, { fit: 'fill', kernel: 'cubic' });
  const unit = Math.ceil(Math.min(width, height) / (6 + random.integer(24)));
  if (kind === 'clouds')
    return noise(8 + random.integer(24), 6 + random.integer(18))
      .jpeg()
      .toBuffer();
  if (kind === 'grain')
    return noise(Math.ceil(width / 4), Math.ceil(height / 4))
      .jpeg()
      .toBuffer();
  const marks: string[] = [];
  for (let y = 0, row = 0; y < height; y += unit, row++)
    for (let x = 0, column = 0; x < width; x += unit, column++)
      marks.push(drawMark(kind, { x, y, unit, row, column, random }));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour(random, kind)}"/>${marks.join('')}</svg>`;
  return sharp(Buffer.from(svg), { unlimited: true }).removeAlpha().jpeg().toBuffer();
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly unit: number;
  readonly row: number;
  readonly column: number;
  readonly random: Random;
}

function drawMark(kind: string, { x, y, unit, row, column, random }: Mark): string {
  const fill = `fill="${colour(random, kind)}"`;
  const half = unit / 2;
  const [cx, cy] = [x + half, y + half];
  switch (kind) {
    case 'stripes':
      return row === 0 ? `<rect x="${x}" width="${half}" height="100%" ${fill}/>` : '';
    case 'checks':
      return (row + column) % 2 ? '' : `<rect x="${x}" y="${y}" width="${unit}" height="${unit}" ${fill}/>`;
    case 'bricks':
      return `<rect x="${x + (row % 2) * half}" y="${y}" width="${0.94 * unit}" height="${0.44 * unit}" ${fill}/>`;
    case 'rings':
      return `<circle cx="${cx}" cy="${cy}" r="${0.3 * unit}" fill="none" stroke="${colour(random, kind)}" stroke-width="${0.1 * unit}"/>`;
    case 'crosses':
      return `<path d="M${x} ${cy}H${x + unit}M${cx} ${y}V${y + unit}" stroke="${colour(random, kind)}" stroke-width="${0.06 * unit}"/>`;
    default: {
      const [across, down] = [random.uniform(0.2, 0.6), random.uniform(0.2, 0.6)].map(
        (share) => share * unit,
      );
      const turn = `transform="rotate(${random.integer(180)} ${cx} ${cy})"`;
      return `<ellipse cx="${cx}" cy="${cy}" rx="${across}" ry="${down}" ${fill} ${kind === 'discs' ? '' : turn}/>`;
    }
  }
}

function colour(random: Random, kind: string): string {
  const hue =
    kind === 'skin'
      ? 15 + random.integer(25)
      : kind === 'leaves'
        ? 70 + random.integer(60)
        : random.integer(360);
  return `hsl(${hue},${20 + random.integer(60)}%,${20 + random.integer(60)}%)`;
}
