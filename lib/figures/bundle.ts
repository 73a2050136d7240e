import { inspect } from 'node:util';
import type { Figure } from './figure';
import { isFigure } from './figure';
import { isEncodedImage, isRasterImage, openImage, readImageSize, type ImageSource } from './images';
import { renderForNotebook, type NotebookPicture } from './render';
import { imageGrid, type CaptionedImage } from './sheets';
import {
  isTable,
  tableToHtml,
  tableToText,
  type CellValue,
  type TableFormat,
  type TableLike,
} from './table-format';

/** One output of a notebook cell in several forms; whoever shows it takes the richest one that it can draw. */
export interface MimeBundle {
  /** By MIME type: text as it is, images in base64, JSON as an object. */
  readonly data: Readonly<Record<string, unknown>>;
  /** By MIME type: sizes and options. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** How a value is shown. */
export interface ShowOptions extends TableFormat {
  /** Images in a row of a grid. */
  readonly columns?: number;
  /** Longer side of an image in pixels; in a grid default 128, alone its own size within limits. */
  readonly cellPx?: number;
}

/** MIME type of a vega-lite 5 chart: the newest that JupyterLab 4 draws. */
export const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

const JUPYTER_DISPLAY = Symbol.for('Jupyter.display');

/** An image alone is not shown larger than this: it would make the notebook heavy. */
const MAX_IMAGE_PX = 960;
/** An image alone is enlarged, pixel by pixel, to at least this: a block is 32 pixels wide. */
const MIN_IMAGE_PX = 160;

/**
 * Puts a value in all the forms that a notebook's readers may need.
 * @param value a figure, an image (content or pixels), an array of images, captioned images or rows, a danfo
 *   DataFrame, an object with `Symbol.for('Jupyter.display')`, a text, or anything else, which is then inspected
 * @returns always with a text/plain form
 * @throws what drawing throws
 */
export async function toBundle(value: unknown, options: ShowOptions = {}): Promise<MimeBundle> {
  if (isFigure(value)) return figureBundle(value);
  if (isImage(value))
    return options.caption ? gridBundle([{ image: value }], options) : imageBundle(value, options);
  if (isTable(value)) return tableBundle(value, options);
  if (hasOwnDisplay(value)) return ownBundle(value);
  if (Array.isArray(value) && value.length > 0) {
    if (value.every(isImage))
      return gridBundle(
        value.map((image) => ({ image })),
        options,
      );
    if (value.every(isCaptionedImage)) return gridBundle(value, options);
    if (value.every(isRow)) return tableBundle(rowsToTable(value), options);
  }
  return textBundle(typeof value === 'string' ? value : inspect(value));
}

/** Makes a bundle of plain text. */
export function textBundle(text: string): MimeBundle {
  return { data: { 'text/plain': text }, metadata: {} };
}

async function figureBundle(figure: Figure): Promise<MimeBundle> {
  const picture = pictureBundle(await renderForNotebook(figure), figure.title);
  if (figure.kind === 'picture') return picture;
  const actions = { source: false, compiled: false, editor: false };
  return {
    // A chart's description is its alternative text in JupyterLab.
    data: { [VEGA_LITE_MIME]: { description: figure.title, ...figure.spec }, ...picture.data },
    metadata: { [VEGA_LITE_MIME]: { embed_options: { actions } }, ...picture.metadata },
  };
}

function pictureBundle({ type, content, ...size }: NotebookPicture, title: string): MimeBundle {
  return {
    data: { [type]: content.toString('base64'), 'text/plain': title },
    metadata: { [type]: { ...size, alt: title } },
  };
}

async function imageBundle(image: ImageSource, { cellPx }: ShowOptions): Promise<MimeBundle> {
  const { width, height } = await readImageSize(image);
  const side = Math.max(width, height);
  const enlarged = side * Math.ceil(MIN_IMAGE_PX / side);
  const scale = (cellPx ?? Math.min(MAX_IMAGE_PX, enlarged)) / side;
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const kernel = scale > 1 ? 'nearest' : 'lanczos3';
  const resized = openImage(image).resize(size.width, size.height, { fit: 'fill', kernel });
  const content = await resized.png({ compressionLevel: 9 }).toBuffer();
  return pictureBundle({ type: 'image/png', content, ...size }, `Image of ${width}×${height} pixels`);
}

async function gridBundle(items: readonly CaptionedImage[], options: ShowOptions): Promise<MimeBundle> {
  const { caption, columns, cellPx } = options;
  return figureBundle(await imageGrid(items, { title: caption, columns, cellPx }));
}

function tableBundle(table: TableLike, options: ShowOptions): MimeBundle {
  const data = { 'text/html': tableToHtml(table, options), 'text/plain': tableToText(table, options) };
  return { data, metadata: {} };
}

interface WithOwnDisplay {
  [JUPYTER_DISPLAY](): Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>;
}

function hasOwnDisplay(value: unknown): value is WithOwnDisplay {
  return typeof (value as Partial<WithOwnDisplay> | null | undefined)?.[JUPYTER_DISPLAY] === 'function';
}

async function ownBundle(value: WithOwnDisplay): Promise<MimeBundle> {
  const forms = Object.entries(await value[JUPYTER_DISPLAY]());
  const written = forms.map(([type, content]) => [
    type,
    content instanceof Uint8Array ? Buffer.from(content).toString('base64') : content,
  ]);
  return { data: { 'text/plain': inspect(value), ...Object.fromEntries(written) }, metadata: {} };
}

function isImage(value: unknown): value is Exclude<ImageSource, string> {
  return isEncodedImage(value) || isRasterImage(value);
}

function isCaptionedImage(value: unknown): value is CaptionedImage {
  if (typeof value !== 'object' || value === null || !('image' in value)) return false;
  return typeof value.image === 'string' || isImage(value.image);
}

function isRow(value: unknown): value is Record<string, CellValue> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((cell) => cell === null || typeof cell !== 'object');
}

function rowsToTable(rows: readonly Record<string, CellValue>[]): TableLike {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, values: rows.map((row) => columns.map((name) => row[name])) };
}
