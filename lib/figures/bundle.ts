import { inspect } from 'node:util';
import { drawSvg, isFigure, renderFigure, type Figure } from './figure';
import { isRasterImage, openImage, readImageSize, type ImageSource } from './images';
import { imageGrid, type CaptionedImage } from './sheets';
import { isTable, tableToHtml, tableToText, type CellValue, type TableLike } from './table-format';

/** One output of a notebook cell in several forms; a reader shows the richest one that it supports. */
export interface MimeBundle {
  /** By MIME type: text as it is, images in base64, JSON as an object. */
  readonly data: Readonly<Record<string, unknown>>;
  /** By MIME type: sizes and options. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How a value is shown. */
export interface ShowOptions {
  /** Text above a table or a grid of images. */
  readonly caption?: string;
  /** Images in a row of a grid. */
  readonly columns?: number;
  /** Longer side of an image in pixels; default: 128 in a grid, otherwise the image's own size, 160 to 960. */
  readonly cellPx?: number;
}

/** MIME type of a vega-lite 5 chart, the newest one that JupyterLab 4 supports. */
const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

/** Pixels of a JPEG for each pixel of the layout. */
const JPEG_SCALE = 1.5;

/**
 * Converts a value to all forms that readers of a notebook need.
 * @param value a figure, an image (content or pixels), an array of images, captioned images or rows, a danfo
 *   DataFrame, a text, or any other value, which is inspected
 * @returns always with a text/plain form
 * @throws what drawing throws
 */
export async function toBundle(value: unknown, options: ShowOptions = {}): Promise<MimeBundle> {
  const { caption } = options;
  if (isFigure(value)) return figureBundle(value);
  if (isImage(value) && !caption) return imageBundle(value, options);
  if (isTable(value)) return tableBundle(value, caption);
  const items: unknown[] = Array.isArray(value) ? value : isImage(value) ? [value] : [];
  const images = items.map((item) => (isImage(item) ? { image: item } : item));
  if (items.length > 0 && images.every(isCaptionedImage))
    return figureBundle(await imageGrid(images, { ...options, title: caption }));
  if (items.length > 0 && items.every(isRow)) {
    const columns = [...new Set(items.flatMap((row) => Object.keys(row)))];
    return tableBundle({ columns, values: items.map((row) => columns.map((name) => row[name])) }, caption);
  }
  return { data: { 'text/plain': typeof value === 'string' ? value : inspect(value) }, metadata: {} };
}

async function figureBundle(figure: Figure): Promise<MimeBundle> {
  const { svg, png, width, height } = await renderFigure(figure);
  const metadata = { width, height, alt: figure.title };
  // PNG has no artefacts around lines, but embedded images can make it many times larger.
  const jpeg =
    svg.includes('data:image/') &&
    (await drawSvg(svg, JPEG_SCALE).pixels.jpeg({ quality: 80, mozjpeg: true }).toBuffer());
  const isJpeg = jpeg && jpeg.length < png.length;
  const picture = isJpeg ? pictureBundle(jpeg, 'jpeg', metadata) : pictureBundle(png, 'png', metadata);
  if (figure.kind === 'picture') return picture;
  const actions = { source: false, compiled: false, editor: false };
  return {
    // JupyterLab uses a chart's description as its alternative text.
    data: { [VEGA_LITE_MIME]: { description: figure.title, ...figure.spec }, ...picture.data },
    metadata: { [VEGA_LITE_MIME]: { embed_options: { actions } }, ...picture.metadata },
  };
}

/** @param metadata pixels of the layout, and the alternative text */
function pictureBundle(
  content: Buffer,
  format: 'png' | 'jpeg',
  metadata: { readonly width: number; readonly height: number; readonly alt: string },
): MimeBundle {
  const type = `image/${format}`;
  const data = { [type]: content.toString('base64'), 'text/plain': metadata.alt };
  return { data, metadata: { [type]: metadata } };
}

async function imageBundle(image: ImageSource, { cellPx }: ShowOptions): Promise<MimeBundle> {
  const { width, height } = await readImageSize(image);
  const side = Math.max(width, height);
  // Blocks are enlarged by whole pixels; larger images would make the notebook's file large.
  const scale = (cellPx ?? Math.min(960, side * Math.ceil(160 / side))) / side;
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const kernel = scale > 1 ? 'nearest' : 'lanczos3';
  const resized = openImage(image).resize({ ...size, fit: 'fill', kernel });
  const png = await resized.png({ compressionLevel: 9 }).toBuffer();
  return pictureBundle(png, 'png', { ...size, alt: `Image of ${width}×${height} pixels` });
}

function tableBundle(table: TableLike, caption: string | undefined): MimeBundle {
  const data = { 'text/html': tableToHtml(table, caption), 'text/plain': tableToText(table, caption) };
  return { data, metadata: {} };
}

function isImage(value: unknown): value is Exclude<ImageSource, string> {
  if (!(value instanceof Uint8Array)) return isRasterImage(value);
  const start = Buffer.from(value.subarray(0, 12)).toString('latin1');
  return /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP)/s.test(start);
}

function isCaptionedImage(value: unknown): value is CaptionedImage {
  const { image } = Object(value) as Partial<CaptionedImage>;
  return typeof image === 'string' || isImage(image);
}

function isRow(value: unknown): value is Record<string, CellValue> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((cell) => cell === null || typeof cell !== 'object');
}
