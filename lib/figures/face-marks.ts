import type { Box } from '../core/geometry';
import { EYES_LANDMARKS, MOUTH_LANDMARKS } from '../core/landmarks';
import type { PictureFigure } from './figure';
import { measureText } from './fonts';
import { embedImage, fitSize, readImageSize, type ImageSource, type Place } from './images';
import { element, svgDocument, textLine } from './svg';
import { BLOCK_COLORS, COLORS, FONT_SIZES } from './theme';

/** What is drawn into a picture; all in pixels of the picture. */
export interface FaceMarks {
  /** [68, 2] as x and y; those of the eyes block and of the mouth block get their block's colour. */
  readonly landmarks?: Float32Array;
  /** Three at most, each named below the picture; a box may leave the picture. */
  readonly boxes?: readonly { readonly box: Box; readonly label: string }[];
  readonly title: string;
}

const PADDING = 28;
const SIDE = 320;
const LINE = 18;
const DOT = 2.8;
const BOX_COLORS = [COLORS.yellow, COLORS.pink, COLORS.sky] as const;

/**
 * Draws landmarks and named boxes into a picture.
 * @returns the picture, its longer side 320 pixels, with the boxes' names below
 * @throws RangeError for more than three boxes
 */
export async function markPicture(
  image: ImageSource,
  { landmarks, boxes = [], title }: FaceMarks,
): Promise<PictureFigure> {
  if (boxes.length > BOX_COLORS.length)
    throw new RangeError(`Expected at most ${BOX_COLORS.length} boxes but received ${boxes.length}`);
  const size = await readImageSize(image);
  const fitted = fitSize(size, SIDE);
  const scale = fitted.width / size.width;
  const place = { x: PADDING, y: PADDING + 24, ...fitted };
  const below = place.y + fitted.height + PADDING;
  const names = boxes.map(({ label }, index) => {
    const y = below + index * LINE;
    const line = { x: PADDING, y: y - 5, width: 22, height: 4, fill: BOX_COLORS[index] };
    return element('rect', line) + textLine(label, PADDING + 32, y, { sizePx: FONT_SIZES.label });
  });
  const content = [
    textLine(title, PADDING, 28, { sizePx: FONT_SIZES.title, bold: true }),
    await embedImage(image, place),
    ...boxes.map(({ box }, index) => drawBox(box, BOX_COLORS[index], place, scale)),
    landmarks ? drawLandmarks(landmarks, place, scale, DOT) : '',
    ...names,
  ];
  const widths = [
    measureText(title, { sizePx: FONT_SIZES.title, bold: true }),
    ...boxes.map(({ label }) => 32 + measureText(label, { sizePx: FONT_SIZES.label })),
  ];
  const width = Math.ceil(Math.max(fitted.width, ...widths)) + 2 * PADDING;
  const height = below + boxes.length * LINE;
  const marks = [...(landmarks ? ['68 landmarks'] : []), ...boxes.map(({ label }) => label)];
  const text = marks.length > 0 ? `${title}: ${marks.join(', ')}` : title;
  return { kind: 'picture', title: text, svg: svgDocument(width, height, content), width, height };
}

/**
 * Draws landmarks as dots, those of each block in its colour.
 * @param landmarks [68, 2] as x and y in pixels of the image
 * @param place where the image lies in the picture
 * @param scale pixels of the picture for each of the image
 * @param radius of a dot in pixels of the picture, default 1.9
 */
export function drawLandmarks(landmarks: Float32Array, place: Place, scale: number, radius = 1.9): string {
  return Array.from({ length: landmarks.length / 2 }, (_, index) => {
    const cx = place.x + landmarks[2 * index] * scale;
    const cy = place.y + landmarks[2 * index + 1] * scale;
    return element('circle', {
      cx,
      cy,
      r: radius,
      fill: landmarkColor(index),
      stroke: COLORS.ink,
      'stroke-width': 0.6,
    });
  }).join('');
}

/**
 * Draws a box as a coloured frame.
 * @param box in pixels of the image
 * @param place where the image lies in the picture
 * @param scale pixels of the picture for each of the image
 */
export function drawBox(box: Box, stroke: string, place: Place, scale: number): string {
  const frame = {
    x: place.x + box.x * scale,
    y: place.y + box.y * scale,
    width: box.width * scale,
    height: box.height * scale,
    fill: 'none',
  };
  // A dark line below the coloured one: it is seen on light and on dark skin.
  const below = element('rect', { ...frame, stroke: COLORS.ink, 'stroke-width': 4.5 });
  return below + element('rect', { ...frame, stroke, 'stroke-width': 2.5 });
}

function landmarkColor(index: number): string {
  if (EYES_LANDMARKS.includes(index)) return BLOCK_COLORS.eyes;
  return MOUTH_LANDMARKS.includes(index) ? BLOCK_COLORS.mouth : COLORS.paper;
}
