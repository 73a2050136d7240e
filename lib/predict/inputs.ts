import fs from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { countEndings, decodeText, isImageName, isUnreadName, readText } from '../datasets/tree';
import { isVideoOrPicture } from './video-format';

/** Stands for standard input in a list of pictures. */
export const STANDARD_INPUT = '-';

/** One thing to look at: a file, a picture's or a video's by its content; a picture's file; the bytes on standard input. */
export interface Input {
  readonly kind: 'file' | 'picture' | 'stdin';
  /** As the user named it, or the path below a folder that was named. */
  readonly source: string;
}

/**
 * Reads names of files, one per line or ended by NUL as `find -print0` writes them.
 * @param file path of the list, or {@link STANDARD_INPUT}
 */
export async function readNames(file: string): Promise<string[]> {
  const text =
    file === STANDARD_INPUT ? decodeText(await buffer(process.stdin)) : readText(file, '--files-from');
  return text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((name) => name !== '');
}

const GLOB = /[*?[\]{}]/;

/** Names that say that a file is a video: should its content be none, that is worth a reason. */
const VIDEO_NAME = /\.(mp4|m4v|mov|avi|mkv|webm|mpe?g|wmv|flv|3gp|m2ts|ogv|vob|mjpe?g)$/i;

/**
 * Turns what a user named into single pictures and videos: files stay, folders give what is in them (and below
 * them) of pictures and videos, sorted; patterns such as `photos/**\/*.jpg` give what they match, for shells that leave
 * them as they are. In a folder, a file is one of these by its content, whatever it is called; one that is only called so
 * is looked at too, so that something is said of it. Links to folders are not entered.
 * @param names paths from the current folder, patterns, or {@link STANDARD_INPUT}
 * @param onLeftOut told of each folder what in it is no picture or video, in a sentence
 * @throws RangeError for a pattern without a match, or when there is no picture or video at all; a file that is missing
 *   is no error here: looking at it says so
 */
export async function expandInputs(
  names: readonly string[],
  onLeftOut: (note: string) => void = () => undefined,
): Promise<Input[]> {
  const notes: string[] = [];
  const inputs: Input[] = [];
  for (const name of names) for (const input of await expandName(name, notes)) inputs.push(input);
  if (inputs.length === 0)
    throw new RangeError(`Expected pictures or videos but found none: ${notes.join('; ')}`);
  for (const note of notes) onLeftOut(note);
  return inputs;
}

async function expandName(name: string, notes: string[]): Promise<Input[]> {
  if (name === STANDARD_INPUT) return [{ kind: 'stdin', source: 'standard input' }];
  const stat = await fs.stat(name).catch(() => undefined);
  if (stat?.isDirectory()) return expandFolder(name, notes);
  if (stat || !GLOB.test(name)) return [toInput(name)];
  const { glob } = await import('tinyglobby');
  const matches = await glob(name, { onlyFiles: true, absolute: path.isAbsolute(name) });
  if (matches.length > 0) return matches.sort().map(toInput);
  throw new RangeError(`Expected files that match ${name} but found none`);
}

/** What is in a folder and below it. */
interface Listing {
  readonly files: string[];
  /** Folders that cannot be listed. */
  readonly closed: string[];
  hidden: number;
  /** Links to folders. */
  links: number;
}

async function expandFolder(folder: string, notes: string[]): Promise<Input[]> {
  const listing: Listing = { files: [], closed: [], hidden: 0, links: 0 };
  await listBelow(folder, listing);
  const { files, closed, hidden, links } = listing;
  const wanted: string[] = [];
  const others: string[] = [];
  for (const file of files) ((await isWanted(file)) ? wanted : others).push(file);
  const parts = [
    ...(others.length > 0 ? [`no pictures or videos: ${countEndings(others)}`] : []),
    ...(hidden > 0 ? [`hidden: ${hidden}`] : []),
    ...(links > 0 ? [`links to folders, not entered: ${links}`] : []),
  ];
  if (parts.length > 0) notes.push(`left out of ${folder}: ${parts.join('; ')}`);
  else if (files.length + closed.length === 0) notes.push(`${folder} is empty`);
  // Looking at a folder that cannot be listed says why.
  return [...wanted, ...closed].map(toInput);
}

function isWanted(file: string): Promise<boolean> | boolean {
  const isCalledSo = isImageName(file) || isUnreadName(file) || VIDEO_NAME.test(file);
  // What cannot be read may be one: looking at it says why it cannot.
  return isCalledSo || isVideoOrPicture(file).catch(() => true);
}

/** Lists files before folders, both sorted. */
async function listBelow(folder: string, listing: Listing): Promise<void> {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return void listing.closed.push(folder);
  const folders: string[] = [];
  for (const entry of entries.sort((first, second) => (first.name < second.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.name.startsWith('.')) listing.hidden += 1;
    else if (entry.isDirectory()) folders.push(file);
    else if (entry.isSymbolicLink() && (await leadsToFolder(file))) listing.links += 1;
    else listing.files.push(file);
  }
  for (const one of folders) await listBelow(one, listing);
}

async function leadsToFolder(link: string): Promise<boolean> {
  const stat = await fs.stat(link).catch(() => undefined);
  return stat?.isDirectory() ?? false;
}

function toInput(source: string): Input {
  return { kind: 'file', source };
}
