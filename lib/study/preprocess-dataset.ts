import type { Experiment } from '../core/experiment';
import type { Dataset } from '../datasets/dataset';
import { homePath } from '../files/project';
import { preprocess } from '../faces/store/preprocess';
import type { PreprocessResult } from '../faces/store/preprocess';

/**
 * Finds faces and cuts blocks of a whole data set, with the shards kept in data/cache/blocks.
 * @param onProgress is told how many frames are done
 * @param options.wholeFace whether the whole face is cut too; default false
 * @throws what preprocessing throws
 */
export function preprocessDataset(
  { directory, records, cropped, fixedMargin }: Dataset,
  { marginPx }: Experiment,
  onProgress?: (done: number, total: number) => void,
  { wholeFace }: { readonly wholeFace?: boolean } = {},
): Promise<PreprocessResult> {
  return preprocess(records, {
    root: directory,
    cropped,
    fixedMargin,
    wholeFace,
    cacheDirectory: homePath('data', 'cache', 'blocks'),
    marginPx,
    onProgress: ({ done, total }) => onProgress?.(done, total),
  });
}
