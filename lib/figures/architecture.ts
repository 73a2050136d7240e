import type { TerGatSizes } from '../model/networks/tergat';
import type { PictureFigure } from './figure';
import { measureText } from './fonts';
import { arrow, element, makePicture, SUBTITLE, textLine, TITLE } from './svg';
import { BLOCK_COLORS, COLORS, FONT_SIZES } from './theme';

interface DiagramLayer {
  readonly name: string;
  /** Shape of the layer's output without the batch. */
  readonly shape: readonly number[];
  /** Number of trainable parameters, default 0. */
  readonly parameters?: number;
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
  const branchLayers: DiagramLayer[] = [
    { name: 'Input', shape: [side, side, 1] },
    // A batch normalization has a scale and a shift for each channel.
    { name: 'Conv 3×3, BatchNorm, ReLU', shape: [side, side, first], parameters: 10 * first + 2 * first },
    { name: 'Conv 3×3, ReLU', shape: [side, side, second], parameters: (9 * first + 1) * second },
    { name: 'MaxPool 2×2', shape: [pooled, pooled, second] },
    { name: `Flatten, Dropout ${dropout}`, shape: [flat] },
    dense('Dense, ReLU', flat, branch[0]),
    dense(`Dense, ReLU, Dropout ${dropout}`, branch[0], branch[1]),
    dense('Dense', branch[1], latent),
  ];
  const headLayers: DiagramLayer[] = [
    { name: `Concatenate, Dropout ${dropout}`, shape: [2 * latent] },
    dense('Dense, ReLU', 2 * latent, head[0]),
    dense(`Dense, ReLU, Dropout ${dropout}`, head[0], head[1]),
    dense('Dense: one score an emotion', head[1], classes),
  ];
  return { branch: branchLayers, head: headLayers };
}

function dense(name: string, inputs: number, outputs: number): DiagramLayer {
  return { name, shape: [outputs], parameters: (inputs + 1) * outputs };
}

const PADDING = 14;
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
  const parameters = [...branch, ...branch, ...head].reduce((sum, layer) => sum + (layer.parameters ?? 0), 0);
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

function describeSize({ shape, parameters = 0 }: DiagramLayer): string {
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
