import { type Box, clampBox, growBox, longerSide } from '../core/geometry';
import { landmarkBox } from '../core/landmarks';
import { drawBox, drawLandmarks } from './face-marks';
import type { PictureFigure } from './figure';
import { embedImage, embedPixels, fitSize, openImage, readImageSize } from './images';
import type { ImageSource, RasterImage } from './images';
import { arrow, element, makePicture, textLine, TITLE } from './svg';
import { BLOCK_COLORS, COLORS } from './theme';

/** The preprocessing results of a face; coordinates are in pixels of the image. */
export interface FaceView {
  readonly image: ImageSource;
  /** [68, 2] as x and y. */
  readonly landmarks: Float32Array;
  /** With the margin. */
  readonly eyesBox: Box;
  readonly mouthBox: Box;
  /** Grey, [32, 32]. */
  readonly eyes: RasterImage;
  readonly mouth: RasterImage;
  /** Such as character and emotion. */
  readonly caption?: string;
}

/** A face is small if its landmarks span a smaller share of the image's longer side. */
const SMALL_FACE = 0.35;

/**
 * Crops an image with a small face to the face's surroundings, so that landmarks and boxes are visible in a figure.
 * @returns the view with landmarks and boxes in pixels of the crop; the same view if the face is not small
 */
export async function focusOnFace(view: FaceView): Promise<FaceView> {
  const { width, height } = await readImageSize(view.image);
  const face = landmarkBox(view.landmarks);
  const side = longerSide(face);
  const part = clampBox(growBox(face, 0.5 * side), width, height);
  if (!part || side >= SMALL_FACE * Math.max(width, height)) return view;
  const { x, y, ...size } = part;
  const image = await openImage(view.image)
    .extract({ left: x, top: y, ...size })
    .png()
    .toBuffer();
  const move = (box: Box): Box => ({ ...box, x: box.x - x, y: box.y - y });
  return {
    ...view,
    image,
    landmarks: view.landmarks.map((value, index) => value - (index % 2 === 0 ? x : y)),
    eyesBox: move(view.eyesBox),
    mouthBox: move(view.mouthBox),
  };
}

const PADDING = 14;
const PANEL = 208;
const GAP = 44;
const BLOCK = 96;
const HEADER = 76;
const STEPS = ['Image', '68 landmarks', 'Boxes with margin', 'Blocks, 32×32'];
const SMALL = { sizePx: 12 };

/**
 * Draws the flow chart of prior attention: image, landmarks, boxes, and both blocks.
 * @param faces at least one, a row each
 * @throws RangeError for no faces
 * Source: the original's flow chart.
 */
export async function attentionFlow(
  faces: readonly FaceView[],
  title = 'Prior attention: the network sees the eyes and the mouth only',
): Promise<PictureFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const rowHeight = PANEL + 34;
  const content = [
    textLine(title, PADDING, PADDING + 14, TITLE),
    ...STEPS.map((step, column) =>
      textLine(`${column + 1}. ${step}`, columnX(column), HEADER - 12, { ...SMALL, color: COLORS.quiet }),
    ),
    ...(await Promise.all(faces.map((face, row) => drawFace(face, HEADER + row * rowHeight)))),
  ];
  const captions = faces.flatMap(({ caption }) => caption ?? []).join(', ');
  const text = `${title}: ${STEPS.join(', ').toLowerCase()}${captions ? `; ${captions}` : ''}`;
  const width = columnX(3) + BLOCK + PADDING + 60;
  return makePicture(text, { width, height: HEADER + faces.length * rowHeight }, content);
}

function columnX(column: number): number {
  return PADDING + column * (PANEL + GAP);
}

async function drawFace(face: FaceView, y: number): Promise<string> {
  const fitted = fitSize(await readImageSize(face.image), PANEL);
  const panels = [0, 1, 2].map((column) => ({
    x: columnX(column) + (PANEL - fitted.width) / 2,
    y: y + (PANEL - fitted.height) / 2,
    ...fitted,
  }));
  const arrows = [0, 1, 2].map((column) => {
    const x = columnX(column) + PANEL;
    return arrow({ x: x + 8, y: y + PANEL / 2 }, { x: x + GAP - 8, y: y + PANEL / 2 });
  });
  const captionY = y + (PANEL + fitted.height) / 2 + 18;
  return [
    ...(await Promise.all(panels.map((panel) => embedImage(face.image, panel)))),
    ...arrows,
    drawLandmarks(face.landmarks, panels[1]),
    drawBox(face.eyesBox, BLOCK_COLORS.eyes, panels[2]),
    drawBox(face.mouthBox, BLOCK_COLORS.mouth, panels[2]),
    await drawBlock(face.eyes, 'eyes', y),
    await drawBlock(face.mouth, 'mouth', y + PANEL - BLOCK),
    textLine(face.caption ?? '', columnX(0) + PANEL / 2, captionY, { ...SMALL, anchor: 'middle' }),
  ].join('\n');
}

async function drawBlock(block: RasterImage, name: 'eyes' | 'mouth', y: number): Promise<string> {
  const place = { x: columnX(3), y, width: BLOCK, height: BLOCK };
  const colors = { fill: BLOCK_COLORS[name], stroke: COLORS.ink, 'stroke-width': 0.8 };
  const frame = element('rect', { ...growBox(place, 2), ...colors });
  const label = textLine(name, place.x + BLOCK + 10, y + BLOCK / 2 + 4, SMALL);
  return frame + (await embedPixels(block, place)) + label;
}
