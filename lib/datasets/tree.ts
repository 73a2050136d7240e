import fs from 'node:fs';
import path from 'node:path';

/** File names that are taken for images. What is in them is looked at later, when they are decoded. */
const IMAGE_NAME = /\.(png|jpe?g|tiff?|webp|gif|avif)$/i;

/**
 * Checks that a data set's folder is there.
 * @param directory from the current folder, or absolute
 * @param setting what the user set to it, for the message
 * @param expected what should be in it, for the message
 * @returns its absolute path
 * @throws RangeError when it is missing or no folder
 */
export function expectFolder(directory: string, setting: string, expected: string): string {
  const absolute = path.resolve(directory);
  const stat = fs.statSync(absolute, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return absolute;
  const found = stat ? 'which is no folder' : 'which does not exist';
  throw new RangeError(`Expected a folder ${expected} for ${setting} but received ${absolute}, ${found}`);
}

/** Lists the names of the folders in a folder, sorted; hidden ones are left out. */
export function listFolders(directory: string): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
}

/** Lists the names of a folder's image files, sorted; hidden ones are left out. */
export function listImages(directory: string): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && IMAGE_NAME.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/**
 * Lists the image files of a folder and of all folders below it, sorted, by their paths with forward slashes. Linked
 * folders are not entered, so that links in circles end and none leads out; hidden ones are left out.
 */
export function listTree(directory: string): string[] {
  const below = (folder: string): string[] => [
    ...listImages(path.join(directory, folder)).map((name) => path.posix.join(folder, name)),
    ...listFolders(path.join(directory, folder)).flatMap((name) => below(path.posix.join(folder, name))),
  ];
  return below('').sort();
}
