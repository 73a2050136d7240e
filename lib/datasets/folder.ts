import path from 'node:path';
import { EMOTIONS, isEmotion } from '../core/emotions';
import type { FrameRecord, Side } from '../core/record';
import type { Dataset } from './dataset';
import { expectFolder, listFolders, listImages } from './tree';

/** What folders of official sides are called, in any case. */
const SIDE_OF: ReadonlyMap<string, Side> = new Map([
  ['train', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['test', 'test'],
]);

/**
 * Reads a folder of class folders: `<emotion>/*` or `<group>/<emotion>/*`, where a group is a character or a
 * person. Without groups every image is of the one character `all`, so that no split by character can be made.
 * All of this may lie in folders of official sides, train, validation (valid, val) and test.
 * @param directory the folder
 * @param setting what the user set to it, for messages; default `IMAGES_DIR`
 * @throws RangeError when the folder is missing, a class is unknown or a class has no images
 */
export function readFolder(directory: string, setting = 'IMAGES_DIR'): Dataset {
  const root = expectFolder(directory, setting, 'of class folders, <emotion>/* or <group>/<emotion>/*,');
  const dataset = { name: path.basename(root), synthetic: false, directory: root };
  const folders = listFolders(root);
  if (!hasSides(folders)) return { ...dataset, records: readGroups(root, '', setting) };
  const records = folders.flatMap((name) => {
    const side = SIDE_OF.get(name.toLowerCase());
    if (!side) throw unknownSide(setting, name);
    return readGroups(root, name, setting).map((record) => ({ ...record, side }));
  });
  return { ...dataset, records, notes: noteSides(records) };
}

/** Whether folders are official sides: all of them are named so, or one is `train`, as no person is called. */
function hasSides(folders: readonly string[]): boolean {
  const names = folders.map((name) => name.toLowerCase());
  return names.includes('train') || (names.length > 0 && names.every((name) => SIDE_OF.has(name)));
}

function noteSides(records: readonly FrameRecord[]): string[] {
  const missing = (side: Side) => records.every((record) => record.side !== side);
  if (missing('train') || missing('test') || !missing('validation')) return [];
  return ['no validation folder: the official split takes a tenth of each expression of train in its place'];
}

/** Reads the class folders, or the groups of these, that a folder of the root holds. */
function readGroups(root: string, parent: string, setting: string): FrameRecord[] {
  const folders = listFolders(path.join(root, parent));
  if (folders.length === 0) throw unknownClass(setting, parent || root, 'no folders');
  const flat = folders.some((name) => isEmotion(name.toLowerCase()));
  return folders.flatMap((name) => {
    const folder = path.posix.join(parent, name);
    return flat ? readClass(root, folder, 'all', setting) : readGroup(root, folder, setting);
  });
}

function readGroup(root: string, group: string, setting: string): FrameRecord[] {
  const folders = listFolders(path.join(root, group));
  if (folders.length === 0) throw unknownClass(setting, group, 'no class folders');
  const character = path.posix.basename(group);
  return folders.flatMap((name) => readClass(root, `${group}/${name}`, character, setting));
}

function readClass(root: string, folder: string, character: string, setting: string): FrameRecord[] {
  const emotion = path.posix.basename(folder).toLowerCase();
  if (!isEmotion(emotion)) throw unknownClass(setting, folder, 'another name');
  const images = listImages(path.join(root, folder));
  if (images.length === 0) {
    throw new RangeError(`Expected images for ${folder} of ${setting} but received an empty folder`);
  }
  return images.map((image) => ({ path: `${folder}/${image}`, character, emotion }));
}

/** Whether a class folder is of FERG-DB's form: aia/aia_joy, or the folder that holds these. */
function isFergClass(folder: string): boolean {
  const [group, name = ''] = folder.split('/').slice(-2);
  return group === 'FERG_DB_256' || (name.startsWith(`${group}_`) && isEmotion(name.slice(group.length + 1)));
}

function unknownSide(setting: string, folder: string): RangeError {
  const sides = [...SIDE_OF.keys()].join(', ');
  return new RangeError(`Expected one of ${sides} beside train for ${setting} but received ${folder}`);
}

function unknownClass(setting: string, folder: string, found: string): RangeError {
  if (isFergClass(folder))
    return new RangeError(
      `Expected class folders for ${setting} but received ${folder}, which is FERG-DB's form: take --dataset ferg, or FERG_DIR for reports and training`,
    );
  const classes = EMOTIONS.join(', ');
  return new RangeError(
    `Expected class folders named ${classes} for ${setting} but received ${folder} with ${found}; other names are read by a mapping file (data/README.md)`,
  );
}
