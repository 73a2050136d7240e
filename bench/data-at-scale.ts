import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { HEADER_FILE, writeSample } from '../lib/characters';
import { HOME_VARIABLE, homePath, projectRoot } from '../lib/files/project';
import { findTarget, saveWhole } from '../lib/files/write-file';
import { ownModule } from '../lib/files/worker-process';
import { loadStore, STORE_FILE, streamStore } from '../lib/faces/store/store';
import { blockSource } from '../lib/model/training/data';
import { replaceSectionIn } from '../lib/study/markdown';
import { startEngine } from '../lib/tensor/backend';
import { median } from './bench-results';
import { type ScaleFile, scaleToMarkdown, scaleToSentence } from './data-at-scale-text';
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
  readonly print: (line: string) => void;
}

/**
 * Measures a synthetic FERG from rendering to store and to training tensors: first 5,000 images, then all. Complete
 * drawings of an earlier run are kept, with their recorded time; all else is measured again.
 * @throws Error when preprocessing fails
 */
export async function measureAtScale(options: AtScaleOptions): Promise<ScaleFile> {
  const { images = FERG_IMAGES, directory = homePath('data', 'scale'), print } = options;
  const { file } = findTarget(options.file ?? homePath('results', 'latest', 'scale.json'), '--file');
  const small = await measure(Math.min(SMALL_IMAGES, images), path.join(directory, 'small'), print);
  const full = images > SMALL_IMAGES ? await measure(images, directory, print) : small;
  const peakRssMbAt5000 = small.images === SMALL_IMAGES ? small.peakRssMb : null;
  const ferPlus = fs.existsSync(file) ? readScale(file).ferPlus : undefined;
  const result = { ...full, peakRssMbAt5000, ...(ferPlus && { ferPlus }) };
  await saveScale(file, result);
  print(`${JSON.stringify(result)} in ${path.relative('', file)}`);
  return result;
}

/** Makes the committed measurements, results/reference/scale.json, and the texts that quote them. */
export async function makeScaleReference({ directory, print }: ReferenceContext): Promise<void> {
  quoteScale(await measureAtScale({ file: path.join(directory, 'scale.json'), print }));
}

/**
 * Measures FER+'s cropped faces, from files to blocks, and adds the figures to results/reference/scale.json and to the texts
 * that quote it.
 * @param directory folder of FER+, as the reader `fer-plus` takes it
 * @throws Error when preprocessing fails
 */
export async function measureFerPlus(directory: string, print: (line: string) => void): Promise<void> {
  const file = path.join(projectRoot(), 'results', 'reference', 'scale.json');
  // All faces, also those without a majority label: only preprocessing is measured.
  const dataset = [directory, '--dataset', 'fer-plus', '--labels', 'all'];
  const folder = homePath('data', 'scale', 'fer-plus');
  const { store, seconds, memory } = await preprocessApart(dataset, folder, print);
  let images = 0;
  for await (const { numRows } of streamStore(store)) images += numRows;
  const ferPlus = { images, seconds, imagesPerSecond: round(images / seconds), peakRssMb: memory.peakRssMb };
  const scale = { ...readScale(file), ferPlus };
  await saveScale(file, scale);
  quoteScale(scale);
  print(JSON.stringify(ferPlus));
}

function readScale(file: string): ScaleFile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as ScaleFile;
}

async function saveScale(file: string, scale: ScaleFile): Promise<void> {
  await saveWhole(file, `${JSON.stringify(scale, null, 2)}\n`);
}

/** Puts the figures into README.md and docs/data-at-scale.md. */
function quoteScale(scale: ScaleFile): void {
  replaceSectionIn('README.md', 'scale', scaleToSentence(scale));
  replaceSectionIn('docs/data-at-scale.md', 'scale', scaleToMarkdown(scale));
}

async function measure(images: number, folder: string, print: (line: string) => void): Promise<ScaleFile> {
  const sample = path.join(folder, 'sample');
  const renderSeconds = await render(images, sample, print);
  const { store, seconds, memory } = await preprocessApart([sample, '--dataset', 'ferg'], folder, print);
  await startEngine();
  return {
    images,
    cores: availableParallelism(),
    renderSeconds,
    preprocessSeconds: seconds,
    imagesPerSecond: round(images / seconds),
    ...memory,
    peakRssMbAt5000: null,
    storeMb: round(fs.statSync(store).size / 1e6),
    loadSeconds: round(await timeLoad(store)),
  };
}

/** Draws the images unless they are there with their time. @returns seconds for drawing all */
async function render(frames: number, directory: string, print: (line: string) => void): Promise<number> {
  const note = `${directory}.json`;
  const isComplete = [note, path.join(directory, HEADER_FILE)].every((file) => fs.existsSync(file));
  if (!isComplete) fs.rmSync(directory, { recursive: true, force: true });
  const start = performance.now();
  const onProgress = (done: number, total: number) =>
    done % 1000 === 0 && print(`rendered ${done} of ${total}`);
  const { reused } = await writeSample({ directory, frames, onProgress });
  if (!reused) fs.writeFileSync(note, JSON.stringify({ renderSeconds: secondsSince(start) }));
  return (JSON.parse(fs.readFileSync(note, 'utf8')) as { renderSeconds: number }).renderSeconds;
}

/**
 * Preprocesses without a cache in its own process, so that its memory and that of its workers are measured without this one.
 * @param dataset arguments of `npx . preprocess`
 */
async function preprocessApart(dataset: readonly string[], folder: string, print: (line: string) => void) {
  const home = path.resolve(folder, 'home');
  fs.rmSync(home, { recursive: true, force: true });
  const { file, execArgv } = ownModule(path.join(projectRoot(), 'lib'), 'cli');
  const start = performance.now();
  const child = spawn(process.execPath, [...execArgv, file, 'preprocess', ...dataset], {
    stdio: 'inherit',
    env: { ...process.env, [HOME_VARIABLE]: home },
  });
  const stopWatching = watchMemory(child.pid!);
  const [status] = (await once(child, 'close')) as [number | null];
  const seconds = secondsSince(start);
  const [peakRssMb, peakSummedRssMb] = stopWatching().map(round);
  if (status !== 0) throw new Error(`Expected preprocessing to succeed but it ended with ${status}`);
  print(`preprocessed ${folder}: ${seconds} s, peak ${peakRssMb} MB`);
  const store = path.join(home, 'data', 'stores', dataset[2], STORE_FILE);
  return { store, seconds, memory: { peakRssMb, peakSummedRssMb } };
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
