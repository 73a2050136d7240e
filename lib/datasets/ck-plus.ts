import fs from 'node:fs';
import path from 'node:path';
import type { Emotion } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { readText } from './text';
import { expectFolder, listFolders, listImages } from './tree';

const IMAGES = 'cohn-kanade-images';
const LABELS = 'Emotion';

/** CK+'s labels, by number. Contempt is not one of the seven expressions. */
const EMOTION_OF: readonly (Emotion | 'contempt')[] = [
  'neutral',
  'anger',
  'contempt',
  'disgust',
  'fear',
  'joy',
  'sadness',
  'surprise',
];

/**
 * Reads the Extended Cohn-Kanade data set. A sequence starts at a neutral face and ends at the peak of its expression:
 * the first image is taken as neutral, the last one with the sequence's label. Of a neutral sequence, only the last one
 * is taken. Sequences of contempt and those without a label (266 of 593) are left out and counted.
 * @param directory the folder with cohn-kanade-images and Emotion
 * @param setting name of the user's option or variable, for messages
 * @throws RangeError when a folder is missing, a label is unknown, or nothing is labelled
 * Source: Lucey et al. 2010, "The Extended Cohn-Kanade Dataset (CK+)".
 */
export function readCkPlus(directory: string, setting = 'DIR'): Dataset {
  const root = expectFolder(directory, setting, `with CK+, ${IMAGES} and ${LABELS},`);
  for (const name of [IMAGES, LABELS]) expectFolder(path.join(root, name), setting, 'of CK+');
  let leftOut = 0;
  const records = listFolders(path.join(root, IMAGES)).flatMap((person) =>
    listFolders(path.join(root, IMAGES, person)).flatMap((sequence) => {
      const emotion = readLabel(root, `${person}/${sequence}`);
      if (emotion && emotion !== 'contempt') return readSequence(root, { person, sequence, emotion });
      leftOut += 1;
      return [];
    }),
  );
  if (records.length === 0)
    throw new RangeError(`Expected labelled sequences of CK+ for ${setting} but received ${root} with none`);
  const notes = leftOut > 0 ? [`${leftOut} sequences without a label or of contempt were left out`] : [];
  return { name: 'CK+', synthetic: false, directory: root, records, notes };
}

function readLabel(root: string, sequence: string): Emotion | 'contempt' | undefined {
  const folder = path.join(root, LABELS, sequence);
  if (!fs.existsSync(folder)) return undefined;
  const file = fs.readdirSync(folder).find((name) => name.endsWith('_emotion.txt'));
  if (!file) return undefined;
  const text = readText(path.join(folder, file), 'a label of CK+').trim();
  const emotion = EMOTION_OF[Number(text || 'none')];
  if (!emotion)
    throw new RangeError(`Expected a label from 0 to 7 for ${sequence}/${file} but received ${text}`);
  return emotion;
}

function readSequence(
  root: string,
  { person, sequence, emotion }: { person: string; sequence: string; emotion: Emotion },
): FrameRecord[] {
  const folder = `${IMAGES}/${person}/${sequence}`;
  const images = listImages(path.join(root, folder));
  const record = (index: number, label: Emotion): FrameRecord => ({
    path: `${folder}/${images[index]}`,
    character: person,
    emotion: label,
    clip: `${person}_${sequence}`,
    frame: index,
  });
  if (images.length < 2)
    throw new RangeError(`Expected a sequence of images for ${folder} but received ${images.length}`);
  const peak = record(images.length - 1, emotion);
  return emotion === 'neutral' ? [peak] : [record(0, 'neutral'), peak];
}
