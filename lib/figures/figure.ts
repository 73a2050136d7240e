import { Resvg } from '@resvg/resvg-js';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { Experiment } from '../core/experiment-settings';
import { measureText, resvgFont } from './fonts';
import { COLORS } from './theme';

/** A chart: interactive where vega-lite runs, otherwise a picture. */
export interface ChartFigure {
  readonly kind: 'chart';
  /** What the figure shows, in one line: alternative text and plain-text form. */
  readonly title: string;
  /** A vega-lite 5 specification. Its full type would load hundreds of files in each notebook. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A drawn picture. */
export interface PictureFigure {
  readonly kind: 'picture';
  /** What the figure shows, in one line: alternative text and plain-text form. */
  readonly title: string;
  /** SVG document with embedded images. */
  readonly svg: string;
}

/** A chart or a picture. */
export type Figure = ChartFigure | PictureFigure;

/** Returns whether a value is a {@link Figure}. */
export function isFigure(value: unknown): value is Figure {
  const { kind, spec, svg } = Object(value) as Partial<Record<'kind' | 'spec' | 'svg', unknown>>;
  return (kind === 'chart' && spec !== undefined) || (kind === 'picture' && svg !== undefined);
}

/**
 * Names the figures of a run, such as `TerGat_accuracy_50_0.001_64`, without extension.
 * @param settings.model default TerGat
 * Source: the original's file names.
 */
export function nameFigures(
  settings: Pick<Experiment, 'epochs' | 'learningRate' | 'batchSize'> & { readonly model?: string },
) {
  const { epochs, learningRate, batchSize, model = 'TerGat' } = settings;
  const run = `${epochs}_${learningRate}_${batchSize}`;
  return { accuracy: `${model}_accuracy_${run}`, loss: `${model}_loss_${run}`, heatmap: `heatmap_${run}` };
}

/**
 * Saves a figure as PNG and SVG.
 * @param directory created if it does not exist
 * @param name file name without extension
 * @returns the paths of the files, PNG first
 */
export async function saveFigure(figure: Figure, directory: string, name: string): Promise<string[]> {
  const { png, svg } = await renderFigure(figure);
  const files = ['png', 'svg'].map((extension) => path.join(directory, `${name}.${extension}`));
  await mkdir(directory, { recursive: true });
  await Promise.all([writeFile(files[0], png), writeFile(files[1], svg)]);
  return files;
}

/** Pixels of a PNG for each pixel of the layout, so that text is sharp on dense screens. */
const PNG_SCALE = 2;

/**
 * Draws a figure without a browser and without the machine's fonts.
 * @returns width and height in pixels of the layout; the PNG has twice as many
 * @throws Error for a chart that vega-lite cannot compile
 */
export async function renderFigure(figure: Figure) {
  const svg = figure.kind === 'chart' ? await drawChart(figure.spec) : figure.svg;
  const { pixels, width, height } = drawSvg(svg, PNG_SCALE);
  // Charts have fewer than 256 colours and drawn faces need no more; the file is at most half as large.
  const png = await pixels.png({ palette: true, quality: 100, effort: 4, dither: 0.8 }).toBuffer();
  return { svg, png, width, height };
}

async function drawChart(spec: ChartFigure['spec']): Promise<string> {
  // Loaded here, so that a notebook without charts does not wait for vega.
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  // Vega measures text with the font that draws it. Without a canvas it estimates 0.8 of the height for each letter, which
  // leaves wide gaps in legends and titles.
  const { textMetrics } = vega as unknown as { textMetrics: { width: typeof measureVegaText } };
  textMetrics.width = measureVegaText;
  // A copy, because vega adds an id to each row of the data.
  const own = structuredClone(spec) as unknown as Parameters<typeof vegaLite.compile>[0];
  const runtime = vega.parse(vegaLite.compile(own).spec);
  const view = new vega.View(runtime, { renderer: 'none', logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Draws an SVG document with the project's fonts. @param scale pixels of the result for each of the document */
export function drawSvg(svg: string, scale: number): { pixels: Sharp; width: number; height: number } {
  const fitTo = { mode: 'zoom', value: scale } as const;
  const options = { fitTo, font: resvgFont(), background: COLORS.paper };
  const { width, height, pixels } = new Resvg(svg, options).render();
  return {
    pixels: sharp(pixels, { raw: { width, height, channels: 4 } }).removeAlpha(),
    width: Math.round(width / scale),
    height: Math.round(height / scale),
  };
}

function measureVegaText(
  { fontSize = 11, fontWeight }: { readonly fontSize?: number; readonly fontWeight?: string | number },
  text: unknown,
): number {
  const bold = fontWeight === 'bold' || Number(fontWeight) >= 600;
  return measureText(String(text ?? '').trim(), { sizePx: fontSize, bold });
}
