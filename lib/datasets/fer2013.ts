import fs from 'node:fs';
import path from 'node:path';
import { FER2013_EMOTIONS } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { convertTable, SIDE_OF_USAGE, TABLE_FILE } from './fer2013-table';

/**
 * Reads FER2013, whose images are rows of a table: each is written once as a PNG of 48x48 into a cache, and read from
 * there. Its faces are cropped already, and its usages are official sides: PublicTest is validation, PrivateTest is
 * test. It names no persons, so no split by character can be made.
 * @param file fer2013.csv, or its folder
 * @param cacheDirectory where the images go, in a folder named by the table's content
 * @throws RangeError when the table is missing or empty, or a row is not of its form, with the row's number
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
      side: SIDE_OF_USAGE[usage],
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
