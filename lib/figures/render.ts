import type * as Vega from 'vega';
import { Resvg } from '@resvg/resvg-js';
import sharp, { type Sharp } from 'sharp';
import { fontFiles, measureText } from './fonts';
import type { ChartSpec, Figure } from './figure';

/** A figure as files hold it. */
export interface RenderedFigure {
  readonly svg: string;
  readonly png: Buffer;
  /** Pixels at which it is meant to be seen; the PNG has {@link PNG_SCALE} times as many. */
  readonly width: number;
  readonly height: number;
}

/** Pixels of a figure's PNG for each pixel of its layout, so that text is crisp on dense screens. */
export const PNG_SCALE = 2;

/** The same of the JPEG that a notebook holds of a figure with pictures in it. */
const JPEG_SCALE = 1.5;

/**
 * Draws a figure as SVG and PNG, without a browser and without the machine's fonts.
 * @throws Error when the chart's specification is none that vega-lite knows
 */
export async function renderFigure(figure: Figure): Promise<RenderedFigure> {
  const svg = await toSvg(figure);
  return { svg, ...(await svgToPng(svg)) };
}

/** A figure as a notebook holds it. */
export interface NotebookPicture {
  readonly type: 'image/png' | 'image/jpeg';
  readonly content: Buffer;
  /** Pixels at which it is meant to be seen. */
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a figure for a notebook: as PNG, or, where the figure embeds pictures and JPEG takes less, as JPEG. Charts are
 * always PNG files, which have no artefacts around lines.
 * @throws Error when the chart's specification is none that vega-lite knows
 */
export async function renderForNotebook(figure: Figure): Promise<NotebookPicture> {
  const svg = await toSvg(figure);
  const { png, width, height } = await svgToPng(svg);
  const picture: NotebookPicture = { type: 'image/png', content: png, width, height };
  if (!svg.includes('data:image/')) return picture;
  const { pixels } = svgToPixels(svg, JPEG_SCALE);
  const content = await pixels.jpeg({ quality: 80, mozjpeg: true }).toBuffer();
  return content.length < png.length ? { ...picture, type: 'image/jpeg', content } : picture;
}

async function toSvg(figure: Figure): Promise<string> {
  return figure.kind === 'chart' ? chartToSvg(figure.spec) : figure.svg;
}

/**
 * Draws a vega-lite specification as an SVG document.
 * @throws Error when vega-lite cannot compile it
 */
export async function chartToSvg(spec: ChartSpec): Promise<string> {
  // Loaded here and not above: a notebook that shows no chart should not wait for vega.
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  useFontWidths(vega);
  // A copy: vega marks each row of the data with an id of its own.
  const own = structuredClone(spec) as unknown as Parameters<typeof vegaLite.compile>[0];
  const compiled = vegaLite.compile(own).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/**
 * Draws an SVG document as PNG, with DejaVu Sans whatever fonts the machine has.
 * @param scale pixels of the PNG for each of the SVG, default {@link PNG_SCALE}
 * @returns the PNG, and the SVG's own width and height in pixels
 */
export async function svgToPng(
  svg: string,
  scale: number = PNG_SCALE,
): Promise<{ png: Buffer; width: number; height: number }> {
  const { pixels, width, height } = svgToPixels(svg, scale);
  // 256 colours are all that a chart has and enough for drawn faces; the file is half as large or less.
  const png = await pixels.png({ palette: true, quality: 100, effort: 4, dither: 0.8 }).toBuffer();
  return { png, width, height };
}

function svgToPixels(svg: string, scale: number): { pixels: Sharp; width: number; height: number } {
  const { regular, bold } = fontFiles();
  const resvg = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { loadSystemFonts: false, fontFiles: [regular, bold], defaultFontFamily: 'DejaVu Sans' },
    background: '#ffffff',
  });
  const { width, height, pixels } = resvg.render();
  return {
    pixels: sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha(),
    width: Math.round(width / scale),
    height: Math.round(height / scale),
  };
}

/**
 * Lets vega measure texts by the font that draws them. Without a canvas it guesses 0.8 of the height for each
 * letter, and legends and titles are spaced as if all were capitals.
 */
function useFontWidths(vega: typeof Vega): void {
  const { textMetrics } = vega as unknown as { textMetrics: { width: MeasureItem } };
  textMetrics.width = (item, text) => {
    const sizePx = item.fontSize ?? 11;
    return measureText(String(text ?? '').trim(), { sizePx, bold: isBold(item.fontWeight) });
  };
}

type MeasureItem = (item: { fontSize?: number; fontWeight?: string | number }, text: unknown) => number;

function isBold(weight: string | number | undefined): boolean {
  return weight === 'bold' || Number(weight) >= 600;
}
