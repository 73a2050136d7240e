import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Figure } from './figure';
import { renderFigure } from './render';

/** What the original puts into a figure's file name. */
export interface RunSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Default TerGat. */
  readonly model?: string;
}

/**
 * Names the figures of a run, such as `TerGat_accuracy_50_0.001_64`, without the ending.
 * Source: the original's file names.
 */
export function nameFigures({ epochs, learningRate, batchSize, model = 'TerGat' }: RunSettings) {
  const run = `${epochs}_${learningRate}_${batchSize}`;
  return { accuracy: `${model}_accuracy_${run}`, loss: `${model}_loss_${run}`, heatmap: `heatmap_${run}` };
}

/**
 * Saves a figure as PNG and SVG, and a chart's specification as `.vl.json`.
 * @param directory is made when it is missing
 * @param name file name without ending
 * @returns the paths of the written files, PNG first
 */
export async function saveFigure(figure: Figure, directory: string, name: string): Promise<string[]> {
  const { png, svg } = await renderFigure(figure);
  const files: [string, string | Buffer][] = [
    [`${name}.png`, png],
    [`${name}.svg`, svg],
  ];
  if (figure.kind === 'chart') files.push([`${name}.vl.json`, `${JSON.stringify(figure.spec, null, 1)}\n`]);
  await mkdir(directory, { recursive: true });
  return Promise.all(
    files.map(async ([file, content]) => {
      const target = path.join(directory, file);
      await writeFile(target, content);
      return target;
    }),
  );
}
