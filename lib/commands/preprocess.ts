import path from 'node:path';
import type { Numbering } from '../core/emotions';
import { readCropped, readExperiment } from '../core/experiment';
import type { LabelRule } from '../core/votes';
import { type Dataset, markCropped } from '../datasets/dataset';
import { readDataset } from '../datasets/registry';
import { expectWritable, homePath } from '../files/project';
import type { PreprocessOptions, PreprocessProgress } from '../faces/store/make-shards';
import { type MadeStore, makeStore } from '../faces/store/make-store';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import { makeStoreOnQueue } from '../study/queue/make-store-on-queue';
import { startQueueWorker } from '../study/queue/queue';

/** How the command is called. */
export interface PreprocessCommandOptions {
  /** Id of the data set's reader. */
  readonly dataset: string;
  /** Mapping file, for the reader `mapping`. */
  readonly mapping?: string;
  /** Rule that labels by votes, for data sets that have them. */
  readonly labels?: LabelRule;
  /** Whose numbers classes that are named by numbers have. */
  readonly numbered?: Numbering;
  /** Whether the images are cropped faces; default what `CROPPED` and the reader say. */
  readonly cropped?: boolean;
  /** Where the store goes; default data/stores/<dataset>. */
  readonly out?: string;
  /** Pixels around the boxes; default `MARGIN`, else 10. */
  readonly margin?: number;
  readonly workers?: number;
  /** A queue on Redis whose workers do the work; default: this machine does. */
  readonly queue?: string;
  readonly print: (line: string) => void;
}

/** How often progress is printed. */
const PROGRESS_MS = 5000;

/** Gives the folder of the project's caches. */
export function cacheFolder(name: string): string {
  return homePath('data', 'cache', name);
}

/**
 * Opens a folder with a data set's reader and says what the reader left out.
 * @throws RangeError when the folder is not of the data set's form
 */
async function openFolder(
  directory: string,
  { dataset, mapping, labels, numbered, cropped = readCropped(process.env), print }: PreprocessCommandOptions,
): Promise<Dataset> {
  const opened = await readDataset(dataset, directory, {
    cacheDirectory: cacheFolder('converted'),
    mapping,
    labels,
    numbered,
    setting: 'DIR',
  });
  print(`${opened.name}: ${opened.records.length.toLocaleString('en-US')} images in ${opened.directory}`);
  for (const note of opened.notes ?? []) print(note);
  return markCropped(opened, cropped);
}

/** Completes a command's options to those of preprocessing. */
function toPreprocessOptions(
  { directory, cropped, fixedMargin }: Dataset,
  { margin, workers, print }: PreprocessCommandOptions,
): PreprocessOptions {
  return {
    root: directory,
    cropped,
    fixedMargin,
    cacheDirectory: cacheFolder('blocks'),
    marginPx: margin ?? readExperiment(process.env).marginPx,
    workers,
    onProgress: printProgress(print),
  };
}

/**
 * Preprocesses a folder into a store, with progress.
 * @returns the store, and the records as the reader gave them: a store keeps no official sides
 * @throws what reader and preprocessing throw
 */
export async function runPreprocess(
  directory: string,
  options: PreprocessCommandOptions,
): Promise<MadeStore & Pick<Dataset, 'records'>> {
  expectWritable(outFolder(options), options.out ? '--out' : undefined);
  const dataset = await openFolder(directory, options);
  const settings = { ...toPreprocessOptions(dataset, options), directory: outFolder(options) };
  const made = options.queue
    ? await makeStoreOnQueue(options.queue, dataset, { ...settings, print: options.print })
    : await makeStore(dataset, settings);
  printStore(made, options.print);
  return { ...made, records: dataset.records };
}

/** Works on a queue's jobs until the process is interrupted, and then ends after the job at hand. */
export async function runWorker(url: string, print: (line: string) => void): Promise<void> {
  const worker = await startQueueWorker(url, { print });
  print('waiting for work; Ctrl-C ends after the job at hand');
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await worker.close();
}

/** Gives the folder that the store goes to. */
function outFolder({ out, dataset }: PreprocessCommandOptions): string {
  return out ? path.resolve(out) : homePath('data', 'stores', dataset);
}

/** Prints what became of a data set. */
function printStore(made: MadeStore, print: (line: string) => void): void {
  const { file, frames, missed, assumed, computedShards, reusedShards, seconds } = made;
  print(
    `${frames - missed} of ${frames} frames have blocks; ${computedShards} shards computed, ${reusedShards} reused, ` +
      `in ${seconds.toFixed(1)} s`,
  );
  const guessed = describeAssumed(assumed, frames - missed);
  if (guessed) print(guessed);
  print(
    `store: ${path.relative('', file)}; without blocks: ${path.relative('', file.replace(/[^/\\]+$/, 'skipped.csv'))}`,
  );
}

/**
 * Makes a listener that prints where preprocessing stands every few seconds.
 * @param clock milliseconds, default the process' own
 */
export function printProgress(
  print: (line: string) => void,
  clock: () => number = () => performance.now(),
): (progress: PreprocessProgress) => void {
  const start = clock();
  let printed = start;
  return (progress) => {
    const now = clock();
    if (now - printed < PROGRESS_MS) return;
    printed = now;
    print(formatProgress(progress, (now - start) / 1000));
  };
}

/** Formats where preprocessing stands: share, rate of what was computed, and the time that the rest will take. */
export function formatProgress({ done, total, missed, reused }: PreprocessProgress, seconds: number): string {
  const computed = done - reused;
  const rate = computed / seconds;
  const share = `${done} of ${total} frames (${Math.floor((100 * done) / total)} %)`;
  const counts = [`${missed} without blocks`, ...(reused > 0 ? [`${reused} reused`] : [])].join(', ');
  if (computed === 0) return `${share}, ${counts}`;
  return `${share}, ${rate.toFixed(1)} a second, ${formatLeft((total - done) / rate)} left, ${counts}`;
}

function formatLeft(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
