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
import { type Dataset, markCropped } from '../datasets/dataset';
import { readFerg } from '../datasets/ferg';
import type { OpenOptions } from '../datasets/options';
import { DATASETS, readDataset } from '../datasets/registry';
import { HEADER_FILE, readManifest, readTrueLandmarks, writeSample, generateCharacter } from '../characters';
import { homePath, projectRoot } from '../files/project';
import { hasLabels } from '../datasets/labels';
import { preprocess, type PreprocessResult } from '../faces/store/preprocess';

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

/** Variables that say how another data set is read. */
const STRAY_VARIABLES = ['DATASET', 'DATASET_MAPPING', 'DATASET_LABELS'] as const;

/** Seed of the characters that are generated beyond the six drawn by hand. */
const CHARACTER_SEED = 7;

/**
 * Opens a labelled data set. Its kind is found from the path: a table of labels (CSV), a folder with `labels.csv`, FERG-DB's
 * layout (also a drawn sample's), or class folders.
 * @param directory from the current folder, or absolute; undefined: what the environment names, else the sample
 * @param options.numbered whose numbers classes that are named by numbers have; beside a folder, default
 *   `DATASET_NUMBERED`
 * @param options.cropped whether its images are cropped faces; default what `CROPPED` and the reader say
 * @throws RangeError when the folder is not what is expected, or the environment names a data set too
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
 * Draws clips of generated characters, or opens them where they were drawn, in data/generated.
 * @param count how many characters, at least 1
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
 * Finds faces and cuts blocks of a whole data set, with the shards kept in data/cache/blocks.
 * @param onProgress is told how many frames are done
 * @param options.wholeFace whether the whole face is cut too; default false
 * @throws what preprocessing throws
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
