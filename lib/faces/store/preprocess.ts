import type { BlockSet } from '../../core/blocks';
import type { FrameRecord } from '../../core/record';
import { concatBlocks } from './concat-blocks';
import { type PreprocessOptions, makeShards, planJobs } from './make-shards';
import { loadShard } from './shard-file';
import { shardFile } from './shard-worker';

/** What preprocessing gives. */
export interface PreprocessResult {
  readonly blocks: BlockSet;
  /** Paths of the shards that hold them, in the data set's order. */
  readonly shards: readonly string[];
  readonly reusedShards: number;
  readonly computedShards: number;
  readonly seconds: number;
}

/**
 * Finds the face in each frame and cuts its eyes and mouth blocks, shard by shard of 256 frames. Each shard is saved
 * once as an Arrow file named by all that it depends on, so a second run reads it, and a changed image, margin or
 * detector is done again with its shard and nothing else. Frames without blocks are in `blocks.missed`.
 * @param records the frames, in the order that the blocks shall have
 * @throws the signal's reason when it aborts; Error when a shard can't be written
 */
export async function preprocess(
  records: readonly FrameRecord[],
  options: PreprocessOptions,
): Promise<PreprocessResult> {
  const started = performance.now();
  const jobs = planJobs(records, options);
  const shards = await makeShards(records, options);
  const files = shards.map(({ key }) => shardFile(options.cacheDirectory, key));
  const parts: BlockSet[] = [];
  for (const [index, file] of files.entries()) {
    const part = await loadShard(file, jobs[index].records);
    if (!part) throw new Error(`Expected the shard ${file} to stay as it was written but it changed`);
    parts.push(part);
  }
  const reusedShards = shards.filter(({ reused }) => reused).length;
  return {
    blocks: concatBlocks(parts),
    shards: files,
    reusedShards,
    computedShards: shards.length - reusedShards,
    seconds: (performance.now() - started) / 1000,
  };
}
