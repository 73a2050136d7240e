import sharp from 'sharp';
import { type Box, boundingBox, centerOf, longerSide, scaleBox } from '../lib/core/geometry';
import { landmarkBox } from '../lib/core/blocks';
import type { Random } from '../lib/core/random';
import { FRAME_SIZE, measureLandmarks, planSample, renderPng, renderSvg } from '../lib/characters';
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
  const plan = planSample({ clipsPerCell: 1, framesPerClip: 1 });
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
      const width = Math.floor(Math.min(side, image.width - left));
      const height = Math.floor(Math.min(side, image.height - top));
      const png = await sharp(photograph).extract({ left, top, width, height }).png().toBuffer();
      const face = { ...box, x: box.x - left, y: box.y - top };
      return { kind: 'photographed', png, width, height, face };
    }),
  );
}

/** Size of a picture to draw in pixels, and the source of its random numbers. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly random: Random;
}

/**
 * Pastes faces of one size into a texture, each at a random place without overlap.
 * @param canvas.faceSize longer side of the landmarks' bounding box in pixels
 * @returns JPEG file, and the boxes of the faces in its pixels
 */
export async function pasteFaces(
  pieces: readonly Piece[],
  { width, height, random, faceSize }: Canvas & { readonly faceSize: number },
) {
  const cell = Math.ceil(2.6 * faceSize);
  const [columns, rows] = [Math.floor(width / cell), Math.floor(height / cell)];
  const places = random.shuffle(Array.from({ length: columns * rows }, (_, place) => place));
  const pasted = await Promise.all(
    pieces.slice(0, places.length).map(async (piece, index) => {
      const scale = faceSize / longerSide(piece.face);
      const size = { width: Math.round(piece.width * scale), height: Math.round(piece.height * scale) };
      const at = (step: number, room: number, own: number) => {
        const start = step * (room / (room === width ? columns : rows));
        return Math.floor(Math.min(room - own, start + random.next() * Math.max(0, cell - own)));
      };
      const left = Math.max(0, at(places[index] % columns, width, size.width));
      const top = Math.max(0, at(Math.floor(places[index] / columns), height, size.height));
      // All random numbers are drawn before anything is awaited: later ones would depend on which face is ready first.
      const input = await sharp(piece.png)
        .resize({ ...size, fit: 'fill' })
        .png()
        .toBuffer();
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
  { width, height, random }: Canvas,
): Promise<Buffer> {
  const noise = (columns: number, rows: number) =>
    sharp(Buffer.from(Array.from({ length: 3 * columns * rows }, () => 40 + random.integer(180))), {
      raw: { width: columns, height: rows, channels: 3 },
    })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .jpeg()
      .toBuffer();
  const unit = Math.ceil(Math.min(width, height) / (6 + random.integer(24)));
  if (kind === 'clouds') return noise(8 + random.integer(24), 6 + random.integer(18));
  if (kind === 'grain') return noise(Math.ceil(width / 4), Math.ceil(height / 4));
  const marks: string[] = [];
  for (let y = 0, row = 0; y < height; y += unit, row++)
    for (let x = 0, column = 0; x < width; x += unit, column++)
      marks.push(drawMark(kind, { x, y, unit, row, column }, random));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${colour(random, kind)}"/>${marks.join('')}</svg>`;
  return sharp(Buffer.from(svg), { unlimited: true }).removeAlpha().jpeg().toBuffer();
}

type Place = Record<'x' | 'y' | 'unit' | 'row' | 'column', number>;

function drawMark(kind: string, { x, y, unit, row, column }: Place, random: Random): string {
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
      const across = random.uniform(0.2, 0.6) * unit;
      const down = random.uniform(0.2, 0.6) * unit;
      const turn = `transform="rotate(${random.integer(180)} ${cx} ${cy})"`;
      return `<ellipse cx="${cx}" cy="${cy}" rx="${across}" ry="${down}" ${fill} ${kind === 'discs' ? '' : turn}/>`;
    }
  }
}

function colour(random: Random, kind: string): string {
  const [from, range] = { skin: [15, 25], leaves: [70, 60] }[kind] ?? [0, 360];
  return `hsl(${from + random.integer(range)},${20 + random.integer(60)}%,${20 + random.integer(60)}%)`;
}
