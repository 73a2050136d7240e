import fs from 'node:fs';
import path from 'node:path';
import { isEmotion } from '../core/emotions';
import { type Experiment, readCropped } from '../core/experiment';
import { generateCharacter, writeSample } from '../datasets/sample';
import { projectRoot } from '../engine/project';
import { openDataset, type OpenedDataset } from './open-dataset';

/** Seed of the characters that are generated beyond the six drawn by hand. */
const CHARACTER_SEED = 7;

/**
 * Opens the data set in a folder, told by its layout: FERG-DB's (also a drawn sample's) or class folders.
 * @param directory from the current folder, or absolute; undefined: what the environment names, else the sample
 * @param options.cropped whether its images are cropped faces; default what `CROPPED` and the reader say
 * @throws RangeError when the folder is not what is expected, or the environment names a data set too
 */
export async function openData(
  experiment: Experiment,
  directory?: string,
  onProgress?: (done: number, total: number) => void,
  { cropped = readCropped(process.env) }: { readonly cropped?: boolean } = {},
): Promise<OpenedDataset> {
  const CROPPED = cropped ? '1' : undefined;
  if (directory === undefined) return openDataset(experiment, { ...process.env, CROPPED }, onProgress);
  if (process.env.DATASET)
    throw new RangeError(
      `Expected one data set but received a folder and DATASET=${process.env.DATASET}: DATASET_DIR names its folder`,
    );
  const absolute = path.resolve(directory);
  const setting = hasFergLayout(absolute) ? 'FERG_DIR' : 'IMAGES_DIR';
  return openDataset(experiment, { [setting]: absolute, CROPPED });
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
  const directory = path.join(projectRoot(), 'data', 'generated');
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
