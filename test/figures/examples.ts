import sharp from 'sharp';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { EMOTIONS } from '../../lib/core/emotions';
import type { FrameRecord } from '../../lib/core/record';
import type { Split } from '../../lib/core/split';
import type { FaceView } from '../../lib/figures/diagrams';
import type { ChartFigure } from '../../lib/figures/figure';

/** Scores of so many epochs, as a training gives them. */
export function history(epochs: number) {
  return Array.from({ length: epochs }, (_, index) => ({
    epoch: index + 1,
    trainLoss: 2 / (index + 1),
    validationLoss: 2.2 / (index + 1),
    trainAccuracy: 1 - 0.7 / (index + 1),
    validationAccuracy: 0.95 - 0.7 / (index + 1),
  }));
}

/** Two characters with three frames of each emotion. */
export const records: FrameRecord[] = ['mery', 'aia'].flatMap((character) =>
  EMOTIONS.flatMap((emotion) =>
    [0, 1, 2].map((frame) => ({ path: `${character}/${emotion}/${frame}.png`, character, emotion, frame })),
  ),
);

/** Two frames of three train; the third one validates (mery) or tests (aia). */
export const split: Split = {
  name: 'frames',
  train: indicesWhere((record) => record.frame !== 2),
  validation: indicesWhere((record) => record.frame === 2 && record.character === 'mery'),
  test: indicesWhere((record) => record.frame === 2 && record.character === 'aia'),
};

function indicesWhere(isWanted: (record: FrameRecord) => boolean): number[] {
  return records.flatMap((record, index) => (isWanted(record) ? [index] : []));
}

/** Runs a chart as vega-lite does in a page, and collects its warnings. */
export async function runChart(chart: ChartFigure): Promise<{ view: vega.View; warnings: unknown[] }> {
  const warnings: unknown[] = [];
  const logger = vega.logger(vega.Warn);
  logger.warn = logger.error = (...texts: unknown[]) => (warnings.push(...texts), logger);
  const spec = structuredClone(chart.spec) as unknown as Parameters<typeof compile>[0];
  const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: 'none', logger });
  return { view: await view.runAsync(), warnings };
}

/** Gives a one-coloured PNG. */
export function pngOf(width: number, height: number, background = '#c08060'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A grey 32x32 block. */
export const block = { width: 32, height: 32, data: new Uint8Array(1024).fill(128) };

/** A face without a face: landmarks on a circle. */
export async function faceView(): Promise<FaceView> {
  const landmarks = Float32Array.from({ length: 136 }, (_, index) =>
    index % 2 === 0 ? 128 + 80 * Math.cos(index / 21.6) : 128 + 80 * Math.sin(index / 21.6),
  );
  return {
    image: await pngOf(256, 256),
    landmarks,
    eyesBox: { x: 60, y: 60, width: 130, height: 40 },
    mouthBox: { x: 90, y: 160, width: 70, height: 40 },
    eyes: block,
    mouth: block,
    caption: 'aia, joy',
  };
}
