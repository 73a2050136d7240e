import path from 'node:path';
import type { FrameRecord } from '../../core/record';
import { expectWritable } from '../../files/project';
import type { CutSettings } from '../detector/cut-faces';
import { type FaceDetector, loadFaceDetector } from '../detector/detect';
import { computeRows, isFaceRow } from './frame-rows';
import { gatherSettings } from './settings';
import { saveWhole } from '../../files/whole-file';
import { loadShard } from './shard-file';
import { type ShardPlan, amendPlan, planShard } from './shard-plan';
import { encodeShard } from './store';
import { countAssumed } from '../detector/usual-landmarks';

/** All that a worker, on whatever machine, needs to know to make a shard. It can be sent as JSON. */
export interface ShardJob extends CutSettings {
  /** The data folder that the records' paths start from, absolute. */
  readonly root: string;
  /** Where the shards are kept, absolute. */
  readonly cacheDirectory: string;
  readonly records: readonly FrameRecord[];
}

/** A shard that lies in the cache. */
export interface StoredShard {
  /** Its name: `<key>.arrow`. */
  readonly key: string;
  readonly frames: number;
  /** How many of them have no blocks. */
  readonly missed: number;
  /** How many are cropped faces with assumed landmarks. */
  readonly assumed: number;
  /** Whether it was there already. */
  readonly reused: boolean;
}

/** What is told while a shard is computed. */
export interface ShardHooks {
  /** Called after each batch with the number of frames that it had. */
  readonly onBatch?: (frames: number, missed: number) => void;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/** Makes shards one after the other; the files of the next are read while the one before is computed. */
export interface ShardWorker {
  /**
   * Makes a shard, unless the cache has it whole.
   * @throws the signal's reason when it aborts; Error when the shard can't be written
   */
  run(job: ShardJob, hooks?: ShardHooks): Promise<StoredShard>;
  /** Frees the networks. No shard may be in the making. */
  dispose(): void;
}

/** Gives a shard's file in a cache. */
export function shardFile(cacheDirectory: string, key: string): string {
  return path.join(cacheDirectory, `${key}.arrow`);
}

/** Builds a worker of this process. The networks are loaded when the first shard has to be computed. */
export function createShardWorker(): ShardWorker {
  let detector: Promise<FaceDetector> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const finish = async (job: ShardJob, plan: ShardPlan, hooks: ShardHooks): Promise<StoredShard> => {
    hooks.signal?.throwIfAborted();
    const saved = await loadShard(shardFile(job.cacheDirectory, plan.key), job.records);
    if (saved) {
      const assumed = countAssumed(saved.detectors ?? []);
      return {
        key: plan.key,
        frames: job.records.length,
        missed: saved.skipped.length,
        assumed,
        reused: true,
      };
    }
    expectWritable(job.cacheDirectory);
    detector ??= loadFaceDetector();
    return computeShard(job, plan, { ...hooks, detector: await detector });
  };
  return {
    run: async (job, hooks = {}) => {
      const planned = gatherSettings(job).then((settings) => planShard(job.root, job.records, settings));
      const done = turn.then(async () => finish(job, await planned, hooks));
      turn = done.catch(() => undefined);
      planned.catch(() => undefined);
      return done;
    },
    // Networks that could not be loaded need no freeing; whoever asked for them was told.
    dispose: () => void detector?.then((loaded) => loaded.dispose()).catch(() => undefined),
  };
}

async function computeShard(
  { root, cacheDirectory, ...settings }: ShardJob,
  plan: ShardPlan,
  { detector, onBatch, signal }: ShardHooks & { readonly detector: FaceDetector },
): Promise<StoredShard> {
  const rows = await computeRows(plan.frames, { ...settings, root, detector, onBatch, signal });
  const { key, settings: all } = amendPlan(plan, rows);
  const bytes = encodeShard(rows, { key, settings: JSON.stringify(all) });
  await saveWhole(shardFile(cacheDirectory, key), bytes);
  const faces = rows.filter(isFaceRow);
  const assumed = countAssumed(faces.map(({ detector: name }) => name));
  return { key, frames: rows.length, missed: rows.length - faces.length, assumed, reused: false };
}
