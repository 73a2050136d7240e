import path from 'node:path';
import { EMOTIONS, isEmotion } from '../core/emotions';
import type { FrameRecord } from '../core/record';
import type { Dataset } from './dataset';
import { expectFolder, listFolders, listImages } from './tree';

/**
 * Reads a folder of class folders: `<emotion>/*` or `<group>/<emotion>/*`, where a group is a character or a
 * person. Without groups every image is of the one character `all`, so that no split by character can be made.
 * @param directory the folder
 * @param setting what the user set to it, for messages; default `IMAGES_DIR`
 * @throws RangeError when the folder is missing, a class is unknown or a class has no images
 */
export function readFolder(directory: string, setting = 'IMAGES_DIR'): Dataset {
  const root = expectFolder(directory, setting, 'of class folders, <emotion>/* or <group>/<emotion>/*,');
  const folders = listFolders(root);
  if (folders.length === 0) throw unknownClass(setting, root, 'no folders');
  const flat = folders.some((name) => isEmotion(name.toLowerCase()));
  const records = flat
    ? folders.flatMap((name) => readClass(root, name, 'all', setting))
    : folders.flatMap((group) => readGroup(root, group, setting));
  return { name: path.basename(root), synthetic: false, directory: root, records };
}

function readGroup(root: string, group: string, setting: string): FrameRecord[] {
  const folders = listFolders(path.join(root, group));
  if (folders.length === 0) throw unknownClass(setting, group, 'no class folders');
  return folders.flatMap((name) => readClass(root, `${group}/${name}`, group, setting));
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
