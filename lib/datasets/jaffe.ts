import type { Emotion } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { expectFolder, listTree } from './tree';

const EMOTION_OF: Readonly<Record<string, Emotion>> = {
  AN: 'anger',
  DI: 'disgust',
  FE: 'fear',
  HA: 'joy',
  NE: 'neutral',
  SA: 'sadness',
  SU: 'surprise',
};

/** Person, expression, take and, in the original release, a running number: KA.AN1.39.tiff, KA-AN1.jpeg. */
const NAME =
  /(?:^|\/)(?<person>[A-Z]{2})[.\-_](?<code>AN|DI|FE|HA|NE|SA|SU)(?<take>\d)(?:[.\-_]\d+)?\.[^./]+$/i;

/**
 * Reads JAFFE: 213 pictures of posed expressions of ten women. File names may be the original release's or those of
 * later copies.
 * @param directory the folder of the pictures, or a folder above it
 * @param setting name of the user's option or variable, for messages
 * @throws RangeError when the folder is missing, has no pictures, or a picture has another name
 * Source: Lyons, Kamachi, Gyoba 1998, "The Japanese Female Facial Expression (JAFFE) Dataset".
 */
export function readJaffe(directory: string, setting = 'DIR'): Dataset {
  const root = expectFolder(directory, setting, 'with JAFFE, such as KA.AN1.39.tiff,');
  const records = listTree(root).map((path): FrameRecord => {
    const { person, code } = NAME.exec(path)?.groups ?? {};
    if (!person)
      throw new RangeError(
        `Expected a name like KA.AN1.39.tiff for a picture of ${setting} but received ${path}`,
      );
    return { path, character: person.toUpperCase(), emotion: EMOTION_OF[code.toUpperCase()] };
  });
  if (records.length === 0)
    throw new RangeError(
      `Expected pictures like KA.AN1.39.tiff for ${setting} but received ${root} with none`,
    );
  return { name: 'JAFFE', synthetic: false, directory: root, records };
}
