import fs from 'node:fs';
import path from 'node:path';
import { type Numbering, isEmotion } from '../core/emotions';
import { unexpected } from '../core/errors';
import {
  FOLDER_VARIABLES,
  READER_VARIABLES,
  readCropped,
  SAMPLE_VARIABLES,
  type Experiment,
} from '../core/experiment-settings';
import type { LabelRule } from '../core/votes';
import { type Dataset, markCropped, type OpenOptions } from '../datasets/dataset';
import { DATASETS, readDataset } from '../datasets/registry';
import { generateCharacter, HEADER_FILE, readManifest, writeSample } from '../characters';
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

type Progress = (done: number, total: number) => void;

type Environment = Readonly<Record<string, string | undefined>>;

/** Seed of the generated characters. */
const CHARACTER_SEED = 7;

/**
 * Opens the data set that the environment names: `FERG_DIR`, `IMAGES_DIR` (class folders, or a folder with labels.csv),
 * or `DATASET_DIR` with the reader `DATASET` (and `DATASET_MAPPING`, a file; `DATASET_LABELS`, a rule;
 * `DATASET_NUMBERED`). Default: the synthetic sample, which is drawn if it is missing. With `CROPPED=1` the images of
 * any folder are cropped faces. Relative paths start at the current directory, or at the project's if only that one has
 * the file.
 * @param environment such as `process.env`
 * @param onProgress called with the number of drawn frames
 * @throws RangeError for several data sets, a sample size with a data set, `CROPPED` without a data set, or a folder
 *   without the expected files
 */
export async function openDataset(
  experiment: Experiment,
  environment: Environment,
  onProgress?: Progress,
): Promise<OpenedDataset> {
  const setting = chooseFolder(environment);
  const cropped = readCropped(environment);
  if (!setting) {
    if (cropped)
      throw new RangeError(
        `Expected a folder of cropped faces (--data, ${FOLDER_VARIABLES.join(', ')}) with --cropped or CROPPED but received none`,
      );
    const { clipsPerCell, framesPerClip, sampleFrames: frames } = experiment;
    return openDrawn('sample', { clipsPerCell, framesPerClip, frames, onProgress });
  }
  const stray = SAMPLE_VARIABLES.find((name) => environment[name]);
  if (stray)
    throw new RangeError(
      `Expected no ${stray} with ${setting} (it sizes the synthetic sample) but received ${environment[stray]}`,
    );
  const { DATASET_MAPPING: mapping, DATASET_LABELS: labels, DATASET_NUMBERED: numbered } = environment;
  const reader = { FERG_DIR: 'ferg', IMAGES_DIR: 'folder', DATASET_DIR: environment.DATASET }[setting];
  const readers = DATASETS.map(({ id }) => id).join(', ');
  if (!reader) throw unexpected(`one of ${readers}`, 'DATASET with DATASET_DIR', 'none');
  return openFolder(reader, locate(environment[setting]!), {
    mapping: mapping ? locate(mapping) : undefined,
    // The reader checks these two.
    labels: (labels || undefined) as LabelRule | undefined,
    numbered: (numbered || undefined) as Numbering | undefined,
    setting,
    cropped,
  });
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
    throw new RangeError(`Expected DATASET_DIR with ${stray} but received ${named[0] ?? 'none'}`);
  return named[0];
}

/** Resolves a path from the current directory (a notebook's folder), or from the project's if it exists only there. */
function locate(name: string): string {
  const here = path.resolve(name);
  const there = path.resolve(projectRoot(), name);
  return fs.existsSync(there) && !fs.existsSync(here) ? there : here;
}

async function openFolder(
  reader: string,
  directory: string,
  { cropped = false, ...options }: OpenOptions & { readonly cropped?: boolean },
): Promise<OpenedDataset> {
  const start = performance.now();
  const dataset = await withManifest(await readDataset(reader, directory, options));
  return { ...markCropped(dataset, cropped), drawn: false, seconds: (performance.now() - start) / 1000 };
}

/**
 * Opens drawn characters, which are drawn if they are missing.
 * @param name of the folder in data
 */
export async function openDrawn(
  name: string,
  options: Omit<Parameters<typeof writeSample>[0], 'directory'>,
): Promise<OpenedDataset> {
  const start = performance.now();
  const directory = homePath('data', name);
  const { reused } = await writeSample({ ...options, directory });
  const dataset = await openFolder('ferg', directory, { setting: `data/${name}` });
  return { ...dataset, drawn: !reused, seconds: (performance.now() - start) / 1000 };
}

/** Adds clips and true landmarks from the manifest if the folder is a drawn sample, which its header file shows. */
async function withManifest(dataset: Dataset): Promise<Dataset> {
  const { directory } = dataset;
  if (!fs.existsSync(path.join(directory, HEADER_FILE))) return dataset;
  const manifest = await readManifest(directory);
  const entries = new Map(manifest.map((entry) => [entry.path, entry]));
  const records = dataset.records.map((record) => {
    const entry = entries.get(record.path);
    if (!entry) return record;
    const { clip, frame, intensity } = entry;
    return { ...record, clip, frame, intensity };
  });
  const trueLandmarks = new Map(manifest.map(({ path, landmarks }) => [path, Float32Array.from(landmarks)]));
  return { ...dataset, name: 'synthetic sample', synthetic: true, records, trueLandmarks };
}

/**
 * Opens a labelled data set. The reader is chosen by the path: a table of labels (CSV), a folder with `labels.csv`,
 * FERG-DB's layout (also that of a drawn sample), or class folders.
 * @param directory path; default {@link openDataset} with the environment
 * @param options.numbered data set whose class numbers are the names of the folders; default `DATASET_NUMBERED`
 * @param options.cropped if true, the images are cropped faces; default `CROPPED`, or what the reader reports
 * @throws RangeError for a folder without the expected files, or for a folder together with `DATASET`, `DATASET_MAPPING` or
 *   `DATASET_LABELS`
 */
export async function openData(
  experiment: Experiment,
  directory?: string,
  onProgress?: Progress,
  options: { readonly numbered?: string; readonly cropped?: boolean } = {},
): Promise<OpenedDataset> {
  const { numbered = process.env.DATASET_NUMBERED || undefined, cropped = readCropped(process.env) } =
    options;
  if (directory === undefined) {
    const CROPPED = cropped ? '1' : undefined;
    return openDataset(experiment, { ...process.env, DATASET_NUMBERED: numbered, CROPPED }, onProgress);
  }
  const stray = ['DATASET', 'DATASET_MAPPING', 'DATASET_LABELS'].find((name) => process.env[name]);
  if (stray)
    throw new RangeError(
      `Expected one data set but received a folder and ${stray}=${process.env[stray]}: DATASET_DIR names its folder`,
    );
  const absolute = path.resolve(directory);
  const isTable = /\.(csv|tsv)$/i.test(absolute) || hasLabels(absolute);
  const reader = isTable ? 'labels' : hasFergLayout(absolute) ? 'ferg' : 'folder';
  return openFolder(reader, absolute, { setting: '--data', numbered: numbered as Numbering, cropped });
}

/** Returns true for FERG-DB's folder, or a folder with `<character>/<character>_<emotion>`. */
function hasFergLayout(directory: string): boolean {
  const folders = (parent: string) =>
    fs.statSync(parent, { throwIfNoEntry: false })?.isDirectory()
      ? fs.readdirSync(parent, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? one.name : []))
      : [];
  return folders(directory).some(
    (top) =>
      top === 'FERG_DB_256' ||
      folders(path.join(directory, top)).some(
        (name) => name.startsWith(`${top}_`) && isEmotion(name.slice(top.length + 1)),
      ),
  );
}

/**
 * Opens the generated characters in data/generated, which are drawn if they are missing.
 * @param count number of characters, at least 1
 */
export function openGenerated(
  { clipsPerCell, framesPerClip }: Experiment,
  count: number,
  onProgress?: Progress,
): Promise<OpenedDataset> {
  const characters = Array.from({ length: count }, (_, index) => generateCharacter(CHARACTER_SEED, index));
  return openDrawn('generated', { characters, clipsPerCell, framesPerClip, onProgress });
}

/**
 * Preprocesses a data set; shards are cached in data/cache/blocks.
 * @param onProgress called with the number of processed frames
 * @param options.wholeFace if true, whole faces are cropped too; default false
 */
export function preprocessDataset(
  dataset: Pick<Dataset, 'directory' | 'records' | 'cropped' | 'fixedMargin'>,
  { marginPx }: Experiment,
  onProgress?: Progress,
  { wholeFace }: { readonly wholeFace?: boolean } = {},
): Promise<PreprocessResult> {
  const { directory: root, records, cropped, fixedMargin } = dataset;
  return preprocess(records, {
    root,
    cropped,
    fixedMargin,
    wholeFace,
    cacheDirectory: homePath('data', 'cache', 'blocks'),
    marginPx,
    onProgress,
  });
}
