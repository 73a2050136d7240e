import path from 'node:path';
import { EMOTIONS } from '../core/emotions';
import { listImages } from '../datasets/tree';
import { writeSample } from '../datasets/sample';
import { homePath, projectRoot } from '../engine/project';

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
  const directory = homePath('data', 'examples');
  const { characters } = await writeSample({ directory, clipsPerCell: 1, framesPerClip: 1 });
  return EMOTIONS.map((emotion, id) => {
    const character = characters[id % characters.length];
    const [picture] = listImages(path.join(directory, character, `${character}_${emotion}`));
    return path.join(directory, character, `${character}_${emotion}`, picture);
  });
}
