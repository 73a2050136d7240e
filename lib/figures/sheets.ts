import { EMOTIONS } from '../core/emotions';
import type { PictureFigure } from './figure';
import { measureText, wrapText } from './fonts';
import { embedImage, embedPixels, fitSize, readImageSize, type ImageSource } from './images';
import { svgDocument, textLine } from './svg';
import { COLORS, FONT_SIZES } from './theme';

/** An image with what is written below it. */
export interface CaptionedImage {
  readonly image: ImageSource;
  readonly caption?: string;
}

/** How a grid of images is laid out. */
export interface GridOptions {
  readonly title?: string;
  /** Images in a row; default: as many as fit in 860 pixels. */
  readonly columns?: number;
  /** Longer side of each image in pixels; default 128. */
  readonly cellPx?: number;
}

const PADDING = 14;
const GAP = 12;
const TITLE_HEIGHT = 28;
const CAPTION_LINE = 14;
/** Images smaller than this, such as blocks, are shown pixel by pixel. */
const SMALL_IMAGE_PX = 64;

/**
 * Lays images out in rows, each with its caption below.
 * @param items at least one
 * @throws RangeError when there is none
 */
export async function imageGrid(
  items: readonly CaptionedImage[],
  options: GridOptions = {},
): Promise<PictureFigure> {
  if (items.length === 0) throw new RangeError('Expected at least 1 image for items but received 0');
  const { title, cellPx = 128 } = options;
  const columns = options.columns ?? Math.min(items.length, Math.floor((860 + GAP) / (cellPx + GAP)));
  const captions = items.map(({ caption }) =>
    caption ? wrapText(caption, cellPx + GAP - 4, { sizePx: FONT_SIZES.label }) : [],
  );
  const captionHeight = CAPTION_LINE * Math.max(...captions.map((lines) => lines.length));
  const top = PADDING + (title ? TITLE_HEIGHT : 0);
  const rowHeight = cellPx + (captionHeight > 0 ? captionHeight + 6 : 0) + GAP;
  const content = await Promise.all(
    items.map(async ({ image }, index) => {
      const x = PADDING + (index % columns) * (cellPx + GAP);
      const y = top + Math.floor(index / columns) * rowHeight;
      const lines = captions[index].map((line, row) =>
        textLine(line, x + cellPx / 2, y + cellPx + 16 + row * CAPTION_LINE, caption),
      );
      return (await placeInCell(image, x, y, cellPx)) + lines.join('');
    }),
  );
  const titleWidth = title ? measureText(title, { sizePx: FONT_SIZES.title, bold: true }) : 0;
  const width = 2 * PADDING + Math.max(columns * (cellPx + GAP) - GAP, Math.ceil(titleWidth));
  const height = top + Math.ceil(items.length / columns) * rowHeight - GAP + PADDING;
  if (title) content.push(textLine(title, PADDING, PADDING + 14, { sizePx: FONT_SIZES.title, bold: true }));
  return {
    kind: 'picture',
    title: describeGrid(items, title),
    svg: svgDocument(width, height, content),
    width,
    height,
  };
}

const caption = { sizePx: FONT_SIZES.label, anchor: 'middle', color: COLORS.quiet } as const;

/** One face of the sample sheet. */
export interface SampleFace {
  readonly image: ImageSource;
  readonly character: string;
  readonly emotion: string;
}

/** How the sample sheet is labelled. */
export interface SampleSheetOptions {
  readonly title?: string;
  /** One line below the title, such as that the faces are synthetic. */
  readonly subtitle?: string;
  /** Side of each face in pixels; default 96. */
  readonly cellPx?: number;
}

/**
 * Lays faces out as a table: a row a character, a column an emotion in the ids' order. The first face of each
 * character and emotion is shown.
 * @param faces at least one
 * @throws RangeError when there is none
 */
export async function sampleSheet(
  faces: readonly SampleFace[],
  options: SampleSheetOptions = {},
): Promise<PictureFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const { title = 'One frame of each character and emotion', subtitle, cellPx = 96 } = options;
  const characters = [...new Set(faces.map((face) => face.character))].sort();
  const emotions = sortEmotions(faces);
  const label = { sizePx: 12 } as const;
  const labelWidth = Math.ceil(Math.max(...characters.map((name) => measureText(name, label)))) + 10;
  const left = PADDING + labelWidth;
  const top = PADDING + TITLE_HEIGHT + (subtitle ? 18 : 0) + 22;
  const step = cellPx + 4;
  const content = [
    textLine(title, PADDING, PADDING + 14, { sizePx: FONT_SIZES.title, bold: true }),
    subtitle
      ? textLine(subtitle, PADDING, PADDING + 34, { sizePx: FONT_SIZES.subtitle, color: COLORS.quiet })
      : '',
    ...emotions.map((name, column) =>
      textLine(name, left + column * step + cellPx / 2, top - 8, { ...label, anchor: 'middle' }),
    ),
    ...characters.map((name, row) =>
      textLine(name, left - 10, top + row * step + cellPx / 2 + 4, { ...label, anchor: 'end' }),
    ),
    ...(await Promise.all(
      characters.flatMap((character, row) =>
        emotions.map((emotion, column) => {
          const face = faces.find((other) => other.character === character && other.emotion === emotion);
          return face ? placeInCell(face.image, left + column * step, top + row * step, cellPx) : '';
        }),
      ),
    )),
  ];
  const titles = [
    measureText(title, { sizePx: FONT_SIZES.title, bold: true }),
    measureText(subtitle ?? '', { sizePx: FONT_SIZES.subtitle }),
  ];
  const width =
    Math.ceil(Math.max(left + emotions.length * step - 4, PADDING + Math.max(...titles))) + PADDING;
  const height = top + characters.length * step - 4 + PADDING;
  const text = `${title}: ${characters.join(', ')}, each with ${emotions.join(', ')}`;
  return { kind: 'picture', title: text, svg: svgDocument(width, height, content), width, height };
}

/** The emotions in the ids' order; class names of another data set come after them. */
function sortEmotions(faces: readonly SampleFace[]): string[] {
  const found = new Set(faces.map((face) => face.emotion));
  const known = EMOTIONS.filter((emotion) => found.has(emotion));
  return [...known, ...[...found].filter((name) => !(known as string[]).includes(name)).sort()];
}

async function placeInCell(image: ImageSource, x: number, y: number, cellPx: number): Promise<string> {
  const size = await readImageSize(image);
  const { width, height } = fitSize(size, cellPx);
  const place = { x: x + (cellPx - width) / 2, y: y + (cellPx - height) / 2, width, height };
  const isSmall = Math.max(size.width, size.height) <= SMALL_IMAGE_PX;
  return isSmall ? embedPixels(image, place) : embedImage(image, place);
}

function describeGrid(items: readonly CaptionedImage[], title = `${items.length} images`): string {
  const captions = [...new Set(items.flatMap(({ caption }) => caption ?? []))];
  return captions.length > 0 ? `${title}: ${captions.join(', ')}` : title;
}
