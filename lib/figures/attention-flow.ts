import type { Box } from '../core/geometry';
import { drawBox, drawLandmarks } from './face-marks';
import type { PictureFigure } from './figure';
import {
  embedImage,
  embedPixels,
  fitSize,
  readImageSize,
  type ImageSource,
  type Place,
  type RasterImage,
} from './images';
import { arrow, element, svgDocument, textLine } from './svg';
import { BLOCK_COLORS, COLORS, FONT_SIZES } from './theme';

/** A face with all that preprocessing found in it. */
export interface FaceView {
  readonly image: ImageSource;
  /** [68, 2] as x and y in pixels of the image. */
  readonly landmarks: Float32Array;
  /** In pixels of the image, margin included. */
  readonly eyesBox: Box;
  readonly mouthBox: Box;
  /** Grey, 32x32. */
  readonly eyes: RasterImage;
  readonly mouth: RasterImage;
  /** Below the image, such as character and emotion. */
  readonly caption?: string;
}

const PADDING = 14;
const PANEL = 208;
const GAP = 44;
const BLOCK = 96;
const HEADER = 76;
const STEPS = ['Image', '68 landmarks', 'Boxes with margin', 'Blocks, 32×32'];

/**
 * Draws the flow chart of prior attention: image, landmarks, boxes, and the two blocks pixel by pixel.
 * @param faces one row each, at least one
 * @throws RangeError when there is none
 * Source: the original's flow chart figure.
 */
export async function attentionFlow(
  faces: readonly FaceView[],
  title = 'Prior attention: the network sees the eyes and the mouth only',
): Promise<PictureFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const rowHeight = PANEL + 34;
  const rows = await Promise.all(faces.map((face, row) => drawFace(face, HEADER + row * rowHeight)));
  const width = columnX(3) + BLOCK + PADDING + 60;
  const height = HEADER + faces.length * rowHeight;
  const headings = STEPS.map((step, column) =>
    textLine(`${column + 1}. ${step}`, columnX(column), HEADER - 12, { sizePx: 12, color: COLORS.quiet }),
  );
  const content = [
    textLine(title, PADDING, PADDING + 14, { sizePx: FONT_SIZES.title, bold: true }),
    ...headings,
    ...rows,
  ];
  const captions = faces.flatMap(({ caption }) => caption ?? []).join(', ');
  const text = `${title}: ${STEPS.join(', ').toLowerCase()}${captions ? `; ${captions}` : ''}`;
  return { kind: 'picture', title: text, svg: svgDocument(width, height, content), width, height };
}

function columnX(column: number): number {
  return PADDING + column * (PANEL + GAP);
}

async function drawFace(face: FaceView, y: number): Promise<string> {
  const size = await readImageSize(face.image);
  const fitted = fitSize(size, PANEL);
  const scale = fitted.width / size.width;
  const panel = (column: number): Place => ({
    x: columnX(column) + (PANEL - fitted.width) / 2,
    y: y + (PANEL - fitted.height) / 2,
    ...fitted,
  });
  const images = await Promise.all([0, 1, 2].map((column) => embedImage(face.image, panel(column))));
  const arrows = [0, 1, 2].map((column) => {
    const x = columnX(column) + PANEL;
    return arrow({ x: x + 8, y: y + PANEL / 2 }, { x: x + GAP - 8, y: y + PANEL / 2 });
  });
  const caption = face.caption ?? '';
  return [
    ...images,
    ...arrows,
    drawLandmarks(face.landmarks, panel(1), scale),
    drawBox(face.eyesBox, BLOCK_COLORS.eyes, panel(2), scale),
    drawBox(face.mouthBox, BLOCK_COLORS.mouth, panel(2), scale),
    await drawBlock(face.eyes, 'eyes', y),
    await drawBlock(face.mouth, 'mouth', y + PANEL - BLOCK),
    textLine(caption, columnX(0) + PANEL / 2, y + (PANEL + fitted.height) / 2 + 18, {
      sizePx: 12,
      anchor: 'middle',
    }),
  ].join('\n');
}

async function drawBlock(block: RasterImage, name: 'eyes' | 'mouth', y: number): Promise<string> {
  const place = { x: columnX(3), y, width: BLOCK, height: BLOCK };
  const frame = element('rect', {
    x: place.x - 2,
    y: y - 2,
    width: BLOCK + 4,
    height: BLOCK + 4,
    fill: BLOCK_COLORS[name],
    stroke: COLORS.ink,
    'stroke-width': 0.8,
  });
  const label = textLine(name, place.x + BLOCK + 10, y + BLOCK / 2 + 4, { sizePx: 12 });
  return frame + (await embedPixels(block, place)) + label;
}
