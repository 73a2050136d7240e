import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultWorkers, preprocess, startWorkerProcesses } from '../../lib/faces/store/preprocess';
import { createShardWorker } from '../../lib/faces/store/shards';
import { IMAGE_LIST, type ImageList } from '../bench-pictures';
import { startProgramEngine, type Program } from './program';

/**
 * Prepares preprocessing, from image files to shards in a new cache. A unit is an image. Processes and networks are
 * kept between runs, as the peer's are.
 * @param processes 0: the number that preprocessing uses by itself
 */
export async function preparePreprocessing(processes: number): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const { root, records } = JSON.parse(fs.readFileSync(IMAGE_LIST, 'utf8')) as ImageList;
  const count = processes || defaultWorkers(records.length);
  const worker = count > 1 ? startWorkerProcesses(count) : createShardWorker();
  const work = async (images: number) => {
    const cacheDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'prior-attention-bench-'));
    try {
      const settings = { root, cacheDirectory, worker, workers: count, fixedMargin: true };
      const { reusedShards } = await preprocess(records.slice(0, images), settings);
      if (reusedShards > 0) throw new Error(`Expected 0 reused shards but received ${reusedShards}`);
    } finally {
      fs.rmSync(cacheDirectory, { recursive: true });
    }
  };
  const threads = Math.max(1, Math.floor(os.availableParallelism() / count));
  const note = `ours: processes: ${count}, threads in each: ${threads}`;
  return { ready: { versions, note }, work };
}
