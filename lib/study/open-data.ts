import fs from 'node:fs';
import path from 'node:path';
import { isEmotion, type Numbering } from '../core/emotions';
import { type Experiment, readCropped } from '../core/experiment';
import { hasLabels } from '../datasets/labels';
import { generateCharacter, writeSample } from '../characters';
import { homePath } from '../files/project';
import { markCropped } from '../datasets/dataset';
import { openDataset, type OpenedDataset, openFolder } from './open-dataset';

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
