import { type Command, Option } from 'commander';
import path from 'node:path';
import { readCropped, readExperiment } from '../core/experiment';
import { type Dataset, markCropped } from '../datasets/dataset';
import type { PreprocessProgress } from '../faces/store/preprocess';
import type { MadeStore } from '../faces/store/preprocess';
import { describeAssumed } from '../faces/detector/usual-landmarks';
import { expectWritable, homePath } from '../files/project';
import { addReaderOptions, type ReaderFlags } from './data';
import { numberBetween } from './number';
import { print } from './terminal';

/** Flags of the command. */
export interface PreprocessFlags extends ReaderFlags {
  /** Folder of the store; default data/stores/<dataset>. */
  readonly out?: string;
  /** Pixels around the boxes; default `MARGIN`, else 10. */
  readonly margin?: number;
  readonly workers?: number;
  /** A queue on Redis whose workers preprocess; default: this machine does. */
  readonly queue?: string;
}

/** Defines `preprocess`. */
export function define(command: Command): void {
  addReaderOptions(command.argument('[dir]', 'folder of the data set'))
    .option('--out <dir>', 'folder for blocks.arrow and skipped.csv; default data/stores/<dataset>')
    .option(
      '--margin <px>',
      'margin around the boxes (default 10)',
      numberBetween(0, 1000, { isWhole: true }),
    )
    .option(
      '--workers <n>',
      'number of processes; default: one per core from 1,024 images on',
      numberBetween(1, 1024, { isWhole: true }),
    )
    .addOption(
      new Option(
        '--queue <url>',
        'distribute the work to workers by a queue on Redis, redis://host:6379',
      ).conflicts('workers'),
    )
    .addOption(
      new Option('--worker <url>', 'be a worker of such a queue, for any folder, until Ctrl-C').conflicts([
        'queue',
        'workers',
        'mapping',
        'labels',
        'numbered',
        'cropped',
        'out',
        'margin',
      ]),
    )
    .action(
      async (directory: string | undefined, { worker, ...flags }: PreprocessFlags & { worker?: string }) => {
        if (worker && directory)
          command.error(
            `error: Expected no folder beside --worker (the queue names it) but received ${directory}`,
          );
        if (worker) return workOnQueue(worker);
        if (!directory) command.error('error: Expected a folder for dir but received none');
        await preprocess(directory, flags);
      },
    );
}

/** Works on a queue's jobs until Ctrl-C, and then ends after the current job. */
async function workOnQueue(url: string): Promise<void> {
  const { startQueueWorker } = await import('../study/queue/queue');
  const worker = await startQueueWorker(url, { print });
  print('waiting for work; Ctrl-C ends after the current job');
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await worker.close();
}

/**
 * Preprocesses a folder into a store, with progress.
 * @returns the store, and the records of the reader: a store has no official sides
 * @throws what reader and preprocessing throw
 */
export async function preprocess(
  root: string,
  flags: PreprocessFlags,
): Promise<MadeStore & Pick<Dataset, 'records'>> {
  const { dataset: id, out, margin, workers, queue, cropped = readCropped(process.env), ...reader } = flags;
  const directory = out ? path.resolve(out) : homePath('data', 'stores', id);
  expectWritable(directory, out ? '--out' : undefined);
  const { readDataset } = await import('../datasets/registry');
  const { makeStore } = await import('../faces/store/preprocess');
  const { makeStoreOnQueue } = await import('../study/queue/queue');
  const { mapping, labels, numbered } = reader;
  const opened = await readDataset(id, root, {
    cacheDirectory: homePath('data', 'cache', 'converted'),
    mapping,
    labels,
    numbered,
    setting: 'DIR',
  });
  print(`${opened.name}: ${opened.records.length.toLocaleString('en-US')} images in ${opened.directory}`);
  opened.notes?.forEach(print);
  const dataset = markCropped(opened, cropped);
  const settings = {
    root: dataset.directory,
    cropped: dataset.cropped,
    fixedMargin: dataset.fixedMargin,
    cacheDirectory: homePath('data', 'cache', 'blocks'),
    marginPx: margin ?? readExperiment(process.env).marginPx,
    workers,
    onProgress: printProgress(),
    directory,
  };
  const made = queue
    ? await makeStoreOnQueue(queue, dataset, { ...settings, print })
    : await makeStore(dataset, settings);
  printStore(made);
  return { ...made, records: dataset.records };
}

function printStore(made: MadeStore): void {
  const { file, frames, missed, assumed, computedShards, reusedShards, seconds } = made;
  print(
    `${frames - missed} of ${frames} frames have blocks; ${computedShards} shards computed, ${reusedShards} reused, ` +
      `in ${seconds.toFixed(1)} s`,
  );
  const guessed = describeAssumed(assumed, frames - missed);
  if (guessed) print(guessed);
  const skipped = path.join(path.dirname(file), 'skipped.csv');
  print(`store: ${path.relative('', file)}; without blocks: ${path.relative('', skipped)}`);
}

/** Time between two lines of progress. */
const PROGRESS_MS = 5000;

/** Makes a listener that prints the progress of preprocessing every few seconds. */
export function printProgress(): (progress: PreprocessProgress) => void {
  const start = performance.now();
  let printed = start;
  return (progress) => {
    const now = performance.now();
    if (now - printed < PROGRESS_MS) return;
    printed = now;
    print(formatProgress(progress, (now - start) / 1000));
  };
}

/** Formats the progress of preprocessing: share, rate of the computed frames, and remaining time. */
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
