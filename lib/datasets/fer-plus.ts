import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../core/csv';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import { labelByVotes, type LabelRule, pluralityWinner, majorityWinner, VOTE_COLUMNS } from '../core/votes';
import type { Dataset } from './dataset';
import { convertTable, PART_OF_USAGE, TABLE_FILE, type TableImage, type TableRow } from './fer2013-table';
import { readText } from './text';
import { expectFolder, listImages } from './tree';

/** An image with its votes. */
interface VotedImage extends TableImage {
  readonly votes: readonly number[];
}

const VOTES_FILE = 'fer2013new.csv';
const LABEL_FILE = 'label.csv';

/** The image folder of each usage. Both forms give an image the same path, so that results by path can be compared. */
const FOLDER_OF_USAGE = {
  Training: 'FER2013Train',
  PublicTest: 'FER2013Valid',
  PrivateTest: 'FER2013Test',
} as const;

const USAGES = ['Training', 'PublicTest', 'PrivateTest'] as const;

const VOTES_HEADER =
  'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

const LAYOUT = `with FER+, ${Object.values(FOLDER_OF_USAGE).join(', ')} with ${LABEL_FILE} each, or ${TABLE_FILE} and ${VOTES_FILE},`;

/** Options of {@link readFerPlus}. */
interface FerPlusOptions {
  /** Folder for images that are converted from a table. */
  readonly cacheDirectory: string;
  /** The rule that gives an image its label or leaves it out; default `strict`. */
  readonly labels?: LabelRule;
  /** Name of the user's option or variable for the folder, for messages. */
  readonly setting?: string;
}

/**
 * Reads FER+: FER2013's images with the votes of ten annotators and an official split. It reads both forms in use:
 * three folders of PNG files with a label.csv each, or fer2013.csv with fer2013new.csv. The folders are used when they
 * contain images. Both forms give the same paths in the same order: training, validation, test. Images without a label
 * by the rule are left out and counted.
 *
 * The votes of 1,602 of 35,710 images differ between the forms: fer2013new.csv repeats the votes of the first among
 * byte-identical images, label.csv has each image's own. By the rule `strict`, 3,137 test images have a label in the
 * tables and 3,122 in the folders.
 * @param directory the folder of either form, or FER+'s repository, whose folder `data` has the three folders
 * @throws RangeError for a folder of neither form, a missing image or row, an invalid row, or when no image has a
 *   label
 * Source: Barsoum et al. 2016, "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
 * Distribution"; github.com/microsoft/FERPlus.
 */
export async function readFerPlus(
  directory: string,
  { cacheDirectory, labels = 'strict', setting = 'DIR' }: FerPlusOptions,
): Promise<Dataset> {
  const root = expectFolder(directory, setting, LAYOUT);
  const { directory: base, images } = await readImages(root, cacheDirectory, setting);
  const records = [...images].sort(byPart).flatMap((image): FrameRecord[] => {
    const emotion = labelByVotes(image.votes, labels);
    const { path: file, side, votes } = image;
    return emotion ? [{ path: file, character: 'all', emotion, side, votes }] : [];
  });
  if (records.length === 0)
    throw new RangeError(
      `Expected at least 1 image with a label for ${setting} but received ${root} with none`,
    );
  const unlabelled = images.filter(({ votes }) => !labelByVotes(votes, labels));
  const notes = noteLeftOut(images, labels);
  return { name: 'FER+', synthetic: false, directory: base, cropped: true, records, unlabelled, notes };
}

async function readImages(
  root: string,
  cacheDirectory: string,
  setting: string,
): Promise<{ directory: string; images: readonly VotedImage[] }> {
  const directory = [root, path.join(root, 'data')].find(hasImages);
  if (directory) return { directory, images: USAGES.flatMap((usage) => readUsage(directory, usage)) };
  const tables = [TABLE_FILE, VOTES_FILE].map((name) => path.join(root, name));
  if (tables.every((file) => fs.existsSync(file))) return readTables(tables[0], tables[1], cacheDirectory);
  throw new RangeError(`Expected a folder ${LAYOUT} for ${setting} but received ${root} with neither`);
}

function hasImages(directory: string): boolean {
  return Object.values(FOLDER_OF_USAGE).some((name) => {
    const folder = path.join(directory, name);
    return fs.existsSync(path.join(folder, LABEL_FILE)) && listImages(folder).length > 0;
  });
}

/** Reads one usage's folder. A row of its label.csv has image, box and ten votes; there is no header. */
function readUsage(directory: string, usage: TableRow['usage']): VotedImage[] {
  const folder = FOLDER_OF_USAGE[usage];
  const table = `${folder}/${LABEL_FILE}`;
  const present = new Set(
    listImages(path.join(expectFolder(path.join(directory, folder), 'FER+', 'of images'))),
  );
  return parseCsv(readText(path.join(directory, table), table)).map(([name, , ...votes], index) => {
    const where = `row ${index + 1} of ${table}`;
    if (!present.has(name))
      throw new RangeError(`Expected an image for ${where} but received none at ${folder}/${name}`);
    return { path: `${folder}/${name}`, side: PART_OF_USAGE[usage], votes: parseVotes(votes, where) };
  });
}

/** Joins both tables by row. A row without a name is an image that FER+ removed. */
async function readTables(
  table: string,
  votesTable: string,
  cacheDirectory: string,
): Promise<{ directory: string; images: readonly VotedImage[] }> {
  const rated = readVotesTable(votesTable);
  const taken = new Set<string>();
  const converted = await convertTable('fer-plus', [table, votesTable], cacheDirectory, (row) => {
    const image = expectSameUsage(row, rated);
    // Four names occur twice, for byte-identical images with the same votes; the three folders have each name once.
    if (!image || taken.has(image.path)) return undefined;
    taken.add(image.path);
    return image;
  });
  const named = new Set(rated.map((image) => image?.path));
  named.delete(undefined);
  if (converted.images.length === named.size) return converted;
  throw new RangeError(
    `Expected the ${named.size} images of ${VOTES_FILE} in ${TABLE_FILE} but received ${converted.images.length}`,
  );
}

function expectSameUsage(row: TableRow, rated: readonly (VotedImage | undefined)[]): VotedImage | undefined {
  const where = `row ${row.number} of ${TABLE_FILE}`;
  if (row.index >= rated.length)
    throw new RangeError(`Expected a row of ${VOTES_FILE} for ${where} but received ${rated.length} rows`);
  const image = rated[row.index];
  if (image && image.side !== PART_OF_USAGE[row.usage])
    throw new RangeError(
      `Expected the usage of ${VOTES_FILE} (${image.side}) for ${where} but received ${row.usage}`,
    );
  return image;
}

/** Reads fer2013new.csv; undefined is an image that FER+ removed. */
function readVotesTable(file: string): (VotedImage | undefined)[] {
  const [header = [], ...rows] = parseCsv(readText(file, VOTES_FILE));
  if (header.join(',') !== VOTES_HEADER)
    throw new RangeError(
      `Expected ${VOTES_HEADER} for row 1 of ${VOTES_FILE} but received ${header.join(',').slice(0, 80)}`,
    );
  return rows.map(([usage, name = '', ...votes], index) => {
    const where = `row ${index + 2} of ${VOTES_FILE}`;
    if (!isUsage(usage))
      throw new RangeError(`Expected one of ${USAGES.join(', ')} for ${where} but received ${usage}`);
    if (name === '') return undefined;
    return {
      path: `${FOLDER_OF_USAGE[usage]}/${expectName(name, where)}`,
      side: PART_OF_USAGE[usage],
      votes: parseVotes(votes, where),
    };
  });
}

function isUsage(text: string): text is TableRow['usage'] {
  return (USAGES as readonly string[]).includes(text);
}

/** Checks a name, which becomes a path: a name with a folder could lead outside the data set. */
function expectName(name: string, where: string): string {
  if (/^\w+\.png$/.test(name)) return name;
  throw new RangeError(`Expected a name like fer0000000.png for ${where} but received ${name}`);
}

function parseVotes(fields: readonly string[], where: string): number[] {
  if (fields.length === VOTE_COLUMNS.length && fields.every((field) => /^\d+$/.test(field)))
    return fields.map(Number);
  throw new RangeError(`Expected ten votes for ${where} but received ${fields.join(',')}`);
}

function byPart(first: VotedImage, second: VotedImage): number {
  const order = SPLIT_PARTS.indexOf(first.side) - SPLIT_PARTS.indexOf(second.side);
  return order || (first.path < second.path ? -1 : 1);
}

/** Notes how many images have no label, and what their votes are. */
function noteLeftOut(images: readonly VotedImage[], labels: LabelRule): string[] {
  const counts = new Map<string, number>();
  for (const { votes } of images) {
    if (labelByVotes(votes, labels)) continue;
    const winner = labels === 'plural' ? pluralityWinner(votes) : majorityWinner(votes);
    const name = winner ?? (labels === 'plural' ? 'a tie' : 'no majority');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...counts].sort().map(([name, count]) => `${name} ${count}`);
  return total === 0
    ? []
    : [
        `${total} images have none of the seven labels by the rule ${labels} and were left out: ${parts.join(', ')}`,
      ];
}
