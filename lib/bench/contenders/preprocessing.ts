import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FrameRecord } from '../../core/record';
import { preprocess } from '../../faces/preprocess';
import type { Task } from '../serve';
import { engineVersions, startContenderEngine } from './engine';

/** The images that are preprocessed, as the bench leaves them to its contenders in a JSON file. */
export interface ImageList {
  /** Absolute path that the records' paths start from. */
  readonly root: string;
  /** In the order in which they are preprocessed. */
  readonly records: readonly FrameRecord[];
}

/**
 * Prepares preprocessing, from files to a saved store that was empty. A unit is an image; the detectors are loaded
 * anew each time, as in every run of the notebook.
 * @param listFile path of an {@link ImageList}
 */
export async function preparePreprocessing(listFile: string): Promise<Task> {
  const engine = await startContenderEngine('ours');
  const { root, records } = JSON.parse(fs.readFileSync(listFile, 'utf8')) as ImageList;
  const work = async (count: number) => {
    const cacheDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-bench-'));
    try {
      const { reusedShards } = await preprocess(records.slice(0, count), { root, cacheDirectory });
      if (reusedShards > 0) throw new Error(`Expected 0 reused shards but received ${reusedShards}`);
    } finally {
      fs.rmSync(cacheDirectory, { recursive: true });
    }
  };
  const note = `ours: one process, ${os.availableParallelism()} threads`;
  return { ready: { versions: engineVersions(engine), note }, work };
}
