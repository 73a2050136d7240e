import fs from 'node:fs';
import path from 'node:path';
import { isInside } from '../files/project';

/** Names of image files. The content is checked later, when an image is decoded. */
const IMAGE_NAME = /\.(a?png|jpe?g|jpe|jfif|mpo|tiff?|webp|gif|avif)$/i;

/** Names of image files in unsupported formats. */
const UNREAD_NAME =
  /\.(hei[cf]|hif|bmp|dib|jp2|jxl|psd|tga|ico|p[bgpn]m|svg|dng|cr[23]|nef|arw|orf|pef|raf|rw2|srw|raw)$/i;

/**
 * Number of levels of folders (split, person, class) where links to folders outside the data set are followed. Deeper
 * links to folders are ignored.
 */
export const LINK_LEVELS = 3;

/**
 * Checks that a data set's folder exists.
 * @param directory absolute, or relative to the current folder
 * @param setting name of the user's option or variable, for messages
 * @param expected what the folder should contain, for messages
 * @returns its absolute path
 * @throws RangeError when it is missing or not a folder
 */
export function expectFolder(directory: string, setting: string, expected: string): string {
  const absolute = path.resolve(directory);
  const stat = fs.statSync(absolute, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return absolute;
  const found = stat ? 'which is no folder' : 'which does not exist';
  throw new RangeError(`Expected a folder ${expected} for ${setting} but received ${absolute}, ${found}`);
}

/**
 * Lists the names of a folder's folders, sorted, without hidden ones. Links to folders are included, except links to a
 * parent folder, which would be endless, and to a folder that is already listed.
 */
export function listFolders(directory: string): string[] {
  const real = fs.realpathSync(directory);
  const entries = listEntries(directory);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const listed = new Set(names.map((name) => path.join(real, name)));
  for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) {
    const target = findFolder(path.join(directory, name));
    if (!target || listed.has(target) || isInside(target, real)) continue;
    listed.add(target);
    names.push(name);
  }
  return names.sort();
}

/** Returns whether a file's name is an image's. */
export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/** Lists the names of a folder's image files, sorted, without hidden ones. */
export function listImages(directory: string): string[] {
  return listEntries(directory)
    .filter((entry) => !entry.isDirectory() && isImageName(entry.name))
    .map((entry) => entry.name);
}

/** Tells whether a file name is that of an image in an unsupported format, such as HEIC or BMP. */
export function isUnreadName(name: string): boolean {
  return UNREAD_NAME.test(name);
}

/** Lists the names of a folder's files that are not read as images, sorted; hidden ones are left out. */
export function listOthers(directory: string): string[] {
  return listEntries(directory)
    .filter((entry) => !entry.isDirectory() && !isImageName(entry.name))
    .map((entry) => entry.name)
    .filter((name) => findFolder(path.join(directory, name)) === undefined);
}

/** Counts the files that were left out: pictures of unsupported formats, and other files. */
export function noteOthers(names: readonly string[]): string[] {
  const pictures = names.filter(isUnreadName);
  const others = names.filter((name) => !isUnreadName(name));
  const note = (what: string, some: readonly string[]) =>
    some.length > 0 ? [`${what} were left out: ${countEndings(some)}`] : [];
  return [
    ...note('pictures of unsupported formats', pictures),
    ...note('files that are not pictures', others),
  ];
}

/** Counts files by their endings, such as `12 .heic, 3 without an ending`. */
export function countEndings(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const ending = path.extname(name).toLowerCase() || 'without an ending';
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([ending, count]) => `${count} ${ending}`)
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
    return [
      ...listImages(absolute).map((name) => path.posix.join(folder, name)),
      ...folders.flatMap((name) => below(path.posix.join(folder, name), [...above, real])),
    ];
  };
  return below('', []).sort();
}

function listOwnFolders(directory: string): string[] {
  return listEntries(directory)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function listEntries(directory: string): fs.Dirent[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .sort((first, second) => (first.name < second.name ? -1 : 1));
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
