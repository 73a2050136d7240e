import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { Emotion } from '../core/emotions';
import type { Side } from '../core/record';
import type { Dataset } from './dataset';

const SIDE = 48;

const EMOTION_OF: readonly Emotion[] = ['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise', 'neutral'];

const HEADER = /^emotion, ?pixels, ?Usage$/;
const ROW = /^"?(?<label>[0-6])"?,"?(?<pixels>[\d ]+)"?,"?(?<usage>Training|PublicTest|PrivateTest)"?$/;

/** The longest line that is kept in memory: a row takes 9 kB at most. */
const LONGEST_LINE = 20_000;

/** The list of rows, written last: it marks a complete conversion. */
const LIST_FILE = 'rows.json';

/** Official sides by the table's names for them. */
const SIDE_OF: Readonly<Record<string, Side>> = {
  Training: 'train',
  PublicTest: 'validation',
  PrivateTest: 'test',
};

/** A row of FER2013's table whose image was written to a file. */
export interface ConvertedRow {
  /** Path of the image from the conversion's folder. */
  readonly path: string;
  /** Position among the table's images, from 0. */
  readonly index: number;
  readonly emotion: Emotion;
  readonly side: Side;
}

/**
 * Reads FER2013, whose images are rows of a table: each is written once as a PNG of 48x48 into a cache, and read from
 * there. Its faces are cropped already. It names no persons, so no split by character can be made.
 * @param file fer2013.csv, or its folder
 * @param cacheDirectory where the images go, in a folder named by the table's content
 * @throws RangeError when the table is missing or empty, or a row is not of its form, with the row's number
 * Source: Goodfellow et al. 2013, "Challenges in Representation Learning".
 */
export async function readFer2013(file: string, cacheDirectory: string, setting = 'DIR'): Promise<Dataset> {
  const { directory, rows } = await convertFer2013(file, cacheDirectory, setting);
  const records = rows.map(({ path: name, emotion, side }) => ({
    path: name,
    character: 'all',
    emotion,
    side,
  }));
  records.sort((first, second) => (first.path < second.path ? -1 : 1));
  return { name: 'FER2013', synthetic: false, directory, cropped: true, records };
}

/**
 * Writes the images of FER2013's table to files, unless that was done before.
 * @param file fer2013.csv, or its folder
 * @returns the folder of the images, and the rows in the table's order
 * @throws RangeError as {@link readFer2013} does
 */
export async function convertFer2013(
  file: string,
  cacheDirectory: string,
  setting: string,
): Promise<{ readonly directory: string; readonly rows: readonly ConvertedRow[] }> {
  const table = expectTable(path.resolve(file), setting);
  const directory = path.join(cacheDirectory, `fer2013-rows-${(await hashOf(table)).slice(0, 16)}`);
  const list = path.join(directory, LIST_FILE);
  if (!fs.existsSync(list)) await convert(table, directory);
  return { directory, rows: JSON.parse(await readFile(list, 'utf8')) as ConvertedRow[] };
}

function expectTable(given: string, setting: string): string {
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory();
  const table = isFolder ? path.join(given, 'fer2013.csv') : given;
  if (fs.existsSync(table)) return table;
  throw new RangeError(`Expected fer2013.csv for ${setting} but received ${table}, which does not exist`);
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function convert(table: string, directory: string): Promise<void> {
  const aside = `${directory}.${process.pid}.part`;
  const rows: ConvertedRow[] = [];
  try {
    let number = 0;
    for await (const line of readLines(fs.createReadStream(table, 'latin1'))) {
      number += 1;
      if (number === 1 ? HEADER.test(line) : line === '') continue;
      rows.push({ index: rows.length, ...(await convertRow(line, number, aside)) });
    }
    if (rows.length === 0)
      throw new RangeError(`Expected at least 1 image in fer2013.csv but received ${table} with none`);
    await writeFile(path.join(aside, LIST_FILE), JSON.stringify(rows));
    // Another run may have been quicker: its images are the same.
    await rename(aside, directory).catch((error) => {
      if (!fs.existsSync(path.join(directory, LIST_FILE))) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Splits a text into lines; one that no table has is refused before it fills the memory. */
async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let number = 1;
  let rest = '';
  for await (const chunk of chunks) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop()!;
    for (const [index, line] of [...lines, rest].entries())
      if (line.length > LONGEST_LINE)
        throw new RangeError(
          `Expected at most ${LONGEST_LINE} characters for row ${number + index} of fer2013.csv but received more`,
        );
    number += lines.length;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

async function convertRow(
  line: string,
  number: number,
  directory: string,
): Promise<Omit<ConvertedRow, 'index'>> {
  const { label, pixels, usage } = ROW.exec(line)?.groups ?? {};
  const levels = pixels?.trim().split(/ +/).map(Number) ?? [];
  if (levels.length !== SIDE * SIDE || levels.some((level) => level > 255))
    throw new RangeError(
      `Expected a label, ${SIDE * SIDE} levels and a usage for row ${number} of fer2013.csv but received ${line.slice(0, 40)}`,
    );
  const name = `${usage}/${String(number).padStart(5, '0')}.png`;
  await mkdir(path.join(directory, usage), { recursive: true });
  const raw = { width: SIDE, height: SIDE, channels: 1 as const };
  await sharp(Uint8Array.from(levels), { raw }).png().toFile(path.join(directory, name));
  return { path: name, emotion: EMOTION_OF[Number(label)], side: SIDE_OF[usage] };
}
