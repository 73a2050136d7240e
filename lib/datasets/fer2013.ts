import fs from 'node:fs';
import path from 'node:path';
import { FER2013_EMOTIONS } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { convertTable, PART_OF_USAGE, TABLE_FILE } from './fer2013-table';

/**
 * Reads FER2013. Its images are rows of a table; they are converted once to PNG files of 48x48 pixels in a cache. The
 * faces are cropped. The usages give the official split: PublicTest is validation, PrivateTest is test. Persons are not
 * named, so a split by character is not possible.
 * @param file fer2013.csv, or its folder
 * @param cacheDirectory gets the images, in a folder that is named by a hash of the table
 * @param setting name of the user's option or variable, for messages
 * @throws RangeError when the table is missing or empty, or with the row's number for an invalid row
 * Source: Goodfellow et al. 2013, "Challenges in Representation Learning".
 */
export async function readFer2013(file: string, cacheDirectory: string, setting = 'DIR'): Promise<Dataset> {
  const table = expectTable(path.resolve(file), setting);
  const { directory, images } = await convertTable(
    'fer2013',
    [table],
    cacheDirectory,
    ({ number, label, usage }) => ({
      path: `${usage}/${String(number).padStart(5, '0')}.png`,
      character: 'all',
      emotion: FER2013_EMOTIONS[label],
      side: PART_OF_USAGE[usage],
    }),
  );
  const records: FrameRecord[] = images;
  return { name: 'FER2013', synthetic: false, directory, cropped: true, records };
}

function expectTable(given: string, setting: string): string {
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory();
  const table = isFolder ? path.join(given, TABLE_FILE) : given;
  if (fs.existsSync(table)) return table;
  throw new RangeError(`Expected ${TABLE_FILE} for ${setting} but received ${table}, which does not exist`);
}
