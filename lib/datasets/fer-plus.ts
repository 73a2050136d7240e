import fs from 'node:fs';
import path from 'node:path';
import { EMOTIONS, isEmotion, type Emotion } from '../core/emotions';
import { type FrameRecord, SIDES, type Side } from '../core/record';
import { pluralWinner, strictWinner, toSoftLabel, VOTE_COLUMNS } from '../core/votes';
import type { Dataset } from './dataset';
import { convertFer2013 } from './fer2013';
import { expectFolder } from './tree';

/**
 * Which images of FER+ are read, and how they are labelled: `strict` by FER+'s own rule, `plural` by the most votes,
 * `all` every image with a vote for one of the seven that counts, by the strict winner or else the most of these votes.
 */
export const FER_PLUS_LABELS = ['strict', 'plural', 'all'] as const;

/** One of {@link FER_PLUS_LABELS}. */
export type FerPlusLabels = (typeof FER_PLUS_LABELS)[number];

/** Folders of FER+'s own layout by their side. */
const FOLDERS: Readonly<Record<Side, string>> = {
  train: 'FER2013Train',
  validation: 'FER2013Valid',
  test: 'FER2013Test',
};

const LABEL_FILE = 'label.csv';
const VOTES_FILE = 'fer2013new.csv';

const VOTES = String.raw`(?<votes>\d{1,2}(?:,\d{1,2}){${VOTE_COLUMNS.length - 1}})`;
/** A row of label.csv, as `fer0000000.png,"(0, 0, 48, 48)",4,0,0,1,3,2,0,0,0,0`. */
const LABEL_ROW = new RegExp(String.raw`^(?<name>[\w-]+\.png),"[^"]*",${VOTES}$`);
/** A row of fer2013new.csv, as `Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0`; an image that was left out has no name. */
const VOTES_ROW = new RegExp(
  String.raw`^(?:Training|PublicTest|PrivateTest),(?<name>[\w-]+\.png|),${VOTES}$`,
);

/** An image and its votes, before a label is chosen. */
interface VotedImage {
  readonly path: string;
  readonly side: Side;
  readonly votes: readonly number[];
}

/**
 * Reads FER+ in either of the forms in which people have it: its three folders with label.csv, or FER2013's table
 * fer2013.csv beside FER+'s fer2013new.csv. The faces are cropped already; no persons are named. Images whose winner is
 * none of the seven expressions are left out and counted in the notes.
 * @param options.labels default `strict`
 * @param options.cacheDirectory where a table's images go
 * @returns records with votes and official side; file names are FER+'s in both forms
 * @throws RangeError when a folder, a table or an image is missing, or a row is not of its form, with the row's number
 * Source: Barsoum et al. 2016, "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label
 * Distribution".
 */
export async function readFerPlus(
  directory: string,
  options: { readonly labels?: FerPlusLabels; readonly cacheDirectory: string; readonly setting?: string },
): Promise<Dataset> {
  const { labels = 'strict', cacheDirectory, setting = 'DIR' } = options;
  const root = expectFolder(directory, setting, `with ${Object.values(FOLDERS).join(', ')} or ${VOTES_FILE}`);
  const isTable = fs.existsSync(path.join(root, VOTES_FILE));
  const { folder, images } = isTable ? await readTables(root, cacheDirectory, setting) : readFolders(root);
  const records = images.flatMap((image) => toRecord(image, labels));
  if (records.length === 0)
    throw new RangeError(`Expected at least 1 image of FER+ for ${setting} but received none in ${root}`);
  return {
    name: 'FER+',
    synthetic: false,
    directory: folder,
    cropped: true,
    records,
    notes: [describeLeftOut(images.length - records.length, labels)],
  };
}

function toRecord({ path: name, side, votes }: VotedImage, labels: FerPlusLabels): FrameRecord[] {
  const emotion = chooseLabel(votes, labels);
  return emotion ? [{ path: name, character: 'all', emotion, side, votes }] : [];
}

function chooseLabel(votes: readonly number[], labels: FerPlusLabels): Emotion | undefined {
  const winner = labels === 'plural' ? pluralWinner(votes) : strictWinner(votes);
  if (winner && isEmotion(winner)) return winner;
  const shares = labels === 'all' ? toSoftLabel(votes) : undefined;
  return shares && EMOTIONS[shares.indexOf(Math.max(...shares))];
}

function describeLeftOut(count: number, labels: FerPlusLabels): string {
  const rule = {
    strict: "by FER+'s majority rule (contempt, unknown, not a face, or no majority)",
    plural: 'by the most votes (contempt, unknown, not a face, or a tie)',
    all: 'in their votes',
  };
  return `${count} images were left out: none of the seven expressions wins ${rule[labels]}`;
}

function readFolders(root: string): { folder: string; images: VotedImage[] } {
  const images = SIDES.flatMap((side) => {
    const file = path.join(root, FOLDERS[side], LABEL_FILE);
    if (!fs.existsSync(file))
      throw new RangeError(`Expected ${LABEL_FILE} of FER+ in ${FOLDERS[side]} but received none at ${file}`);
    const present = new Set(fs.readdirSync(path.dirname(file)));
    return readRows(file, LABEL_ROW).map(({ name, votes }) => {
      if (!present.has(name))
        throw new RangeError(`Expected the image ${name} of ${file} beside it but received none`);
      return { path: `${FOLDERS[side]}/${name}`, side, votes };
    });
  });
  return { folder: root, images };
}

/** Rows of both tables correspond; the conversion's images are given FER+'s folders and names by links. */
async function readTables(
  root: string,
  cacheDirectory: string,
  setting: string,
): Promise<{ folder: string; images: VotedImage[] }> {
  const file = path.join(root, VOTES_FILE);
  const voted = readRows(file, VOTES_ROW, 1);
  const { directory, rows } = await convertFer2013(root, cacheDirectory, setting);
  if (rows.length !== voted.length)
    throw new RangeError(`Expected ${rows.length} rows, as fer2013.csv has, for ${file} but received ${voted.length}`); // prettier-ignore
  const images = rows.flatMap(({ path: source, side }, index) => {
    const { name, votes } = voted[index];
    if (name === '') return [];
    const link = path.join(directory, FOLDERS[side], name);
    if (!fs.existsSync(link)) linkImage(path.join(directory, source), link);
    return [{ path: `${FOLDERS[side]}/${name}`, side, votes }];
  });
  const sideOf = ({ side }: VotedImage) => SIDES.indexOf(side);
  images.sort((first, second) => sideOf(first) - sideOf(second));
  return { folder: directory, images };
}

function linkImage(source: string, link: string): void {
  fs.mkdirSync(path.dirname(link), { recursive: true });
  fs.linkSync(source, link);
}

/**
 * Reads names and votes of a label file.
 * @param headerRows rows before the first image
 * @throws RangeError with the number of a row that is not of the form
 */
function readRows(file: string, form: RegExp, headerRows = 0): { name: string; votes: number[] }[] {
  const lines = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '').split(/\r?\n/); // prettier-ignore
  while (lines.at(-1) === '') lines.pop();
  return lines.slice(headerRows).map((line, index) => {
    const groups = form.exec(line)?.groups;
    if (!groups)
      throw new RangeError(
        `Expected a name and ${VOTE_COLUMNS.length} votes for row ${index + 1 + headerRows} of ${file} but received ${line.slice(0, 60)}`,
      );
    return { name: groups.name, votes: groups.votes.split(',').map(Number) };
  });
}
