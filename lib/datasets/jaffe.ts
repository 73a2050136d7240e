import { EMOTIONS } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord } from '../core/record';
import { type Dataset, expectRecords, type OpenOptions } from './dataset';
import { expectFolder, listTree } from './tree';

/** Codes in the order of {@link EMOTIONS}. */
const CODES = ['AN', 'DI', 'FE', 'HA', 'NE', 'SA', 'SU'];

/** Person, expression, take and, in the original release, a running number: KA.AN1.39.tiff, KA-AN1.jpeg. */
const NAME =
  /(?:^|\/)(?<person>[A-Z]{2})[.\-_](?<code>AN|DI|FE|HA|NE|SA|SU)(?<take>\d)(?:[.\-_]\d+)?\.[^./]+$/i;

/**
 * Reads JAFFE: 213 pictures of posed expressions of ten women. File names may be the original release's or those of
 * later copies.
 * @param directory the folder of the pictures, or a folder above it
 * @throws RangeError when the folder is missing, has no pictures, or a picture has another name
 * Source: Lyons, Kamachi, Gyoba 1998, "The Japanese Female Facial Expression (JAFFE) Dataset".
 */
export function readJaffe(directory: string, { setting = 'DIR' }: OpenOptions = {}): Dataset {
  const root = expectFolder(directory, setting, 'with JAFFE, such as KA.AN1.39.tiff,');
  const records = listTree(root).map((path): FrameRecord => {
    const { person, code } = NAME.exec(path)?.groups ?? {};
    if (!person) throw unexpected('a name like KA.AN1.39.tiff', `a picture of ${setting}`, path);
    return { path, character: person.toUpperCase(), emotion: EMOTIONS[CODES.indexOf(code.toUpperCase())] };
  });
  expectRecords(records, 'pictures like KA.AN1.39.tiff', setting, root);
  return { name: 'JAFFE', synthetic: false, directory: root, records };
}
