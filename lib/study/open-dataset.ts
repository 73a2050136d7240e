import fs from 'node:fs';
import path from 'node:path';
import { FOLDER_VARIABLES, READER_VARIABLES, readCropped, SAMPLE_VARIABLES } from '../core/experiment';
import type { Experiment } from '../core/experiment';
import { type Dataset, markCropped } from '../datasets/dataset';
import { readFerg } from '../datasets/ferg';
import { DATASETS, type DatasetKind, expectLabels, findDataset } from '../datasets/registry';
import { HEADER_FILE, readManifest, readTrueLandmarks, writeSample } from '../datasets/sample';
import { projectRoot } from '../engine/project';

/** An opened data set, and what opening it took. */
export interface OpenedDataset extends Dataset {
  /** Whether frames had to be drawn: false for a sample that was there and for every other data set. */
  readonly drawn: boolean;
  readonly seconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the data set that the environment names: `FERG_DIR`, `IMAGES_DIR` (class folders), `DATASET_DIR` with the
 * reader `DATASET` (and `DATASET_MAPPING`, a file, or `DATASET_LABELS`), or else the synthetic sample, which is drawn when it is not
 * there. `CROPPED=1` says of any folder that its images are cropped faces. Relative paths start at the project's folder.
 * @param environment such as `process.env`
 * @param onProgress is told how many frames are drawn
 * @throws RangeError when several are set, when a size of the sample is set beside one of them, when `CROPPED` is
 * set beside none, or when the folder is not what is expected
 */
export async function openDataset(
  experiment: Experiment,
  environment: Environment,
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedDataset> {
  const start = performance.now();
  const setting = chooseFolder(environment);
  const cropped = readCropped(environment);
  if (!setting && cropped)
    throw new RangeError(
      `Expected a folder of cropped faces (--data, ${FOLDER_VARIABLES.join(', ')}) beside --cropped or CROPPED but received none`,
    );
  if (!setting) return openSample(experiment, start, onProgress);
  refuseSampleSize(environment, setting);
  const { DATASET_MAPPING: mapping, DATASET_LABELS: labels } = environment;
  const reader = findReader(setting, environment);
  if (labels && reader.id !== 'fer-plus')
    throw new RangeError(`Expected no DATASET_LABELS beside DATASET=${reader.id}, which has no votes, but received ${labels}`); // prettier-ignore
  const dataset = await reader.open(fromProject(environment[setting]!), {
    cacheDirectory: fromProject('data/cache/converted'),
    mapping: mapping ? fromProject(mapping) : undefined,
    labels: labels ? expectLabels(labels) : undefined,
    setting,
  });
  return { ...markCropped(await withManifest(dataset), cropped), drawn: false, seconds: secondsSince(start) };
}

function fromProject(name: string): string {
  return path.resolve(projectRoot(), name);
}

/** Which variable names the folder; none: the sample. */
function chooseFolder(environment: Environment): (typeof FOLDER_VARIABLES)[number] | undefined {
  const named = FOLDER_VARIABLES.filter((name) => environment[name]);
  if (named.length > 1)
    throw new RangeError(
      `Expected one of ${FOLDER_VARIABLES.join(', ')} but received ${named.join(' and ')}`,
    );
  const stray = READER_VARIABLES.find((name) => environment[name]);
  if (stray && named[0] !== 'DATASET_DIR')
    throw new RangeError(`Expected DATASET_DIR beside ${stray} but received ${named[0] ?? 'none'}`);
  return named[0];
}

function findReader(setting: (typeof FOLDER_VARIABLES)[number], { DATASET: id }: Environment): DatasetKind {
  if (setting === 'FERG_DIR') return findDataset('ferg');
  if (setting === 'IMAGES_DIR') return findDataset('folder');
  if (id) return findDataset(id);
  const known = DATASETS.map((one) => one.id).join(', ');
  throw new RangeError(`Expected one of ${known} for DATASET beside DATASET_DIR but received none`);
}

/** What sizes the sample says nothing of other data: a user who sets it expects fewer images than would come. */
function refuseSampleSize(environment: Environment, folder: string): void {
  const stray = SAMPLE_VARIABLES.find((name) => environment[name]);
  if (stray === undefined) return;
  throw new RangeError(
    `Expected no ${stray} beside ${folder} (it sizes the synthetic sample) but received ${environment[stray]}`,
  );
}

async function openSample(
  { clipsPerCell, framesPerClip, sampleFrames: frames }: Experiment,
  start: number,
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedDataset> {
  const directory = path.join(projectRoot(), 'data', 'sample');
  const { reused } = await writeSample({ directory, clipsPerCell, framesPerClip, frames, onProgress });
  const dataset = await withManifest(readFerg(directory, 'the sample'));
  return { ...dataset, drawn: !reused, seconds: secondsSince(start) };
}

/** A drawn sample is known by its header; its manifest adds clips and true landmarks, wherever the folder lies. */
async function withManifest(dataset: Dataset): Promise<Dataset> {
  if (!fs.existsSync(path.join(dataset.directory, HEADER_FILE))) return dataset;
  const entries = new Map((await readManifest(dataset.directory)).map((entry) => [entry.path, entry]));
  const records = dataset.records.map((record) => {
    const entry = entries.get(record.path);
    return entry ? { ...record, clip: entry.clip, frame: entry.frame } : record;
  });
  const trueLandmarks = await readTrueLandmarks(dataset.directory);
  return { ...dataset, name: 'synthetic sample', synthetic: true, records, trueLandmarks };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
