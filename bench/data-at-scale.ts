import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { writeSample } from '../lib/characters';
import { homePath, projectRoot } from '../lib/files/project';
import { findTarget, saveWhole } from '../lib/files/write-file';
import { ownModule } from '../lib/files/worker-process';
import { loadStore, STORE_FILE, streamStore } from '../lib/faces/store/store';
import { blockSource } from '../lib/model/training/data';
import { replaceSectionIn } from '../lib/study/markdown';
import { startEngine } from '../lib/tensor/backend';
import { median } from './bench-file';
import { type ScaleFile, readScale, scaleToMarkdown, scaleToSentence } from './data-at-scale-text';
import { watchMemory } from './process-memory';
import type { ReferenceContext } from './reference/context';

/** FERG-DB's size. */
const FERG_IMAGES = 55_768;

/** Size that the peak memory of the full size is compared with. */
const SMALL_IMAGES = 5000;

/** Options of {@link measureAtScale}. */
interface AtScaleOptions {
  /** Number of images; default FERG's 55,768. */
  readonly images?: number;
  /** Folder of images, shards and stores; default data/scale. */
  readonly directory?: string;
  /** Path of the JSON file; default results/latest/scale.json. */
  readonly file?: string;
  /** If true, results of earlier runs are not reused. Default false: they are, and the times are null unless recorded. */
  readonly anew?: boolean;
  readonly print: (line: string) => void;
}

/**
 * Measures a synthetic FERG from rendering to store and to training tensors: first 5,000 images, then all.
 * @throws Error when preprocessing fails
 */
export async function measureAtScale(options: AtScaleOptions): Promise<ScaleFile> {
  const { images = FERG_IMAGES, directory = homePath('data', 'scale'), print } = options;
  const { file } = findTarget(options.file ?? homePath('results', 'latest', 'scale.json'), '--file');
  const small = await measure(Math.min(SMALL_IMAGES, images), path.join(directory, 'small'), options);
  const full = images > SMALL_IMAGES ? await measure(images, directory, options) : small;
  const peakRssMbAt5000 = small.images === SMALL_IMAGES ? small.peakRssMb : null;
  const ferPlus = readScale(file)?.ferPlus;
  const result = { ...full, peakRssMbAt5000, ...(ferPlus && { ferPlus }) };
  await saveScale(file, result);
  print(`${JSON.stringify(result)} in ${path.relative('', file)}`);
  return result;
}

/**
 * Makes the committed measurements, results/reference/scale.json, and the texts that quote them. Preprocessing is
 * always measured; rendering only if its time was not recorded with the images.
 */
export async function makeScaleReference({ directory, print }: ReferenceContext): Promise<void> {
  quoteScale(await measureAtScale({ file: path.join(directory, 'scale.json'), anew: true, print }));
}

/**
 * Measures FER+'s cropped faces, from files to blocks, and adds the figures to results/reference/scale.json and to the texts
 * that quote it.
 * @param directory folder of FER+, as the reader `fer-plus` takes it
 * @throws Error without a scale.json, or when preprocessing fails
 */
export async function measureFerPlus(directory: string, print: (line: string) => void): Promise<void> {
  const file = path.join(projectRoot(), 'results', 'reference', 'scale.json');
  const scale = readScale(file);
  if (!scale) throw new Error(`Expected ${file} but found none: run \`npm run reference -- scale\` first`);
  const folder = homePath('data', 'scale', 'fer-plus');
  // All faces, also those without a majority label: only preprocessing is measured.
  const dataset = ['fer-plus', path.resolve(directory), 'all'];
  const { preprocessSeconds, peakRssMb } = await preprocessApart(folder, { anew: true, print }, dataset);
  const seconds = preprocessSeconds!;
  let images = 0;
  for await (const { numRows } of streamStore(path.join(folder, 'store', STORE_FILE))) images += numRows;
  const ferPlus = { images, seconds, imagesPerSecond: round(images / seconds), peakRssMb: peakRssMb! };
  await saveScale(file, { ...scale, ferPlus });
  quoteScale({ ...scale, ferPlus });
  print(JSON.stringify(ferPlus));
}

async function saveScale(file: string, scale: ScaleFile): Promise<void> {
  await saveWhole(file, `${JSON.stringify(scale, null, 2)}\n`);
}

/** Puts the figures into README.md and docs/data-at-scale.md. */
function quoteScale(scale: ScaleFile): void {
  replaceSectionIn('README.md', 'scale', scaleToSentence(scale));
  replaceSectionIn('docs/data-at-scale.md', 'scale', scaleToMarkdown(scale));
}

async function measure(images: number, directory: string, options: AtScaleOptions): Promise<ScaleFile> {
  const renderSeconds = await render(images, directory, options);
  const { preprocessSeconds, peakRssMb, peakSummedRssMb } = await preprocessApart(directory, options);
  const file = path.join(directory, 'store', STORE_FILE);
  await startEngine();
  return {
    images,
    cores: availableParallelism(),
    renderSeconds,
    preprocessSeconds,
    imagesPerSecond: preprocessSeconds && round(images / preprocessSeconds),
    peakRssMb,
    peakRssMbAt5000: null,
    peakSummedRssMb,
    storeMb: round(fs.statSync(file).size / 1e6),
    loadSeconds: round(await timeLoad(file)),
  };
}

/** Draws missing images. @returns seconds for drawing all, from render.json if they exist; null: unknown */
async function render(
  frames: number,
  folder: string,
  { anew, print }: AtScaleOptions,
): Promise<number | null> {
  const [directory, note] = [path.join(folder, 'sample'), path.join(folder, 'render.json')];
  const recorded = readNote(note, frames);
  if (anew && recorded === null) fs.rmSync(directory, { recursive: true, force: true });
  const wasThere = fs.existsSync(directory);
  const start = performance.now();
  const onProgress = (done: number, total: number) =>
    done % 1000 === 0 && print(`rendered ${done} of ${total}`);
  const { reused } = await writeSample({ directory, frames, onProgress });
  if (reused) return recorded;
  const renderSeconds = wasThere ? null : secondsSince(start);
  fs.writeFileSync(note, JSON.stringify({ frames, renderSeconds }));
  return renderSeconds;
}

function readNote(file: string, frames: number): number | null {
  if (!fs.existsSync(file)) return null;
  const note = JSON.parse(fs.readFileSync(file, 'utf8')) as { frames: number; renderSeconds: number | null };
  return note.frames === frames ? note.renderSeconds : null;
}

/** Preprocesses in its own process, so that its memory and that of its workers are measured without this process. */
async function preprocessApart(
  directory: string,
  { anew, print }: Pick<AtScaleOptions, 'anew' | 'print'>,
  dataset: readonly string[] = [],
) {
  const cache = path.join(directory, 'cache');
  if (anew) fs.rmSync(cache, { recursive: true, force: true });
  const wasThere = fs.existsSync(cache);
  const { file, execArgv } = ownModule(__dirname, 'data-at-scale-process');
  const start = performance.now();
  const child = spawn(process.execPath, [...execArgv, file, directory, ...dataset], { stdio: 'inherit' });
  const stopWatching = watchMemory(child.pid!);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const preprocessSeconds = secondsSince(start);
  const [peakRssMb, peakSummedRssMb] = stopWatching().map(round);
  if (status !== 0) throw new Error(`Expected preprocessing to succeed but it ended with ${status}`);
  print(`preprocessed ${directory}: ${preprocessSeconds} s, peak ${peakRssMb} MB`);
  return wasThere
    ? { preprocessSeconds: null, peakRssMb: null, peakSummedRssMb: null }
    : { preprocessSeconds, peakRssMb, peakSummedRssMb };
}

/**
 * Measures the time from a store's file to training tensors in the engine.
 * @returns seconds, median of five loads
 */
export async function timeLoad(file: string): Promise<number> {
  const loads: number[] = [];
  // The first load also waits for TensorFlow to start.
  for (let load = 0; load < 5; load++) {
    const start = performance.now();
    const source = blockSource(await loadStore(file));
    const tensors = source.batch(Array.from({ length: source.size }, (_, index) => index));
    // The engine copies a tensor's values when it first computes with them.
    tf.tidy(() => tensors.forEach((tensor) => tf.slice(tensor, 0, 1).dataSync()));
    loads.push((performance.now() - start) / 1000);
    tf.dispose(tensors);
  }
  return median(loads);
}

function secondsSince(start: number): number {
  return round((performance.now() - start) / 1000);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
