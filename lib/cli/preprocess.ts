import path from 'node:path';
import { readCropped, readExperiment } from '../core/experiment-settings';
import { markCropped } from '../datasets/dataset';
import { describeAssumed } from '../core/blocks';
import { expectWritable, homePath } from '../files/project';
import { defineCommand, followOnStderr, integer, print, text, type ValuesOf } from './command';
import { SHARED } from './experiment';

const OPTIONS = {
  ...SHARED.reader,
  out: text('--out <dir>', 'folder for blocks.arrow and skipped.csv; default data/stores/<dataset>'),
  margin: integer('--margin <px>', 'margin around the boxes (default 10)', 0, 1000),
  workers: integer(
    '--workers <n>',
    'processes; default: one per core, at most 8, from 1,024 images on',
    1,
    1024,
  ),
  queue: text('--queue <url>', 'give the work to a queue on Redis, redis://host:6379').conflicts('workers'),
};

const WORKER_OPTION = text('--worker <url>', 'run the jobs of such a queue, for any folder, until Ctrl-C');

/** Defines `preprocess`. */
export const define = defineCommand({
  operands: { '[dir]': 'folder of the data set' },
  options: {
    ...OPTIONS,
    worker: WORKER_OPTION.conflicts(Object.keys(OPTIONS).filter((name) => name !== 'dataset')),
  },
  async run({ worker, ...values }, [directory], refuse) {
    if (worker && directory)
      refuse(`Expected no folder with --worker (the queue names it) but received ${directory}`);
    if (worker) return workOnQueue(worker);
    if (!directory) refuse('Expected a folder for dir but received none');
    await preprocess(directory, values);
  },
});

/** Runs a queue's jobs until Ctrl-C; the current job is finished. */
async function workOnQueue(url: string): Promise<void> {
  const { startQueueWorker } = await import('../study/queue/queue');
  const worker = await startQueueWorker(url, { print });
  print('waiting for work; Ctrl-C ends after the current job');
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  await worker.close();
}

/**
 * Preprocesses a folder into a store, with progress.
 * @returns the store's file, and the records of the reader: a store has no official sides
 * @throws what reader and preprocessing throw
 */
export async function preprocess(root: string, values: ValuesOf<typeof OPTIONS>) {
  const { dataset: id, out, margin, workers, queue, cropped = readCropped(process.env), ...reader } = values;
  const directory = out ? path.resolve(out) : homePath('data', 'stores', id);
  expectWritable(directory, out ? '--out' : undefined);
  const { readDataset } = await import('../datasets/registry');
  const { makeStore } = await import('../faces/store/preprocess');
  const { makeStoreOnQueue } = await import('../study/queue/queue');
  const opened = await readDataset(id, root, { ...reader, setting: 'DIR' });
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
    onProgress: followOnStderr('Faces'),
    directory,
  };
  const made = queue
    ? await makeStoreOnQueue(queue, dataset, { ...settings, print })
    : await makeStore(dataset, settings);
  const { file, frames, missed, assumed, computedShards, reusedShards, seconds } = made;
  const shards = `shards: ${computedShards} computed, ${reusedShards} reused`;
  print(`${frames - missed} of ${frames} frames have blocks; ${shards}, in ${seconds.toFixed(1)} s`);
  const guessed = describeAssumed(assumed, frames - missed);
  if (guessed) print(guessed);
  const skipped = path.join(path.dirname(file), 'skipped.csv');
  print(`store: ${path.relative('', file)}; without blocks: ${path.relative('', skipped)}`);
  return { file, records: dataset.records };
}
