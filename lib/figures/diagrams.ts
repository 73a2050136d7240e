import { type Box, clampBox, growBox, longerSide } from '../core/geometry';
import { landmarkBox } from '../core/blocks';
import type { TerGatSizes } from '../model/networks/tergat';
import { drawBox, drawLandmarks } from './face-marks';
import type { PictureFigure } from './figure';
import { measureText } from './fonts';
import { embedImage, embedPixels, fitSize, openImage, readImageSize } from './images';
import type { ImageSource, RasterImage } from './images';
import { arrow, element, makePicture, SUBTITLE, textLine, TITLE } from './svg';
import { BLOCK_COLORS, COLORS, FONT_SIZES } from './theme';

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
 * Draws the flow chart of prior attention, a row a face: image, landmarks, boxes, and both blocks.
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

const columnX = (column: number): number => PADDING + column * (PANEL + GAP);

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

/**
 * Lists TerGat's layers for a diagram, those of one branch (both are equal) and of the head, from the top.
 * Source: the original's model definition.
 */
export function describeTerGat(sizes: TerGatSizes) {
  const { blockSize: side, filters, branch, head, latent, classes, dropout } = sizes;
  const [first, second] = filters;
  const pooled = side / 2;
  const flat = pooled * pooled * second;
  const branchLayers = [
    layerOf('Input', [side, side, 1]),
    // A batch normalization has a scale and a shift for each channel.
    layerOf('Conv 3×3, BatchNorm, ReLU', [side, side, first], 10 * first + 2 * first),
    layerOf('Conv 3×3, ReLU', [side, side, second], (9 * first + 1) * second),
    layerOf('MaxPool 2×2', [pooled, pooled, second]),
    layerOf(`Flatten, Dropout ${dropout}`, [flat]),
    dense('Dense, ReLU', flat, branch[0]),
    dense(`Dense, ReLU, Dropout ${dropout}`, branch[0], branch[1]),
    dense('Dense', branch[1], latent),
  ];
  const headLayers = [
    layerOf(`Concatenate, Dropout ${dropout}`, [2 * latent]),
    dense('Dense, ReLU', 2 * latent, head[0]),
    dense(`Dense, ReLU, Dropout ${dropout}`, head[0], head[1]),
    dense('Dense: one score an emotion', head[1], classes),
  ];
  return { branch: branchLayers, head: headLayers };
}

type DiagramLayer = ReturnType<typeof layerOf>;

/** @param shape of the layer's output without the batch */
const layerOf = (name: string, shape: readonly number[], parameters = 0) => ({ name, shape, parameters });

function dense(name: string, inputs: number, outputs: number): DiagramLayer {
  return layerOf(name, [outputs], (inputs + 1) * outputs);
}

const BOX_HEIGHT = 42;
const STEP = BOX_HEIGHT + 18;
const BRANCH_GAP = 48;
const NAME = { sizePx: 12, bold: true, anchor: 'middle' } as const;
const DETAIL = { sizePx: FONT_SIZES.note, anchor: 'middle', color: COLORS.quiet } as const;

/** Draws TerGat's layers with their output shapes and parameters: the branches beside each other, the head below. */
export function architectureDiagram({ branch, head }: ReturnType<typeof describeTerGat>): PictureFigure {
  const widths = [...branch, ...head].map((layer) =>
    Math.max(measureText(layer.name, NAME), measureText(describeSize(layer), DETAIL)),
  );
  const boxWidth = Math.ceil(Math.max(200, ...widths) + 28);
  const width = 2 * (boxWidth + PADDING) + BRANCH_GAP;
  const top = PADDING + 64;
  const headTop = top + branch.length * STEP + 14;
  const headX = (width - boxWidth) / 2;
  const parameters = [...branch, ...branch, ...head].reduce((sum, layer) => sum + layer.parameters, 0);
  const total = `${parameters.toLocaleString('en-US')} trainable parameters`;
  const content = [
    ...(['eyes', 'mouth'] as const).flatMap((block, column) => {
      const x = PADDING + column * (boxWidth + BRANCH_GAP);
      const middle = x + boxWidth / 2;
      return [
        textLine(`${block} block`, middle, top - 10, { sizePx: 12, anchor: 'middle' }),
        ...drawStack(branch, { x, y: top, width: boxWidth, color: BLOCK_COLORS[block] }),
        arrow(
          { x: middle, y: top + (branch.length - 1) * STEP + BOX_HEIGHT },
          { x: headX + (boxWidth * (column + 1)) / 3, y: headTop },
        ),
      ];
    }),
    ...drawStack(head, { x: headX, y: headTop, width: boxWidth, color: COLORS.green }),
    textLine('TerGat', PADDING, PADDING + 14, TITLE),
    textLine(total, PADDING, PADDING + 32, SUBTITLE),
  ];
  const height = headTop + (head.length - 1) * STEP + BOX_HEIGHT + PADDING;
  const text = `TerGat: eyes block and mouth block branches, joined in a head; ${total}`;
  return makePicture(text, { width, height }, content);
}

function describeSize({ shape, parameters }: DiagramLayer): string {
  const size = shape.map((extent) => extent.toLocaleString('en-US')).join(' × ');
  return parameters > 0 ? `${size}   (${parameters.toLocaleString('en-US')} parameters)` : size;
}

function drawStack(
  layers: readonly DiagramLayer[],
  { x, y: top, width, color }: { x: number; y: number; width: number; color: string },
): string[] {
  const middle = x + width / 2;
  return layers.map((layer, index) => {
    const y = top + index * STEP;
    const box = { x, y, width, height: BOX_HEIGHT };
    return [
      index > 0 ? arrow({ x: middle, y: y - STEP + BOX_HEIGHT }, { x: middle, y }) : '',
      element('rect', { ...box, rx: 5, fill: COLORS.panel, stroke: COLORS.line }),
      element('rect', { ...box, width: 5, rx: 2, fill: color }),
      textLine(layer.name, middle, y + 18, NAME),
      textLine(describeSize(layer), middle, y + 34, DETAIL),
    ].join('');
  });
}
