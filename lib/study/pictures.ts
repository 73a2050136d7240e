import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS, type Emotion } from '../core/emotions';
import { type GrayImage, type RgbImage, toGray } from '../core/image';
import { CHARACTERS } from '../characters';
import { projectRoot } from '../files/project';
import { decodeImage, isBadImage } from '../faces/picture/decode';
import { openDrawn } from './open-dataset';

/**
 * Lists the pictures that the environment names in `PICTURES`; default seven drawn ones, one for each expression.
 * @param environment such as `process.env`; `PICTURES`: files, folders or patterns, separated as in `PATH`; relative paths
 *   start at the project's directory
 * @returns absolute paths or patterns
 */
export async function openPictures(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const { PICTURES: named } = environment;
  if (named) return named.split(path.delimiter).map((name) => path.resolve(projectRoot(), name));
  const { directory, records } = await drawExamples();
  return EMOTIONS.map((emotion, id) => {
    const { name } = CHARACTERS[id % CHARACTERS.length];
    const record = records.find((one) => one.character === name && one.emotion === emotion);
    return path.join(directory, record!.path);
  });
}

/** Lists the six photographs of the face-api package. They must not be committed or shown in committed outputs. */
export function listDemoPhotographs(): string[] {
  const folder = path.join(path.dirname(require.resolve('@vladmandic/face-api/package.json')), 'demo');
  return [1, 2, 3, 4, 5, 6].map((number) => path.join(folder, `sample${number}.jpg`));
}

/** A drawn picture and its labels. An interface, because cells of notebooks cannot destructure an unnamed type. */
export interface ExamplePicture {
  readonly character: string;
  readonly emotion: Emotion;
  readonly image: RgbImage;
}

/**
 * Opens the drawn example pictures, 256x256 pixels each; they are drawn if they are missing.
 * @returns 42 pictures with their labels, sorted by character and by expression id
 * @throws Error when one of them cannot be read
 */
export async function openExamples(): Promise<ExamplePicture[]> {
  const { directory, records } = await drawExamples();
  return Promise.all(
    records.map(async ({ path: name, character, emotion }) => {
      return { character, emotion, image: await readColour(path.join(directory, name)) };
    }),
  );
}

function drawExamples() {
  return openDrawn('examples', { clipsPerCell: 1, framesPerClip: 1 });
}

/**
 * Reads and decodes an image.
 * @param file absolute path
 * @throws Error when the file cannot be read or decoded
 */
export async function readColour(file: string): Promise<RgbImage> {
  const image = await decodeImage(fs.readFileSync(file), file);
  if (isBadImage(image)) throw new Error(image.reason);
  return image;
}

/** Reads and decodes an image in grey, as {@link readColour} does. */
export async function readGray(file: string): Promise<GrayImage> {
  const { data, width, height } = await readColour(file);
  return toGray(data, width, height, 3);
}
