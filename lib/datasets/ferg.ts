import path from 'node:path';
import { EMOTIONS, isEmotion } from '../core/emotions';
import { unexpected } from '../core/errors';
import type { FrameRecord } from '../core/record';
import type { Dataset, OpenOptions } from './dataset';
import { expectFolder, listFolders, listImages } from './tree';

const LAYOUT = 'with FERG-DB, <character>/<character>_<emotion>/*.png,';

/**
 * Reads FERG-DB, or a data set in the same layout.
 * @param directory FERG_DB_256, or the folder that contains it
 * @param options.setting default `FERG_DIR`
 * @throws RangeError when the folder is missing, a class is unknown or has no images, or there are no images at all
 * Source: Aneja et al. 2016, "Modeling Stylized Character Expressions via Deep Learning"; available on request only.
 */
export function readFerg(directory: string, { setting = 'FERG_DIR' }: OpenOptions = {}): Dataset {
  const given = expectFolder(directory, setting, LAYOUT);
  const root = listFolders(given).includes('FERG_DB_256') ? path.join(given, 'FERG_DB_256') : given;
  const records = listFolders(root).flatMap((character) => readCharacter(root, character, setting));
  if (records.length === 0)
    throw unexpected(`a folder ${LAYOUT}`, setting, `${root}, which has no such images`);
  return { name: 'FERG-DB', synthetic: false, directory: root, fixedMargin: true, records };
}

function readCharacter(root: string, character: string, setting: string): FrameRecord[] {
  return listFolders(path.join(root, character)).flatMap((folder) => {
    const emotion = folder.slice(folder.lastIndexOf('_') + 1);
    const where = `${character}/${folder}`;
    if (folder !== `${character}_${emotion}` || !isEmotion(emotion)) {
      const form = `${character}_<emotion>, one of ${EMOTIONS.join(', ')},`;
      throw unexpected(form, `a class folder of ${setting}`, where);
    }
    const images = listImages(path.join(root, where));
    if (images.length === 0) throw unexpected('images', `${where} of ${setting}`, 'an empty folder');
    return images.map((image) => ({ path: `${where}/${image}`, character, emotion }));
  });
}
