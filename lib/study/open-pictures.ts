import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EMOTIONS, type Emotion } from '../core/emotions';
import type { RgbImage } from '../core/image';
import { readFerg } from '../datasets/ferg';
import { listImages } from '../datasets/tree';
import { type SampleSummary, writeSample } from '../characters';
import { homePath, projectRoot } from '../files/project';
import { decodeImage } from '../faces/picture/decode';

/** A drawn picture, in colours, and what it shows. */
export interface ExamplePicture {
  readonly character: string;
  readonly emotion: Emotion;
  readonly image: RgbImage;
}

/**
 * Chooses pictures to look at: those that the environment names in `PICTURES`, or else seven that are drawn, one of
 * each expression.
 * @param environment such as `process.env`; `PICTURES`: files, folders or patterns, parted as in `PATH`; relative ones
 *   start at the project's folder
 * @returns absolute paths or patterns
 */
export async function openPictures(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const { PICTURES: named } = environment;
  if (named) return named.split(path.delimiter).map((name) => path.resolve(projectRoot(), name));
  const { directory, characters } = await drawExamples();
  return EMOTIONS.map((emotion, id) => {
    const character = characters[id % characters.length];
    const [picture] = listImages(path.join(directory, character, `${character}_${emotion}`));
    return path.join(directory, character, `${character}_${emotion}`, picture);
  });
}

/** Lists the six photographs that the face-api package brings: there to be looked at, not ours to commit. */
export function listDemoPhotographs(): string[] {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
  return [1, 2, 3, 4, 5, 6].map((number) => path.join(folder, `sample${number}.jpg`));
}

/**
 * Opens the drawn example pictures: one of each character and expression, 256x256 pixels each.
 * @returns 42 pictures: the characters by name, the expressions of each in the ids' order
 * @throws Error when one of them cannot be read
 */
export async function openExamples(): Promise<ExamplePicture[]> {
  const { directory } = await drawExamples();
  const { records } = readFerg(directory, 'the examples');
  return Promise.all(
    records.map(async ({ path: name, character, emotion }) => {
      const image = await decodeImage(await readFile(path.join(directory, name)), name);
      if ('kind' in image) throw new Error(`${image.reason}: remove ${directory} and try again`);
      return { character, emotion, image };
    }),
  );
}

/** Draws the examples where they are not there yet. */
function drawExamples(): Promise<SampleSummary> {
  const directory = homePath('data', 'examples');
  return writeSample({ directory, clipsPerCell: 1, framesPerClip: 1 });
}
