import fs from 'node:fs';
import path from 'node:path';
import type { Emotion } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord } from '../core/record';
import { type Dataset, expectRecords, noteCount, type OpenOptions } from './dataset';
import { expectFolder, listFolders, listImages, readText } from './tree';

const IMAGES = 'cohn-kanade-images';
const LABELS = 'Emotion';

/** CK+'s labels by number, 0 to 7. Contempt is not one of the seven expressions. */
const LABEL_NAMES = [
  'neutral',
  'anger',
  'contempt',
  'disgust',
  'fear',
  'joy',
  'sadness',
  'surprise',
] as const;

/**
 * Reads the Extended Cohn-Kanade data set. A sequence starts at a neutral face and ends at the peak of its expression:
 * the first image is taken as neutral, the last one with the sequence's label. Of a neutral sequence, only the last one
 * is taken. Sequences of contempt and those without a label (266 of 593) are left out and counted.
 * @param directory the folder with cohn-kanade-images and Emotion
 * @throws RangeError when a folder is missing, a label is unknown, or nothing is labelled
 * Source: Lucey et al. 2010, "The Extended Cohn-Kanade Dataset (CK+)".
 */
export function readCkPlus(directory: string, { setting = 'DIR' }: OpenOptions = {}): Dataset {
  const root = expectFolder(directory, setting, `with CK+, ${IMAGES} and ${LABELS},`);
  for (const name of [IMAGES, LABELS]) expectFolder(path.join(root, name), setting, 'of CK+');
  const sequences = listFolders(path.join(root, IMAGES)).flatMap((person) =>
    listFolders(path.join(root, IMAGES, person)).map((name) => `${person}/${name}`),
  );
  const used = sequences.flatMap((sequence) => {
    const emotion = readLabel(root, sequence);
    return emotion && emotion !== 'contempt' ? [readSequence(root, sequence, emotion)] : [];
  });
  const records = expectRecords(used.flat(), 'labelled sequences of CK+', setting, root);
  const leftOut = sequences.length - used.length;
  const notes = noteCount(leftOut, 'sequences without a label or of contempt were left out');
  return { name: 'CK+', synthetic: false, directory: root, records, notes };
}

function readLabel(root: string, sequence: string): Emotion | 'contempt' | undefined {
  const folder = path.join(root, LABELS, sequence);
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const file = files.find((name) => name.endsWith('_emotion.txt'));
  if (!file) return undefined;
  const text = readText(path.join(folder, file), 'a label of CK+').trim();
  const emotion = LABEL_NAMES[Number(text || 'none')];
  if (!emotion) throw unexpected('a label from 0 to 7', `${sequence}/${file}`, text);
  return emotion;
}

function readSequence(root: string, sequence: string, emotion: Emotion): FrameRecord[] {
  const folder = `${IMAGES}/${sequence}`;
  const images = listImages(path.join(root, folder));
  if (images.length < 2) throw unexpected('a sequence of images', folder, images.length);
  const [character, name] = sequence.split('/');
  const record = (frame: number, label: Emotion): FrameRecord => ({
    path: `${folder}/${images[frame]}`,
    character,
    emotion: label,
    clip: `${character}_${name}`,
    frame,
  });
  const peak = record(images.length - 1, emotion);
  return emotion === 'neutral' ? [peak] : [record(0, 'neutral'), peak];
}
