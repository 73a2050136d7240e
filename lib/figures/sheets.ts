import { type Emotion, EMOTIONS } from '../core/emotions';
import type { PictureFigure } from './figure';
import { measureText, wrapText } from './fonts';
import { embedImage, embedPixels, fitSize, readImageSize, type ImageSource } from './images';
import { makePicture, SUBTITLE, textLine, TITLE } from './svg';
import { COLORS, FONT_SIZES } from './theme';

/** An image and the text below it. */
export interface CaptionedImage {
  readonly image: ImageSource;
  readonly caption?: string;
}

const PADDING = 14;
const GAP = 12;
const TITLE_HEIGHT = 28;
const CAPTION_LINE = 14;
const CAPTION = { sizePx: FONT_SIZES.label, anchor: 'middle', color: COLORS.quiet } as const;

/**
 * Draws images in rows, each with its caption below.
 * @param options.columns images in a row; default: as many as fit in 860 pixels
 * @param options.cellPx longer side of each image in pixels, default 128
 * @throws RangeError for no images
 */
export async function imageGrid(
  items: readonly CaptionedImage[],
  options: { readonly title?: string; readonly columns?: number; readonly cellPx?: number } = {},
): Promise<PictureFigure> {
  if (items.length === 0) throw new RangeError('Expected at least 1 image for items but received 0');
  const { title, cellPx = 128 } = options;
  const step = cellPx + GAP;
  const columns = options.columns ?? Math.min(items.length, Math.floor((860 + GAP) / step));
  const captions = items.map(({ caption }) => (caption ? wrapText(caption, step - 4, CAPTION) : []));
  const captionHeight = CAPTION_LINE * Math.max(...captions.map((lines) => lines.length));
  const top = PADDING + (title ? TITLE_HEIGHT : 0);
  const rowHeight = step + (captionHeight > 0 ? captionHeight + 6 : 0);
  const content = await Promise.all(
    items.map(async ({ image }, index) => {
      const x = PADDING + (index % columns) * step;
      const y = top + Math.floor(index / columns) * rowHeight;
      const [middle, below] = [x + cellPx / 2, y + cellPx + 16];
      const lines = captions[index].map((line, row) =>
        textLine(line, middle, below + row * CAPTION_LINE, CAPTION),
      );
      return (await placeInCell(image, x, y, cellPx)) + lines.join('');
    }),
  );
  if (title) content.push(textLine(title, PADDING, PADDING + 14, TITLE));
  const told = [...new Set(items.flatMap(({ caption }) => caption ?? []))].join(', ');
  const text = title ?? `${items.length} images`;
  const width = 2 * PADDING + Math.max(columns * step - GAP, Math.ceil(measureText(title ?? '', TITLE)));
  const height = top + Math.ceil(items.length / columns) * rowHeight - GAP + PADDING;
  return makePicture(told ? `${text}: ${told}` : text, { width, height }, content);
}

/** A face of a sample sheet. */
export interface SampleFace {
  readonly image: ImageSource;
  readonly character: string;
  readonly emotion: Emotion;
}

const NAME = { sizePx: 12, anchor: 'end' } as const;
const HEADING = { sizePx: 12, anchor: 'middle' } as const;

/**
 * Draws faces as a table: a row a character, a column an emotion in the ids' order. The first face of each character and
 * emotion is shown.
 * @param options.cellPx longer side of each face in pixels
 * @throws RangeError for no faces
 */
export async function sampleSheet(
  faces: readonly SampleFace[],
  options: { readonly title: string; readonly subtitle?: string; readonly cellPx: number },
): Promise<PictureFigure> {
  if (faces.length === 0) throw new RangeError('Expected at least 1 face for faces but received 0');
  const { title, subtitle = '', cellPx } = options;
  const characters = [...new Set(faces.map((face) => face.character))].sort();
  const emotions = EMOTIONS.filter((name) => faces.some(({ emotion }) => emotion === name));
  const left = PADDING + Math.ceil(Math.max(...characters.map((name) => measureText(name, NAME)))) + 10;
  const top = PADDING + TITLE_HEIGHT + (subtitle ? 18 : 0) + 22;
  const step = cellPx + 4;
  const cells = characters.flatMap((character, row) =>
    emotions.map((emotion, column) => {
      const face = faces.find((other) => other.character === character && other.emotion === emotion);
      return face ? placeInCell(face.image, left + column * step, top + row * step, cellPx) : '';
    }),
  );
  const content = [
    textLine(title, PADDING, PADDING + 14, TITLE),
    subtitle ? textLine(subtitle, PADDING, PADDING + 34, SUBTITLE) : '',
    ...emotions.map((name, at) => textLine(name, left + at * step + cellPx / 2, top - 8, HEADING)),
    ...characters.map((name, at) => textLine(name, left - 10, top + at * step + cellPx / 2 + 4, NAME)),
    ...(await Promise.all(cells)),
  ];
  const textWidth = Math.max(measureText(title, TITLE), measureText(subtitle, SUBTITLE));
  const width = Math.ceil(Math.max(left + emotions.length * step - 4, PADDING + textWidth)) + PADDING;
  const height = top + characters.length * step - 4 + PADDING;
  const text = `${title}: ${characters.join(', ')}, each with ${emotions.join(', ')}`;
  return makePicture(text, { width, height }, content);
}

/** Images smaller than this, such as blocks, are drawn with sharp pixels. */
const SMALL_IMAGE_PX = 64;

async function placeInCell(image: ImageSource, x: number, y: number, cellPx: number): Promise<string> {
  const size = await readImageSize(image);
  const { width, height } = fitSize(size, cellPx);
  const place = { x: x + (cellPx - width) / 2, y: y + (cellPx - height) / 2, width, height };
  const isSmall = Math.max(size.width, size.height) <= SMALL_IMAGE_PX;
  return isSmall ? embedPixels(image, place) : embedImage(image, place);
}
