import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';
import { type Box, scaleBox } from '../core/geometry';
import type { RgbImage } from '../core/image';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../core/blocks';
import type { PictureFigure } from './figure';
import { measureText, resvgFont } from './fonts';
import { embedImage, fitSize, readImageSize, type ImageSource, type Placement } from './images';
import { element, makePicture, textLine, TITLE } from './svg';
import { BLOCK_COLORS, COLORS, FONT_FAMILY, FONT_SIZES } from './theme';

const PADDING = 28;
const SIDE = 320;
const LINE = 18;
const BOX_COLORS = [COLORS.yellow, COLORS.pink, COLORS.sky];
const LABEL = { sizePx: FONT_SIZES.label };

/**
 * Draws landmarks and named boxes on an image.
 * @param marks.landmarks [68, 2] as x and y in pixels of the image; those of a block have its colour
 * @param marks.boxes three at most, in pixels of the image; they may extend beyond it
 * @returns the image, its longer side 320 pixels, with the boxes' names below
 * @throws RangeError for more than three boxes
 */
export async function markPicture(
  image: ImageSource,
  marks: {
    readonly title: string;
    readonly landmarks?: Float32Array;
    readonly boxes?: readonly { readonly box: Box; readonly label: string }[];
  },
): Promise<PictureFigure> {
  const { title, landmarks, boxes = [] } = marks;
  if (boxes.length > BOX_COLORS.length)
    throw new RangeError(`Expected at most ${BOX_COLORS.length} boxes but received ${boxes.length}`);
  const fitted = fitSize(await readImageSize(image), SIDE);
  const place = { x: PADDING, y: PADDING + 24, ...fitted };
  const below = place.y + fitted.height + PADDING;
  const content = [
    textLine(title, PADDING, 28, TITLE),
    await embedImage(image, place),
    ...boxes.map(({ box }, index) => drawBox(box, BOX_COLORS[index], place)),
    landmarks ? drawLandmarks(landmarks, place, { r: 2.8 }) : '',
    ...boxes.map(({ label }, index) => {
      const y = below + index * LINE;
      const line = { x: PADDING, y: y - 5, width: 22, height: 4, fill: BOX_COLORS[index] };
      return element('rect', line) + textLine(label, PADDING + 32, y, LABEL);
    }),
  ];
  const widths = [measureText(title, TITLE), ...boxes.map(({ label }) => 32 + measureText(label, LABEL))];
  const width = Math.ceil(Math.max(fitted.width, ...widths)) + 2 * PADDING;
  const drawn = [...(landmarks ? ['68 landmarks'] : []), ...boxes.map(({ label }) => label)].join(', ');
  const text = drawn ? `${title}: ${drawn}` : title;
  return makePicture(text, { width, height: below + boxes.length * LINE }, content);
}

/**
 * Draws landmarks as dots.
 * @param landmarks [68, 2] as x and y in pixels of the image
 * @param style SVG attributes; default: each block's landmarks in its colour
 */
export function drawLandmarks(landmarks: Float32Array, { x, y, scale }: Placement, style = {}): string {
  return Array.from({ length: landmarks.length / 2 }, (_, index) => {
    const cx = x + landmarks[2 * index] * scale;
    const cy = y + landmarks[2 * index + 1] * scale;
    const eyesColor = EYES_LANDMARKS.includes(index) && BLOCK_COLORS.eyes;
    const fill = eyesColor || (MOUTH_LANDMARKS.includes(index) ? BLOCK_COLORS.mouth : COLORS.paper);
    return element('circle', { cx, cy, r: 1.9, fill, stroke: COLORS.ink, 'stroke-width': 0.6, ...style });
  }).join('');
}

/**
 * Draws a box as a coloured line on a wider dark one, which is visible on light and on dark skin.
 * @param box in pixels of the image
 * @param lines widths of both lines in pixels of the picture, the dark one first
 */
export function drawBox(box: Box, stroke: string, { x, y, scale }: Placement, lines = [4.5, 2.5]): string {
  const scaled = scaleBox(box, scale);
  const frame = { ...scaled, x: x + scaled.x, y: y + scaled.y, fill: 'none' };
  const below = element('rect', { ...frame, stroke: COLORS.ink, 'stroke-width': lines[0] });
  return below + element('rect', { ...frame, stroke, 'stroke-width': lines[1] });
}

/** A face with an answer; coordinates are in pixels of the picture. */
interface AnnotatedFace {
  readonly box: Box;
  readonly eyesBox: Box;
  readonly mouthBox: Box;
  /** [68, 2] */
  readonly landmarks: Float32Array;
  /** Such as `joy 93 %`. */
  readonly label: string;
}

/** Maximum length of an annotated picture's longer side in pixels. */
const ANNOTATED_SIDE = 2000;

/**
 * Draws faces, landmarks, both blocks' boxes and answers on a picture, without the machine's fonts.
 * @returns a JPEG, its longer side at most 2000 pixels
 */
export async function annotatePicture(image: RgbImage, faces: readonly AnnotatedFace[]): Promise<Buffer> {
  const { width, height, data } = image;
  const scale = Math.min(1, ANNOTATED_SIDE / Math.max(width, height));
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const content = faces.map((face) => annotateFace(face, size, scale)).join('');
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = element('svg', { xmlns: namespace, ...size, 'font-family': FONT_FAMILY }, `${content} `);
  const input = Buffer.from(new Resvg(svg, { font: resvgFont() }).render().pixels);
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ ...size, fit: 'fill' })
    .composite([{ input, raw: { ...size, channels: 4, premultiplied: true } }])
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

function annotateFace(face: AnnotatedFace, size: { width: number; height: number }, scale: number): string {
  const place = { x: 0, y: 0, scale };
  const line = Math.max(1.5, (face.box.width * scale) / 110);
  const frame = (box: Box, color: string) => drawBox(box, color, place, [2 * line, line]);
  const dots = { r: 0.8 * line, fill: COLORS.paper, 'stroke-width': 0.3 * line };
  const { x, y, width, height } = scaleBox(face.box, scale);
  const sizePx = Math.min(40, Math.max(13, width / 7));
  const style = { sizePx, bold: true, color: COLORS.paper };
  const label = { width: measureText(face.label, style) + sizePx, height: 1.5 * sizePx };
  const left = Math.max(0, Math.min(x, size.width - label.width));
  // Above the face, or below it if there is no room.
  const above = y - label.height - 2;
  const top = above >= 0 ? above : Math.min(size.height - label.height, y + height + 2);
  return [
    frame(face.box, COLORS.paper),
    frame(face.eyesBox, BLOCK_COLORS.eyes),
    frame(face.mouthBox, BLOCK_COLORS.mouth),
    drawLandmarks(face.landmarks, place, dots),
    element('rect', { x: left, y: top, ...label, rx: 3, fill: COLORS.ink, 'fill-opacity': '0.85' }),
    textLine(face.label, left + sizePx / 2, top + 1.1 * sizePx, style),
  ].join('');
}
