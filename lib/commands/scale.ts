import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { readFerg } from '../datasets/ferg';
import { writeSample } from '../datasets/sample';
import { ownModule } from '../engine/own-process';
import { projectRoot } from '../engine/project';
import { startEngine } from '../engine/tensorflow';
import { loadStore } from '../faces/store-file';
import { blockSource } from '../model/data';
import { watchRss } from '../study/rss';

/** FERG-DB's size. */
export const FERG_IMAGES = 55_768;

/** What memory at full size is compared with. */
const SMALL_IMAGES = 5000;

/** What one size took; times in seconds, memory of all processes together in MB. Null: not measured in this run. */
export interface ScaleMeasurement {
  readonly images: number;
  /** Null when some of the images were there already. */
  readonly renderSeconds: number | null;
  /** Null when some of the shards were there already. */
  readonly preprocessSeconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly peakRssMb: number | null;
  readonly storeMb: number;
  readonly loadSeconds: number;
}

/** results/reference/scale.json: the measured size, and the memory at 5,000 images. */
export interface ScaleFile extends ScaleMeasurement {
  readonly peakRssMbAt5000: number | null;
}

/**
 * Measures a synthetic FERG from rendering to store and on to training tensors, 5,000 images and then all. What was
 * made by an earlier run is reused, and its times are then null: they are not this run's.
 * @param options.images how many; default FERG's 55,768
 * @param options.file where the figures go; default results/latest/scale.json
 */
export async function runScale(options: {
  readonly images?: number;
  readonly file?: string;
  readonly print: (line: string) => void;
}): Promise<ScaleFile> {
  const { images = FERG_IMAGES, print } = options;
  const directory = path.join(projectRoot(), 'data', 'scale');
  const small = await measure(Math.min(SMALL_IMAGES, images), path.join(directory, 'small'), print);
  const full = images > SMALL_IMAGES ? await measure(images, directory, print) : small;
  const result = { ...full, peakRssMbAt5000: small.images === SMALL_IMAGES ? small.peakRssMb : null };
  const file = options.file ?? path.join(projectRoot(), 'results', 'latest', 'scale.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  print(`${JSON.stringify(result)} in ${path.relative('', file)}`);
  return result;
}

async function measure(
  images: number,
  directory: string,
  print: (line: string) => void,
): Promise<ScaleMeasurement> {
  const sample = path.join(directory, 'sample');
  const renderSeconds = await render(sample, images, print);
  const store = await preprocessApart(sample, directory, print);
  const file = path.join(directory, 'store', 'blocks.arrow');
  return {
    images,
    renderSeconds,
    ...store,
    imagesPerSecond: store.preprocessSeconds && round(images / store.preprocessSeconds),
    storeMb: round(fs.statSync(file).size / 1e6),
    loadSeconds: await timeLoad(file),
  };
}

async function render(
  directory: string,
  frames: number,
  print: (line: string) => void,
): Promise<number | null> {
  const wasThere = fs.existsSync(directory);
  const start = performance.now();
  const onProgress = (done: number, total: number) =>
    done % 1000 === 0 && print(`rendered ${done} of ${total}`);
  await writeSample({ directory, frames, onProgress });
  return wasThere ? null : secondsSince(start);
}

/** Preprocesses in a process of its own, so that its memory can be told from this one's. */
async function preprocessApart(
  sample: string,
  directory: string,
  print: (line: string) => void,
): Promise<Pick<ScaleMeasurement, 'preprocessSeconds' | 'peakRssMb'>> {
  readFerg(sample, 'the sample');
  const cache = path.join(directory, 'cache');
  const wasThere = fs.existsSync(cache);
  const { file, execArgv } = ownModule(__dirname, 'scale-process');
  const start = performance.now();
  const child = spawn(process.execPath, [...execArgv, file, sample, directory], { stdio: 'inherit' });
  const watch = watchRss(child.pid!);
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const peakRssMb = round(watch.stop());
  if (status !== 0) throw new Error(`Expected preprocessing to end well but it ended with ${status}`);
  print(`preprocessed ${sample}: ${secondsSince(start)} s, peak ${peakRssMb} MB`);
  return wasThere
    ? { preprocessSeconds: null, peakRssMb: null }
    : { preprocessSeconds: secondsSince(start), peakRssMb };
}

async function timeLoad(file: string): Promise<number> {
  await startEngine();
  const start = performance.now();
  const source = blockSource(await loadStore(file));
  const tensors = source.batch(Array.from({ length: source.size }, (_, index) => index));
  const seconds = secondsSince(start);
  tf.dispose(tensors);
  return seconds;
}

function secondsSince(start: number): number {
  return round((performance.now() - start) / 1000);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
