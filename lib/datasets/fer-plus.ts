import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../core/csv';
import { unexpected } from '../core/errors';
import { groupBy } from '../core/group-by';
import { type FrameRecord, SPLIT_PARTS } from '../core/record';
import { labelByVotes, type LabelRule, pluralityWinner, majorityWinner, VOTE_COLUMNS } from '../core/votes';
import { type Dataset, expectRecords, noteCount, type OpenOptions } from './dataset';
import { convertTable, PART_OF_USAGE, TABLE_FILE, type TableRow } from './fer2013';
import { expectFolder, listImages, readText } from './tree';

/** An image with its votes. */
type VotedImage = Required<Pick<FrameRecord, 'path' | 'side' | 'votes'>>;

const VOTES_FILE = 'fer2013new.csv';
const LABEL_FILE = 'label.csv';

/** The image folder of each usage. Both forms give an image the same path, so that results by path can be compared. */
const FOLDER_OF_USAGE = {
  Training: 'FER2013Train',
  PublicTest: 'FER2013Valid',
  PrivateTest: 'FER2013Test',
} as const;

const USAGES = Object.keys(FOLDER_OF_USAGE) as TableRow['usage'][];

const VOTES_HEADER =
  'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

const LAYOUT = `with FER+, ${Object.values(FOLDER_OF_USAGE).join(', ')} with ${LABEL_FILE} each, or ${TABLE_FILE} and ${VOTES_FILE},`;

/**
 * Reads FER+: FER2013's images with the votes of ten annotators and an official split. It reads both forms in use:
 * three folders of PNG files with a label.csv each, or fer2013.csv with fer2013new.csv. The folders are used when they
 * contain images. Both forms give the same paths in the same order: training, validation, test. Images without a label
 * by the rule are left out; their number is in `notes`.
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
  { labels = 'strict', setting = 'DIR' }: OpenOptions = {},
): Promise<Dataset> {
  const root = expectFolder(directory, setting, LAYOUT);
  const { directory: base, images } = await readImages(root, setting);
  const records = [...images].sort(byPart).flatMap((image): FrameRecord[] => {
    const emotion = labelByVotes(image.votes, labels);
    const { path: file, side, votes } = image;
    return emotion ? [{ path: file, character: 'all', emotion, side, votes }] : [];
  });
  expectRecords(records, 'at least 1 image with a label', setting, root);
  const unlabelled = images.filter(({ votes }) => !labelByVotes(votes, labels));
  const notes = noteLeftOut(unlabelled, labels);
  return { name: 'FER+', synthetic: false, directory: base, cropped: true, records, unlabelled, notes };
}

/** Images, and the folder that their paths are relative to. */
interface Images {
  readonly directory: string;
  readonly images: readonly VotedImage[];
}

async function readImages(root: string, setting: string): Promise<Images> {
  const directory = [root, path.join(root, 'data')].find(hasImages);
  if (directory) return { directory, images: USAGES.flatMap((usage) => readUsage(directory, usage)) };
  const tables = [TABLE_FILE, VOTES_FILE].map((name) => path.join(root, name));
  if (tables.every((file) => fs.existsSync(file))) return readTables(tables);
  throw unexpected(`a folder ${LAYOUT}`, setting, `${root} with neither`);
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
  const present = new Set(listImages(expectFolder(path.join(directory, folder), 'FER+', 'of images')));
  return parseCsv(readText(path.join(directory, table), table)).map(([name, , ...votes], index) => {
    const where = `row ${index + 1} of ${table}`;
    if (!present.has(name)) throw unexpected('an image', where, `none at ${folder}/${name}`);
    return toImage(usage, name, votes, where);
  });
}

/** Joins both tables by row. A row without a name is an image that FER+ removed. */
async function readTables(tables: readonly string[]): Promise<Images> {
  const rated = readVotesTable(tables[1]);
  const taken = new Set<string>();
  const converted = await convertTable('fer-plus', tables, ({ index, number, usage }) => {
    const where = `row ${number} of ${TABLE_FILE}`;
    if (index >= rated.length) throw unexpected(`a row of ${VOTES_FILE}`, where, `${rated.length} rows`);
    const image = rated[index];
    if (image && image.side !== PART_OF_USAGE[usage])
      throw unexpected(`the usage of ${VOTES_FILE} (${image.side})`, where, usage);
    // Four names occur twice, for byte-identical images with the same votes; in the folders each name occurs once.
    if (!image || taken.has(image.path)) return undefined;
    taken.add(image.path);
    return image;
  });
  const named = new Set(rated.flatMap((image) => image?.path ?? [])).size;
  if (converted.images.length === named) return converted;
  throw new RangeError(
    `Expected the ${named} images of ${VOTES_FILE} in ${TABLE_FILE} but received ${converted.images.length}`,
  );
}

/** Reads fer2013new.csv; undefined is an image that FER+ removed. */
function readVotesTable(file: string): (VotedImage | undefined)[] {
  const [header = [], ...rows] = parseCsv(readText(file, VOTES_FILE));
  if (header.join(',') !== VOTES_HEADER)
    throw unexpected(VOTES_HEADER, `row 1 of ${VOTES_FILE}`, header.join(',').slice(0, 80));
  return rows.map(([usage, name = '', ...votes], index) => {
    const where = `row ${index + 2} of ${VOTES_FILE}`;
    const known = USAGES.find((one) => one === usage);
    if (!known) throw unexpected(`one of ${USAGES.join(', ')}`, where, usage);
    if (name === '') return undefined;
    // The name becomes a path: a name with a folder could lead outside the data set.
    if (!/^\w+\.png$/.test(name)) throw unexpected('a name like fer0000000.png', where, name);
    return toImage(known, name, votes, where);
  });
}

function toImage(
  usage: TableRow['usage'],
  name: string,
  votes: readonly string[],
  where: string,
): VotedImage {
  if (votes.length !== VOTE_COLUMNS.length || !votes.every((field) => /^\d+$/.test(field)))
    throw unexpected('ten votes', where, votes.join(','));
  const file = `${FOLDER_OF_USAGE[usage]}/${name}`;
  return { path: file, side: PART_OF_USAGE[usage], votes: votes.map(Number) };
}

function byPart(first: VotedImage, second: VotedImage): number {
  const order = SPLIT_PARTS.indexOf(first.side) - SPLIT_PARTS.indexOf(second.side);
  return order || (first.path < second.path ? -1 : 1);
}

/** Formats a note: how many images have no label, and the winners of their votes. */
function noteLeftOut(unlabelled: readonly VotedImage[], labels: LabelRule): string[] {
  const [winner, none] =
    labels === 'plural' ? [pluralityWinner, 'a tie'] : ([majorityWinner, 'no majority'] as const);
  const groups = groupBy(unlabelled, ({ votes }) => winner(votes) ?? none);
  const parts = [...groups.keys()].sort().map((name) => `${name} ${groups.get(name)!.length}`);
  const text = `images have none of the seven labels by the rule ${labels} and were left out`;
  return noteCount(unlabelled.length, `${text}: ${parts.join(', ')}`);
}
