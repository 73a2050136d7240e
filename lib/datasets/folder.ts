import path from 'node:path';
import { isEmotion, type Numbering } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord, SplitPart } from '../core/record';
import {
  type Dataset,
  expectRecords,
  isNumber,
  noteCount,
  type OpenOptions,
  PART_NAMES,
  readClassName,
  readPartName,
  unknownNames,
} from './dataset';
import {
  countEndings,
  expectFolder,
  isUnreadName,
  listFolders,
  listImages,
  listOthers,
  noteOthers,
} from './tree';

/** A folder of images of one class. */
interface ClassFolder {
  /** Path relative to the root, with forward slashes. */
  readonly path: string;
  readonly character: string;
  readonly side?: SplitPart;
}

/**
 * Reads a folder of class folders: `<emotion>/*` or `<group>/<emotion>/*`, where a group is a character or a person.
 * Without groups, every image has the character `all`, and a split by character is not possible. The class folders may
 * be in folders of an official split: train, validation (valid, val) and test. Folders whose names mean the same class
 * are joined. Images of contempt and of unsupported formats are left out and counted.
 * @param options.setting default `IMAGES_DIR`
 * @throws RangeError when the folder is missing, classes are unknown (the message lists all), a class has no images,
 *   or other folders lie beside those of an official split
 */
export function readFolder(
  directory: string,
  { setting = 'IMAGES_DIR', numbered }: OpenOptions = {},
): Dataset {
  const root = expectFolder(directory, setting, 'of class folders, <emotion>/* or <group>/<emotion>/*,');
  const folders = listClassFolders(root, setting, numbered);
  const classOf = (folder: ClassFolder) => readClassName(path.posix.basename(folder.path), numbered);
  const unknown = folders.filter((folder) => !classOf(folder));
  if (unknown.length > 0) throw unknownFolders(root, unknown, setting);
  const records: FrameRecord[] = [];
  const others: string[] = [];
  let contempt = 0;
  for (const folder of folders) {
    const { path: place, character, side } = folder;
    const images = expectImages(root, place, setting);
    const emotion = classOf(folder)!;
    others.push(...listOthers(path.join(root, place)));
    if (emotion === 'contempt') contempt += images.length;
    else
      for (const image of images)
        records.push({ path: `${place}/${image}`, character, emotion, ...(side && { side }) });
  }
  expectRecords(records, 'images of the seven expressions', setting, root);
  const notes = [
    ...noteMissingValidation(records),
    ...noteCount(contempt, 'images of contempt were left out'),
    ...noteOthers(others),
    ...noteCount(listImages(root).length, 'images beside the class folders were left out'),
  ];
  return { name: path.basename(root), synthetic: false, directory: root, records, notes };
}

function expectImages(root: string, folder: string, setting: string): string[] {
  const directory = path.join(root, folder);
  const images = listImages(directory);
  if (images.length > 0) return images;
  const unread = listOthers(directory).filter(isUnreadName);
  const found =
    unread.length > 0
      ? `${countEndings(unread)}, which are not read: save them as JPEG or PNG`
      : listFolders(directory).length > 0
        ? 'folders only, which are not searched: a mapping file reads other forms (data/README.md)'
        : 'none';
  throw unexpected('images', `${folder} of ${setting}`, found);
}

/** Lists the class folders. The folders are an official split if all are named like its parts, or one is `train`. */
function listClassFolders(root: string, setting: string, numbered?: Numbering): ClassFolder[] {
  const folders = listFolders(root);
  const strays = folders.filter((name) => !readPartName(name));
  const hasTrain = folders.some((name) => readPartName(name) === 'train');
  if (!hasTrain && (strays.length > 0 || folders.length === 0))
    return listGroups(root, '', setting, numbered);
  if (strays.length > 0) throw unexpected(`one of ${PART_NAMES} beside train`, setting, strays.join(', '));
  return folders.flatMap((name) => {
    const side = readPartName(name);
    return listGroups(root, name, setting, numbered).map((folder) => ({ ...folder, side }));
  });
}

/** Lists a folder's class folders, or those of its groups. A group without folders counts as a class folder. */
function listGroups(root: string, parent: string, setting: string, numbered?: Numbering): ClassFolder[] {
  const folders = listFolders(path.join(root, parent));
  if (folders.length === 0)
    throw unexpected(
      'class folders, or labels.csv with the columns path and label,',
      setting,
      `${parent || root} with no folders`,
    );
  const isClass = (name: string) => isNumber(name) || readClassName(name, numbered) !== undefined;
  const inside = new Map(folders.map((name) => [name, listFolders(path.join(root, parent, name))]));
  // A person may be called Joy or 001. Such a folder contains class folders.
  const isFlat = folders.some((name) => isClass(name) && !inside.get(name)!.some(isClass));
  return folders.flatMap((name): ClassFolder[] => {
    const folder = path.posix.join(parent, name);
    const classes = inside.get(name)!;
    if (isFlat || classes.length === 0) return [{ path: folder, character: 'all' }];
    return classes.map((one) => ({ path: `${folder}/${one}`, character: name }));
  });
}

/** Whether a class folder is FERG-DB's, such as aia/aia_joy, or a character's folder in FERG_DB_256. */
function isFergClass({ path: folder }: ClassFolder): boolean {
  const [group, name = ''] = folder.split('/').slice(-2);
  return group === 'FERG_DB_256' || (name.startsWith(`${group}_`) && isEmotion(name.slice(group.length + 1)));
}

function unknownFolders(root: string, folders: readonly ClassFolder[], setting: string): RangeError {
  const ferg = folders.find(isFergClass);
  const hint = "which is FERG-DB's form: use --dataset ferg, or FERG_DIR for reports and training";
  if (ferg) return unexpected('class folders', setting, `${ferg.path}, ${hint}`);
  const above = folders.find(({ path: folder }) => {
    const directory = path.join(root, folder);
    return listImages(directory).length === 0 && listFolders(directory).length > 0;
  });
  if (above)
    return unexpected(
      'class folders, <emotion>/* or <group>/<emotion>/*,',
      setting,
      `${above.path}, which contains folders: name a folder further down`,
    );
  const names = folders.map((folder) => path.posix.basename(folder.path));
  return unknownNames('class folders', names, setting);
}

function noteMissingValidation(records: readonly FrameRecord[]): string[] {
  const sides = new Set(records.map(({ side }) => side));
  if (!sides.has('train') || !sides.has('test') || sides.has('validation')) return [];
  return [
    'no validation folder: the validation set of the official split is a tenth of each expression of train',
  ];
}
