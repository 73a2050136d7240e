// Preprocesses a data set to FOLDER/store: data-at-scale-process FOLDER [READER DIRECTORY LABELS], default FERG's layout
// in FOLDER/sample. It is a separate process, so that its memory can be measured.
import path from 'node:path';
import { printProgress } from '../lib/cli/preprocess';
import type { LabelRule } from '../lib/core/votes';
import { readDataset } from '../lib/datasets/registry';
import { makeStore } from '../lib/faces/store/preprocess';

const given = process.argv.slice(2) as [
  folder: string,
  reader?: string,
  directory?: string,
  labels?: LabelRule,
];
const [folder, reader = 'ferg', directory = path.join(folder, 'sample'), labels] = given;

async function preprocess(): Promise<void> {
  const cacheDirectory = path.join(folder, 'cache');
  const dataset = await readDataset(reader, directory, { cacheDirectory, labels, setting: 'DIRECTORY' });
  await makeStore(dataset, {
    root: dataset.directory,
    cropped: dataset.cropped,
    fixedMargin: dataset.fixedMargin,
    cacheDirectory,
    directory: path.join(folder, 'store'),
    onProgress: printProgress(),
  });
}

void preprocess();
