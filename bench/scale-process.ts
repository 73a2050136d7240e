// Preprocesses FOLDER/sample to FOLDER/store: scale-process FOLDER. Its memory is watched from outside.
import path from 'node:path';
import { readFerg } from '../lib/datasets/ferg';
import { makeStore } from '../lib/faces/store/make-store';
import { printProgress } from '../lib/commands/preprocess';

const [folder] = process.argv.slice(2);
const sample = path.join(folder, 'sample');

void makeStore(readFerg(sample, 'the sample'), {
  root: sample,
  fixedMargin: true,
  cacheDirectory: path.join(folder, 'cache'),
  directory: path.join(folder, 'store'),
  onProgress: printProgress((line) => process.stdout.write(`${line}\n`)),
});
