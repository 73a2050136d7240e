import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Figure } from './figure';
import { renderFigure } from './render';

/** Settings of a run that are part of its figures' file names. */
export interface RunSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Default TerGat. */
  readonly model?: string;
}

/**
 * Names the figures of a run, such as `TerGat_accuracy_50_0.001_64`, without extension.
 * Source: the original's file names.
 */
export function nameFigures({ epochs, learningRate, batchSize, model = 'TerGat' }: RunSettings) {
  const run = `${epochs}_${learningRate}_${batchSize}`;
  return { accuracy: `${model}_accuracy_${run}`, loss: `${model}_loss_${run}`, heatmap: `heatmap_${run}` };
}

/**
 * Saves a figure as PNG and SVG.
 * @param directory created when it is missing
 * @param name file name without extension
 * @returns the paths of the written files, PNG first
 */
export async function saveFigure(figure: Figure, directory: string, name: string): Promise<string[]> {
  const { png, svg } = await renderFigure(figure);
  const files = ['png', 'svg'].map((extension) => path.join(directory, `${name}.${extension}`));
  await mkdir(directory, { recursive: true });
  await Promise.all([writeFile(files[0], png), writeFile(files[1], svg)]);
  return files;
}
