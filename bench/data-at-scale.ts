import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { writeSample } from '../lib/characters';
import { ownModule } from '../lib/files/worker-process';
import { homePath, projectRoot } from '../lib/files/project';
import { startEngine } from '../lib/tensor/backend';
import { findTarget, saveWhole } from '../lib/files/whole-file';
import { STORE_FILE, streamStore } from '../lib/faces/store/store';
import { replaceSectionIn } from '../lib/study/markdown';
import { watchMemory } from './process-memory';
import { type ScaleFile, readScale, scaleToMarkdown, scaleToSentence } from './data-at-scale-text';
import { timeLoad } from './time-load';
import type { ReferenceContext } from './reference/context';

/** FERG-DB's size. */
const FERG_IMAGES = 55_768;

/** What memory at full size is compared with. */
const SMALL_IMAGES = 5000;

/** How {@link measureAtScale} runs. */
export interface AtScaleOptions {
  /** How many images; default FERG's 55,768. */
  readonly images?: number;
  /** Where images, shards and stores are kept; default data/scale. */
  readonly directory?: string;
  /** Where the figures go; default results/latest/scale.json. */
  readonly file?: string;
  /** Whether all is measured: what can't be told of earlier work is done anew. Default false: earlier work is reused
   * and what it took is null, unless it was written down. */
  readonly anew?: boolean;
  readonly print: (line: string) => void;
}

/** What one size took, in a folder of its own. */
type Measurement = Omit<ScaleFile, 'cores' | 'peakRssMbAt5000'>;

type Preprocessed = Pick<Measurement, 'preprocessSeconds' | 'peakRssMb' | 'peakSummedRssMb'>;

/**
 * Measures a synthetic FERG from rendering to store and on to training tensors: 5,000 images, and then all.
 * @throws Error when preprocessing ends badly
 */
export async function measureAtScale(options: AtScaleOptions): Promise<ScaleFile> {
  const { images = FERG_IMAGES, print } = options;
  const { file } = findTarget(options.file ?? homePath('results', 'latest', 'scale.json'), '--file');
  const directory = options.directory ?? homePath('data', 'scale');
  const small = await measure(Math.min(SMALL_IMAGES, images), path.join(directory, 'small'), options);
  const full = images > SMALL_IMAGES ? await measure(images, directory, options) : small;
  const peakRssMbAt5000 = small.images === SMALL_IMAGES ? small.peakRssMb : null;
  const { images: size, renderSeconds, preprocessSeconds, imagesPerSecond, peakRssMb, ...loading } = full;
  const times = { renderSeconds, preprocessSeconds, imagesPerSecond };
  const { ferPlus } = readScale(file) ?? {};
  const result = {
    images: size,
    cores: availableParallelism(),
    ...times,
    peakRssMb,
    peakRssMbAt5000,
    ...loading,
    ...(ferPlus && { ferPlus }),
  };
  await saveWhole(file, `${JSON.stringify(result, null, 2)}\n`);
  print(`${JSON.stringify(result)} in ${path.relative('', file)}`);
  return result;
}

/**
 * Makes the committed measurements, results/reference/scale.json, and the texts that quote them. Preprocessing is
 * always measured anew; rendering only where its time was not written down beside the images.
 */
export async function makeScaleReference({ directory, print }: ReferenceContext): Promise<void> {
  const file = path.join(directory, 'scale.json');
  await measureAtScale({ file, anew: true, print });
  quoteScale(readScale(file));
}

/**
 * Measures FER+'s cropped faces, from files to blocks, and adds the figures to results/reference/scale.json and to the texts
 * that quote it.
 * @param directory folder of FER+, as the reader `fer-plus` takes it
 * @throws Error without a scale.json, or when preprocessing ends badly
 */
export async function measureFerPlus(directory: string, print: (line: string) => void): Promise<void> {
  const file = path.join(projectRoot(), 'results', 'reference', 'scale.json');
  const scale = readScale(file);
  if (!scale) throw new Error(`Expected ${file} but found none: run \`npm run reference -- scale\` first`);
  const folder = homePath('data', 'scale', 'fer-plus');
  // All faces, those without a majority label too: what is measured is not labels.
  const dataset = ['fer-plus', path.resolve(directory), 'all'];
  const options = { anew: true, print };
  const { preprocessSeconds: seconds, peakRssMb } = await preprocessApart(folder, options, dataset);
  let images = 0;
  for await (const { numRows } of streamStore(path.join(folder, 'store', STORE_FILE))) images += numRows;
  const ferPlus = {
    images,
    seconds: seconds!,
    imagesPerSecond: round(images / seconds!),
    peakRssMb: peakRssMb!,
  };
  const measured = { ...scale, ferPlus };
  await saveWhole(file, `${JSON.stringify(measured, null, 2)}\n`);
  quoteScale(measured);
  print(JSON.stringify(ferPlus));
}

/** Puts the figures into README.md and docs/data-at-scale.md. */
function quoteScale(scale: ScaleFile | undefined): void {
  const texts = { 'README.md': scaleToSentence, 'docs/data-at-scale.md': scaleToMarkdown };
  for (const [page, toText] of Object.entries(texts)) replaceSectionIn(page, 'scale', toText(scale));
}

async function measure(images: number, directory: string, options: AtScaleOptions): Promise<Measurement> {
  const renderSeconds = await render(images, directory, options);
  const store = await preprocessApart(directory, options);
  const file = path.join(directory, 'store', STORE_FILE);
  await startEngine();
  return {
    images,
    renderSeconds,
    ...store,
    imagesPerSecond: store.preprocessSeconds && round(images / store.preprocessSeconds),
    storeMb: round(fs.statSync(file).size / 1e6),
    loadSeconds: round((await timeLoad(file)).seconds),
  };
}

/** Draws what is not there. What drawing all at once took is written down beside it, as reading it again takes none. */
async function render(
  frames: number,
  folder: string,
  { anew, print }: AtScaleOptions,
): Promise<number | null> {
  const [directory, note] = [path.join(folder, 'sample'), path.join(folder, 'render.json')];
  const noted = () => readNote(note, frames);
  if (anew && noted() === null) fs.rmSync(directory, { recursive: true, force: true });
  const wasThere = fs.existsSync(directory);
  const start = performance.now();
  const onProgress = (done: number, total: number) =>
    done % 1000 === 0 && print(`rendered ${done} of ${total}`);
  const { reused } = await writeSample({ directory, frames, onProgress });
  if (reused) return noted();
  const renderSeconds = wasThere ? null : secondsSince(start);
  fs.writeFileSync(note, JSON.stringify({ frames, renderSeconds }));
  return renderSeconds;
}

function readNote(file: string, frames: number): number | null {
  if (!fs.existsSync(file)) return null;
  const note = JSON.parse(fs.readFileSync(file, 'utf8')) as { frames: number; renderSeconds: number | null };
  return note.frames === frames ? note.renderSeconds : null;
}

/** Preprocesses in a process of its own, so that its memory, with that of its workers, can be told from this one's. */
async function preprocessApart(
  directory: string,
  { anew, print }: AtScaleOptions,
  dataset: readonly string[] = [],
): Promise<Preprocessed> {
  const cache = path.join(directory, 'cache');
  if (anew) fs.rmSync(cache, { recursive: true, force: true });
  const wasThere = fs.existsSync(cache);
  const { file, execArgv } = ownModule(__dirname, 'scale-process');
  const start = performance.now();
  const child = spawn(process.execPath, [...execArgv, file, directory, ...dataset], { stdio: 'inherit' });
  const watch = watchMemory(child.pid!);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const preprocessSeconds = secondsSince(start);
  const { residentMb, summedMb } = watch.stop();
  if (status !== 0) throw new Error(`Expected preprocessing to end well but it ended with ${status}`);
  print(`preprocessed ${directory}: ${preprocessSeconds} s, peak ${round(residentMb)} MB`);
  return wasThere
    ? { preprocessSeconds: null, peakRssMb: null, peakSummedRssMb: null }
    : { preprocessSeconds, peakRssMb: round(residentMb), peakSummedRssMb: round(summedMb) };
}

function secondsSince(start: number): number {
  return round((performance.now() - start) / 1000);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
