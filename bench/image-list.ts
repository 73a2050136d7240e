import fs from 'node:fs';
import path from 'node:path';
import { DEFAULT_EXPERIMENT } from '../lib/core/experiment';
import { createRandom } from '../lib/core/random';
import { homePath } from '../lib/files/project';
import { readFerg } from '../lib/datasets/ferg';
import { HEADER_FILE } from '../lib/characters';
import { openDataset } from '../lib/study/open-dataset';
import { IMAGE_LIST } from './measured-programs';
import type { ImageList } from './programs/preprocessing';

/**
 * Selects images of the drawn sample at random and writes their list for preprocessing. A missing sample is drawn
 * first.
 * @param count number of images
 * @throws RangeError when the existing sample is smaller
 */
export async function writeImageList(count: number): Promise<void> {
  const directory = homePath('data', 'sample');
  const isDrawn = fs.existsSync(path.join(directory, HEADER_FILE));
  const { records } = isDrawn ? readFerg(directory) : await openDataset(DEFAULT_EXPERIMENT, {});
  if (records.length < count)
    throw new RangeError(
      `Expected at least ${count} images in data/sample but received ${records.length}: delete it, and it is drawn anew`,
    );
  const chosen = createRandom('bench', 'images').shuffle(records).slice(0, count);
  const list: ImageList = { root: directory, records: chosen };
  fs.mkdirSync(path.dirname(IMAGE_LIST), { recursive: true });
  fs.writeFileSync(IMAGE_LIST, JSON.stringify(list));
}
