import fs from 'node:fs';
import path from 'node:path';
import { unexpected } from '../core/errors';
import { groupBy } from '../core/group-by';
import { isInside } from '../files/project';

/**
 * Number of levels of folders (split, person, class) where links to folders outside the data set are followed. Deeper
 * links to folders are ignored.
 */
export const LINK_LEVELS = 3;

/**
 * Checks that a data set's folder exists.
 * @param setting name of the user's option or variable, for messages
 * @param expected what the folder should contain, for messages
 * @returns its absolute path
 * @throws RangeError when it is missing or not a folder
 */
export function expectFolder(directory: string, setting: string, expected: string): string {
  const absolute = path.resolve(directory);
  if (isFolder(absolute)) return absolute;
  const found = fs.existsSync(absolute) ? 'which is no folder' : 'which does not exist';
  throw unexpected(`a folder ${expected}`, setting, `${absolute}, ${found}`);
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Returns the path of a table that is given by its path or by its folder. @param name of the table in a folder */
export function findTable(given: string, name: string): string {
  const absolute = path.resolve(given);
  return isFolder(absolute) ? path.join(absolute, name) : absolute;
}

/**
 * Lists the names of a folder's folders, sorted, without hidden ones. Links to folders are included, except links to a
 * parent folder, which would be endless, and to a folder that is already listed.
 */
export function listFolders(directory: string): string[] {
  const real = fs.realpathSync(directory);
  const names = listOwnFolders(directory);
  const listed = new Set(names.map((name) => path.join(real, name)));
  for (const name of listNames(directory, (entry) => entry.isSymbolicLink())) {
    const target = findFolder(path.join(directory, name));
    if (!target || listed.has(target) || isInside(target, real)) continue;
    listed.add(target);
    names.push(name);
  }
  return names.sort();
}

/** Returns whether a file's name has the ending of an image format. The content is checked when it is decoded. */
export function isImageName(name: string): boolean {
  return /\.(a?png|jpe?g|jpe|jfif|mpo|tiff?|webp|gif|avif)$/i.test(name);
}

/** Returns whether a file's name is that of an image in an unsupported format, such as HEIC or BMP. */
export function isUnreadName(name: string): boolean {
  const format =
    /\.(hei[cf]|hif|bmp|dib|jp2|jxl|psd|tga|ico|p[bgpn]m|svg|dng|cr[23]|nef|arw|orf|pef|raf|rw2|srw|raw)$/i;
  return format.test(name);
}

/** Lists the names of a folder's image files, sorted, without hidden ones. */
export function listImages(directory: string): string[] {
  return listFiles(directory).filter(isImageName);
}

/** Lists the names of a folder's files that are not read as images, sorted, without hidden ones. */
export function listOthers(directory: string): string[] {
  const names = listFiles(directory).filter((name) => !isImageName(name));
  return names.filter((name) => findFolder(path.join(directory, name)) === undefined);
}

/** Formats notes on files that were left out: pictures of unsupported formats, and other files. */
export function noteOthers(names: readonly string[]): string[] {
  const note = (what: string, some: readonly string[]) =>
    some.length > 0 ? [`${what} were left out: ${countEndings(some)}`] : [];
  const others = names.filter((name) => !isUnreadName(name));
  return [
    ...note('pictures of unsupported formats', names.filter(isUnreadName)),
    ...note('files that are not pictures', others),
  ];
}

/** Counts files by their endings, such as `12 .heic, 3 without an ending`. */
export function countEndings(names: readonly string[]): string {
  const groups = groupBy(names, (name) => path.extname(name).toLowerCase() || 'without an ending');
  return [...groups.keys()]
    .sort()
    .map((ending) => `${groups.get(ending)!.length} ${ending}`)
    .join(', ');
}

/**
 * Lists the image files of a folder and of all folders below it, without hidden ones: sorted paths with forward
 * slashes. Links to folders are followed in the first {@link LINK_LEVELS} levels, except circular ones.
 */
export function listTree(directory: string): string[] {
  const below = (folder: string, above: readonly string[]): string[] => {
    const absolute = path.join(directory, folder);
    const real = fs.realpathSync(absolute);
    if (above.includes(real)) return [];
    const folders = above.length < LINK_LEVELS ? listFolders(absolute) : listOwnFolders(absolute);
    const join = (name: string) => path.posix.join(folder, name);
    return [
      ...listImages(absolute).map(join),
      ...folders.flatMap((name) => below(join(name), [...above, real])),
    ];
  };
  return below('', []).sort();
}

/** Lists the names of some of a folder's entries, sorted, without hidden ones. */
function listNames(directory: string, isWanted: (entry: fs.Dirent) => boolean): string[] {
  const entries = fs.readdirSync(directory, { withFileTypes: true }).filter(isWanted);
  const names = entries.map(({ name }) => name);
  return names.filter((name) => !name.startsWith('.')).sort();
}

function listOwnFolders(directory: string): string[] {
  return listNames(directory, (entry) => entry.isDirectory());
}

/** Lists a folder's entries that are not folders; links to folders are included. */
function listFiles(directory: string): string[] {
  return listNames(directory, (entry) => !entry.isDirectory());
}

/** Finds the folder that a link leads to; undefined for a link to anything else. */
function findFolder(link: string): string | undefined {
  try {
    const target = fs.realpathSync(link);
    return fs.statSync(target).isDirectory() ? target : undefined;
  } catch {
    // A broken, circular or inaccessible link is not a folder to list.
    return undefined;
  }
}

/** Largest text file that is read as a whole; a table of a million pictures has about 100 MB. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Reads a text file as a whole, without its byte-order mark. It is UTF-8, or UTF-16 (little-endian) with a byte-order
 * mark.
 * @param what name of the file in messages, such as `mapping`
 * @throws RangeError when it is missing, a folder or too large
 */
export function readText(file: string, what: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat) throw unexpected('a file', what, `${file}, which does not exist`);
  if (stat.isDirectory()) throw unexpected('a file', what, `the folder ${file}`);
  if (stat.size > MOST_BYTES) throw unexpected(`at most ${MOST_BYTES} bytes`, what, `${stat.size}, ${file}`);
  return decodeText(fs.readFileSync(file));
}

/** Decodes a text and drops its byte-order mark: UTF-16 (little-endian) with its mark, otherwise UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Reads a large UTF-8 file line by line; its byte-order mark is dropped.
 * @param longest maximum number of characters of a line; a longer line is an error before it is read as a whole
 * @param what name of the file in messages
 * @throws RangeError with the line's number for a line that is too long
 */
export async function* readLines(file: string, longest: number, what: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let number = 1;
  let rest = '';
  for await (const chunk of fs.createReadStream(file)) {
    const lines = `${rest}${decoder.decode(chunk as Buffer, { stream: true })}`.split('\n');
    rest = lines.pop()!;
    for (const [index, line] of [...lines, rest].entries())
      if (line.length > longest)
        throw unexpected(`at most ${longest} characters`, `row ${number + index} of ${what}`, 'more');
    number += lines.length;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}
