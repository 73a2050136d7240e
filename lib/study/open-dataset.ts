import fs from 'node:fs';
import path from 'node:path';
import { type Numbering, isEmotion } from '../core/emotions';
import {
  FOLDER_VARIABLES,
  READER_VARIABLES,
  readCropped,
  SAMPLE_VARIABLES,
  type Experiment,
} from '../core/experiment';
import type { LabelRule } from '../core/votes';
import { readFerg } from '../datasets/ferg';
import { type Dataset, markCropped, type OpenOptions } from '../datasets/dataset';
import { DATASETS, readDataset } from '../datasets/registry';
import { HEADER_FILE, readManifest, readTrueLandmarks, writeSample, generateCharacter } from '../characters';
import { homePath, projectRoot } from '../files/project';
import { hasLabels } from '../datasets/labels';
import { preprocess, type PreprocessResult } from '../faces/store/preprocess';

/** An opened data set. */
export interface OpenedDataset extends Dataset {
  /** True if the sample was drawn by this call. */
  readonly drawn: boolean;
  /** Wall-clock time of opening. */
  readonly seconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the data set that the environment names: `FERG_DIR`, `IMAGES_DIR` (class folders), or `DATASET_DIR` with the
 * reader `DATASET` (and `DATASET_MAPPING`, a file; `DATASET_LABELS`, a rule; `DATASET_NUMBERED`). Default: the synthetic
 * sample, which is drawn if it is missing. With `CROPPED=1` the images of any folder are cropped faces. Relative paths
 * start at the current directory, or at the project's if the file is there only.
 * @param environment such as `process.env`
 * @param onProgress called with the number of drawn frames
 * @throws RangeError for several data sets, a sample size beside a data set, `CROPPED` without a data set, or a folder
 *   without the expected files
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
    // The reader checks these two.
    labels: (labels || undefined) as LabelRule | undefined,
    numbered: (numbered || undefined) as Numbering | undefined,
    setting,
  });
  return markCropped(opened, cropped);
}

/**
 * Opens a folder or a table with a reader.
 * @param id id of the reader
 * @throws RangeError for a folder without the expected files, or an option that the reader does not have
 */
async function openFolder(
  id: string,
  directory: string,
  options: Omit<OpenOptions, 'cacheDirectory'>,
): Promise<OpenedDataset> {
  const start = performance.now();
  const cacheDirectory = homePath('data', 'cache', 'converted');
  const dataset = await readDataset(id, directory, { ...options, cacheDirectory });
  return { ...(await withManifest(dataset)), drawn: false, seconds: secondsSince(start) };
}

/** Resolves a path from the current directory, or from the project's: a notebook's current directory is its own. */
function locate(name: string): string {
  const here = path.resolve(name);
  const there = path.resolve(projectRoot(), name);
  return fs.existsSync(there) && !fs.existsSync(here) ? there : here;
}

/** Returns the variable that names the folder; undefined: the sample. */
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

/** Returns the id of the reader. */
function chooseReader(setting: (typeof FOLDER_VARIABLES)[number], { DATASET: id }: Environment): string {
  if (setting === 'FERG_DIR') return 'ferg';
  if (setting === 'IMAGES_DIR') return 'folder';
  if (id) return id;
  const known = DATASETS.map((one) => one.id).join(', ');
  throw new RangeError(`Expected one of ${known} for DATASET beside DATASET_DIR but received none`);
}

/** Rejects sizes of the sample beside another data set, which would have no effect. */
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
  const dataset = await withManifest(readFerg(directory, { setting: 'the sample' }));
  return { ...dataset, drawn: !reused, seconds: secondsSince(start) };
}

/** Adds clips and true landmarks from the manifest if the folder is a drawn sample, which its header file shows. */
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

/** Variables of the data set that the environment names. */
const STRAY_VARIABLES = ['DATASET', 'DATASET_MAPPING', 'DATASET_LABELS'] as const;

/** Seed of the generated characters. */
const CHARACTER_SEED = 7;

/**
 * Opens a labelled data set. The reader is chosen by the path: a table of labels (CSV), a folder with `labels.csv`,
 * FERG-DB's layout (also that of a drawn sample), or class folders.
 * @param directory path; default {@link openDataset} with the environment
 * @param options.numbered data set whose numbering numbered class folders have; default `DATASET_NUMBERED`
 * @param options.cropped if true, the images are cropped faces; default as `CROPPED` and the reader say
 * @throws RangeError for a folder without the expected files, or when the environment names a data set too
 */
export async function openData(
  experiment: Experiment,
  directory?: string,
  onProgress?: (done: number, total: number) => void,
  options: { readonly numbered?: string; readonly cropped?: boolean } = {},
): Promise<OpenedDataset> {
  const { numbered = process.env.DATASET_NUMBERED || undefined, cropped = readCropped(process.env) } =
    options;
  const CROPPED = cropped ? '1' : undefined;
  const environment = { ...process.env, DATASET_NUMBERED: numbered, CROPPED };
  if (directory === undefined) return openDataset(experiment, environment, onProgress);
  const stray = STRAY_VARIABLES.find((name) => process.env[name]);
  if (stray)
    throw new RangeError(
      `Expected one data set but received a folder and ${stray}=${process.env[stray]}: DATASET_DIR names its folder`,
    );
  const absolute = path.resolve(directory);
  const opened = await openFolder(guessReader(absolute), absolute, {
    setting: '--data',
    numbered: numbered as Numbering | undefined,
  });
  return markCropped(opened, cropped);
}

function guessReader(absolute: string): string {
  if (/\.(csv|tsv)$/i.test(absolute) || hasLabels(absolute)) return 'labels';
  return hasFergLayout(absolute) ? 'ferg' : 'folder';
}

/**
 * Opens the generated characters in data/generated, which are drawn if they are missing.
 * @param count number of characters, at least 1
 */
export async function openGenerated(
  experiment: Experiment,
  count: number,
  onProgress?: (done: number, total: number) => void,
): Promise<OpenedDataset> {
  const { clipsPerCell, framesPerClip } = experiment;
  const directory = homePath('data', 'generated');
  const characters = Array.from({ length: count }, (_, index) => generateCharacter(CHARACTER_SEED, index));
  await writeSample({ directory, characters, clipsPerCell, framesPerClip, onProgress });
  return openDataset(experiment, { FERG_DIR: directory });
}

function hasFergLayout(directory: string): boolean {
  const folders = (parent: string) =>
    fs.statSync(parent, { throwIfNoEntry: false })?.isDirectory()
      ? fs
          .readdirSync(parent, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
      : [];
  const top = folders(directory);
  if (top.includes('FERG_DB_256')) return true;
  const isClassOf = (character: string, name: string) =>
    name.startsWith(`${character}_`) && isEmotion(name.slice(character.length + 1));
  return top.some((character) =>
    folders(path.join(directory, character)).some((name) => isClassOf(character, name)),
  );
}

/**
 * Preprocesses a data set; shards are cached in data/cache/blocks.
 * @param onProgress called with the number of processed frames
 * @param options.wholeFace if true, whole faces are cropped too; default false
 */
export function preprocessDataset(
  {
    directory,
    records,
    cropped,
    fixedMargin,
  }: Pick<Dataset, 'directory' | 'records' | 'cropped' | 'fixedMargin'>,
  { marginPx }: Experiment,
  onProgress?: (done: number, total: number) => void,
  { wholeFace }: { readonly wholeFace?: boolean } = {},
): Promise<PreprocessResult> {
  return preprocess(records, {
    root: directory,
    cropped,
    fixedMargin,
    wholeFace,
    cacheDirectory: homePath('data', 'cache', 'blocks'),
    marginPx,
    onProgress: ({ done, total }) => onProgress?.(done, total),
  });
}
