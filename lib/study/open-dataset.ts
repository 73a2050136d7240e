import fs from 'node:fs';
import path from 'node:path';
import type { Numbering } from '../core/emotions';
import { FOLDER_VARIABLES, READER_VARIABLES, readCropped, SAMPLE_VARIABLES } from '../core/experiment';
import type { Experiment } from '../core/experiment';
import type { LabelRule } from '../core/votes';
import { type Dataset, markCropped } from '../datasets/dataset';
import { readFerg } from '../datasets/ferg';
import type { OpenOptions } from '../datasets/options';
import { DATASETS, readDataset } from '../datasets/registry';
import { HEADER_FILE, readManifest, readTrueLandmarks, writeSample } from '../characters';
import { homePath, projectRoot } from '../files/project';

/** An opened data set, and what opening it took. */
export interface OpenedDataset extends Dataset {
  /** Whether frames had to be drawn: false for a sample that was there and for every other data set. */
  readonly drawn: boolean;
  readonly seconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the data set that the environment names: `FERG_DIR`, `IMAGES_DIR` (class folders), `DATASET_DIR` with the
 * reader `DATASET` (and `DATASET_MAPPING`, a file, `DATASET_LABELS`, a rule, or `DATASET_NUMBERED`), or else the
 * synthetic sample, which is drawn when it is not there. `CROPPED=1` says of any folder that its images are cropped
 * faces. Relative paths start at the current folder, or at the project's where there is no such file.
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
  const setting = chooseFolder(environment);
  const cropped = readCropped(environment);
  if (!setting && cropped)
    throw new RangeError(
      `Expected a folder of cropped faces (--data, ${FOLDER_VARIABLES.join(', ')}) beside --cropped or CROPPED but received none`,
    );
  if (!setting) return openSample(experiment, onProgress);
  refuseSampleSize(environment, setting);
  const { DATASET_MAPPING: mapping, DATASET_LABELS: labels, DATASET_NUMBERED: numbered } = environment;
  const opened = await openFolder(chooseReader(setting, environment), locate(environment[setting]!), {
    mapping: mapping ? locate(mapping) : undefined,
    // What these words are is checked where they are read.
    labels: (labels || undefined) as LabelRule | undefined,
    numbered: (numbered || undefined) as Numbering | undefined,
    setting,
  });
  return markCropped(opened, cropped);
}

/**
 * Opens a folder, or a table, with a data set's reader.
 * @param id of the reader
 * @throws RangeError when the folder is not what is expected, or the reader does not take an option
 */
export async function openFolder(
  id: string,
  directory: string,
  options: Omit<OpenOptions, 'cacheDirectory'>,
): Promise<OpenedDataset> {
  const start = performance.now();
  const cacheDirectory = homePath('data', 'cache', 'converted');
  const dataset = await readDataset(id, directory, { ...options, cacheDirectory });
  return { ...(await withManifest(dataset)), drawn: false, seconds: secondsSince(start) };
}

/** Finds a path where the user stands, or else in the project: notebooks stand in a folder of their own. */
function locate(name: string): string {
  const here = path.resolve(name);
  const there = path.resolve(projectRoot(), name);
  return fs.existsSync(there) && !fs.existsSync(here) ? there : here;
}

/** Which variable names the folder; none: the sample. */
function chooseFolder(environment: Environment): (typeof FOLDER_VARIABLES)[number] | undefined {
  const named = FOLDER_VARIABLES.filter((name) => environment[name]);
  if (named.length > 1)
    throw new RangeError(
      `Expected one of ${FOLDER_VARIABLES.join(', ')} but received ${named.join(' and ')}`,
    );
  const stray = READER_VARIABLES.find((name) => environment[name]);
  const isNumbering = stray === 'DATASET_NUMBERED' && named[0] === 'IMAGES_DIR';
  if (stray && named[0] !== 'DATASET_DIR' && !isNumbering)
    throw new RangeError(`Expected DATASET_DIR beside ${stray} but received ${named[0] ?? 'none'}`);
  return named[0];
}

/** Gives the id of the reader. */
function chooseReader(setting: (typeof FOLDER_VARIABLES)[number], { DATASET: id }: Environment): string {
  if (setting === 'FERG_DIR') return 'ferg';
  if (setting === 'IMAGES_DIR') return 'folder';
  if (id) return id;
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
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedDataset> {
  const start = performance.now();
  const directory = homePath('data', 'sample');
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
    if (!entry) return record;
    const { clip, frame, intensity } = entry;
    return { ...record, clip, frame, intensity };
  });
  const trueLandmarks = await readTrueLandmarks(dataset.directory);
  return { ...dataset, name: 'synthetic sample', synthetic: true, records, trueLandmarks };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
