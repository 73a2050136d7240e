import type { TerGatSizes } from '../model/networks/tergat';
import type { PictureFigure } from './figure';
import { measureText } from './fonts';
import { arrow, element, svgDocument, textLine } from './svg';
import { BLOCK_COLORS, COLORS, FONT_SIZES } from './theme';

/** One box of an architecture diagram. */
export interface DiagramLayer {
  readonly name: string;
  /** Shape of what leaves the layer, without the batch. */
  readonly shape: readonly number[];
  /** Trainable parameters, default 0. */
  readonly parameters?: number;
}

/** A network of two branches that meet in a head. */
export interface NetworkDiagram {
  readonly name: string;
  /** Drawn beside each other, from the top. */
  readonly branches: readonly {
    readonly title: string;
    readonly color: string;
    readonly layers: readonly DiagramLayer[];
  }[];
  /** Drawn below the branches, where they meet. */
  readonly head: readonly DiagramLayer[];
}

/**
 * Lists TerGat's layers, those that act as one drawn as one.
 * @param sizes as the model is built with
 * Source: the original's model definition.
 */
export function describeTerGat(sizes: TerGatSizes): NetworkDiagram {
  return {
    name: 'TerGat',
    branches: [
      { title: 'eyes block', color: BLOCK_COLORS.eyes, layers: branchLayers(sizes) },
      { title: 'mouth block', color: BLOCK_COLORS.mouth, layers: branchLayers(sizes) },
    ],
    head: headLayers(sizes),
  };
}

/** Sums the trainable parameters of all layers. */
export function countDiagramParameters({ branches, head }: NetworkDiagram): number {
  const layers = [...branches.flatMap((branch) => branch.layers), ...head];
  return layers.reduce((sum, layer) => sum + (layer.parameters ?? 0), 0);
}

function branchLayers({ blockSize: side, filters, branch, latent, dropout }: TerGatSizes): DiagramLayer[] {
  const [first, second] = filters;
  const pooled = side / 2;
  const flat = pooled * pooled * second;
  return [
    { name: 'Input', shape: [side, side, 1] },
    // A batch normalization has a scale and a shift for each channel.
    { name: 'Conv 3×3, BatchNorm, ReLU', shape: [side, side, first], parameters: 10 * first + 2 * first },
    { name: 'Conv 3×3, ReLU', shape: [side, side, second], parameters: (9 * first + 1) * second },
    { name: 'MaxPool 2×2', shape: [pooled, pooled, second] },
    { name: `Flatten, Dropout ${dropout}`, shape: [flat] },
    { name: 'Dense, ReLU', shape: [branch[0]], parameters: (flat + 1) * branch[0] },
    { name: `Dense, ReLU, Dropout ${dropout}`, shape: [branch[1]], parameters: (branch[0] + 1) * branch[1] },
    { name: 'Dense', shape: [latent], parameters: (branch[1] + 1) * latent },
  ];
}

function headLayers({ head, latent, classes, dropout }: TerGatSizes): DiagramLayer[] {
  return [
    { name: `Concatenate, Dropout ${dropout}`, shape: [2 * latent] },
    { name: 'Dense, ReLU', shape: [head[0]], parameters: (2 * latent + 1) * head[0] },
    { name: `Dense, ReLU, Dropout ${dropout}`, shape: [head[1]], parameters: (head[0] + 1) * head[1] },
    { name: 'Dense: one score an emotion', shape: [classes], parameters: (head[1] + 1) * classes },
  ];
}

const PADDING = 14;
const BOX = { height: 42, gap: 18, minWidth: 200 };
const BRANCH_GAP = 48;
const NAME = { sizePx: 12, bold: true } as const;
const DETAIL = { sizePx: FONT_SIZES.note } as const;

/** Draws a network's layers from the top, its branches beside each other, with the size of what each gives. */
export function architectureDiagram(architecture: NetworkDiagram): PictureFigure {
  const { name, branches, head } = architecture;
  const boxWidth = Math.ceil(Math.max(BOX.minWidth, ...allLayers(architecture).map(textWidth)) + 28);
  const columnX = (column: number) => PADDING + column * (boxWidth + BRANCH_GAP);
  const width = columnX(branches.length) - BRANCH_GAP + PADDING;
  const top = PADDING + 64;
  const step = BOX.height + BOX.gap;
  const headTop = top + Math.max(...branches.map(({ layers }) => layers.length)) * step + 14;
  const headX = (width - boxWidth) / 2;
  const content = branches.flatMap(({ title, color, layers }, column) => [
    textLine(title, columnX(column) + boxWidth / 2, top - 10, { sizePx: 12, anchor: 'middle' }),
    ...drawStack(layers, { x: columnX(column), y: top, width: boxWidth, color }),
    arrow(
      { x: columnX(column) + boxWidth / 2, y: top + layers.length * step - BOX.gap },
      { x: headX + (boxWidth * (column + 1)) / (branches.length + 1), y: headTop },
    ),
  ]);
  content.push(...drawStack(head, { x: headX, y: headTop, width: boxWidth, color: COLORS.green }));
  const total = `${countDiagramParameters(architecture).toLocaleString('en-US')} trainable parameters`;
  content.push(textLine(name, PADDING, PADDING + 14, { sizePx: FONT_SIZES.title, bold: true }));
  content.push(textLine(total, PADDING, PADDING + 32, { sizePx: FONT_SIZES.subtitle, color: COLORS.quiet }));
  const height = headTop + head.length * step - BOX.gap + PADDING;
  const text = `${name}: ${branches.map(({ title }) => title).join(' and ')} branches, joined in a head; ${total}`;
  return { kind: 'picture', title: text, svg: svgDocument(width, height, content), width, height };
}

function allLayers({ branches, head }: NetworkDiagram): DiagramLayer[] {
  return [...branches.flatMap((branch) => branch.layers), ...head];
}

function textWidth(layer: DiagramLayer): number {
  return Math.max(measureText(layer.name, NAME), measureText(describeSize(layer), DETAIL));
}

function describeSize({ shape, parameters = 0 }: DiagramLayer): string {
  const size = shape.map((extent) => extent.toLocaleString('en-US')).join(' × ');
  return parameters > 0 ? `${size}   (${parameters.toLocaleString('en-US')} parameters)` : size;
}

function drawStack(
  layers: readonly DiagramLayer[],
  { x, y, width, color }: { x: number; y: number; width: number; color: string },
): string[] {
  return layers.map((layer, index) => {
    const boxTop = y + index * (BOX.height + BOX.gap);
    const middle = x + width / 2;
    const frame = { x, y: boxTop, width, height: BOX.height, rx: 5, fill: COLORS.panel, stroke: COLORS.line };
    return [
      index > 0 ? arrow({ x: middle, y: boxTop - BOX.gap }, { x: middle, y: boxTop }) : '',
      element('rect', frame),
      element('rect', { x, y: boxTop, width: 5, height: BOX.height, rx: 2, fill: color }),
      textLine(layer.name, middle, boxTop + 18, { ...NAME, anchor: 'middle' }),
      textLine(describeSize(layer), middle, boxTop + 34, {
        ...DETAIL,
        anchor: 'middle',
        color: COLORS.quiet,
      }),
    ].join('');
  });
}
