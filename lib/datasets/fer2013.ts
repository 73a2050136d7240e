import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { FER2013_EMOTIONS } from '../core/emotions';
import { unexpected } from '../core/errors';
import { homePath } from '../files/project';
import { type Dataset, expectRecords, type OpenOptions } from './dataset';
import { findTable, readLines } from './tree';

/** Name of FER2013's table. */
export const TABLE_FILE = 'fer2013.csv';

/** The part of the official split of each usage. */
export const PART_OF_USAGE = { Training: 'train', PublicTest: 'validation', PrivateTest: 'test' } as const;

/** The table's column for the official split. */
type Usage = keyof typeof PART_OF_USAGE;

/** A row of the table, without its pixels. */
export interface TableRow {
  /** Position among the table's images, from 0. */
  readonly index: number;
  /** Line number, from 1, header included. */
  readonly number: number;
  /** Label id, 0 to 6, in FER2013's order. */
  readonly label: number;
  readonly usage: Usage;
}

/** Width and height of every image in pixels. */
const SIDE_PX = 48;

const HEADER = /^emotion, ?pixels, ?Usage$/;
const ROW = /^"?(?<label>[0-6])"?,"?(?<pixels>[\d ]+)"?,"?(?<usage>Training|PublicTest|PrivateTest)"?$/;

/** Longest accepted line in characters; a row has at most 9,300. */
const LONGEST_LINE = 20_000;

/** The list of images. It is written last, so its presence means that the conversion is complete. */
const LIST_FILE = 'records.json';

/** Increment when the format of the list changes. */
const LIST_VERSION = 2;

/**
 * Reads FER2013. Its images are rows of a table; they are converted once to PNG files of 48x48 pixels in a cache. The
 * faces are cropped. The usages give the official split: PublicTest is validation, PrivateTest is test. Persons are not
 * named, so a split by character is not possible.
 * @param file fer2013.csv, or its folder
 * @throws RangeError when the table is missing or empty, or with the row's number for an invalid row
 * Source: Goodfellow et al. 2013, "Challenges in Representation Learning".
 */
export async function readFer2013(file: string, { setting = 'DIR' }: OpenOptions = {}): Promise<Dataset> {
  const table = findTable(file, TABLE_FILE);
  if (!fs.existsSync(table)) throw unexpected(TABLE_FILE, setting, `${table}, which does not exist`);
  const { directory, images } = await convertTable('fer2013', [table], (row) => ({
    path: `${row.usage}/${String(row.number).padStart(5, '0')}.png`,
    character: 'all',
    emotion: FER2013_EMOTIONS[row.label],
    side: PART_OF_USAGE[row.usage],
  }));
  return { name: 'FER2013', synthetic: false, directory, cropped: true, records: images };
}

/**
 * Writes each row of FER2013's table as a PNG of 48x48 pixels into data/cache/converted/ID-HASH, with a hash of the tables.
 * Later calls only read the list of images.
 * @param id start of the folder's name
 * @param tables fer2013.csv first, then every other file that `describe` uses
 * @param describe returns the path of an image's PNG, with forward slashes, and other JSON data for the list; undefined
 *   leaves the row out
 * @returns the images' folder, and the results of `describe`, sorted by path
 * @throws RangeError with the row's number for an invalid row or a line too long, and for a table without images
 */
export async function convertTable<T extends { readonly path: string }>(
  id: string,
  tables: readonly string[],
  describe: (row: TableRow) => T | undefined,
): Promise<{ directory: string; images: T[] }> {
  const directory = homePath('data', 'cache', 'converted', `${id}-${(await hashOf(tables)).slice(0, 16)}`);
  const list = path.join(directory, LIST_FILE);
  if (fs.existsSync(list)) return { directory, images: JSON.parse(await readFile(list, 'utf8')) as T[] };
  const aside = `${directory}.${process.pid}.part`;
  const images: T[] = [];
  try {
    for await (const { levels, ...row } of readRows(tables[0])) {
      const image = describe(row);
      if (!image) continue;
      await writeImage(path.join(aside, image.path), levels);
      images.push(image);
    }
    expectRecords(images, 'at least 1 image', TABLE_FILE, tables[0]);
    images.sort((first, second) => (first.path < second.path ? -1 : 1));
    await writeFile(path.join(aside, LIST_FILE), JSON.stringify(images));
    // Another process may have written the same images first.
    await rename(aside, directory).catch((error) => {
      if (!fs.existsSync(list)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return { directory, images };
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(String(LIST_VERSION));
  for (const file of files) for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function* readRows(table: string): AsyncGenerator<TableRow & { readonly levels: Uint8Array }> {
  let number = 0;
  let index = 0;
  for await (const line of readLines(table, LONGEST_LINE, TABLE_FILE)) {
    number += 1;
    if (number === 1 ? HEADER.test(line) : line === '') continue;
    const { label, pixels, usage } = ROW.exec(line)?.groups ?? {};
    const levels = pixels?.trim().split(/ +/).map(Number) ?? [];
    if (levels.length !== SIDE_PX * SIDE_PX || levels.some((level) => level > 255)) {
      const expected = `a label, ${SIDE_PX * SIDE_PX} levels and a usage`;
      throw unexpected(expected, `row ${number} of ${TABLE_FILE}`, line.slice(0, 40));
    }
    yield { index, number, label: Number(label), usage: usage as Usage, levels: Uint8Array.from(levels) };
    index += 1;
  }
}

async function writeImage(file: string, levels: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const raw = { width: SIDE_PX, height: SIDE_PX, channels: 1 as const };
  await sharp(levels, { raw }).png().toFile(file);
}
