import path from 'node:path';
import type { BlockSet } from '../../core/blocks';
import type { RgbImage } from '../../core/image';
import type { CutFailure } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { expectWritable } from '../../files/project';
import {
  type CutSettings,
  hasBlocks,
  findAndCutFaces,
  type FaceWithBlocks,
  findLargest,
} from '../detector/find-faces';
import { CROPPED_BATCH, DETECTION_BATCH, type FaceDetector, loadFaceDetector } from '../detector/detect';
import { type BadImage, isBadImage } from '../picture/decode';
import { isImage, readBatches, readImageFile } from '../picture/read-images';
import { countRows, type FrameRow, isFaceRow, toBatch, toBlocks } from './rows';
import { keyOfShard, type PlannedFrame, planShard, type ShardJob, type ShardPlan } from './shard-plan';
import { readShard, writeStore } from './store';

/** A shard in the cache. It can be sent as JSON. */
export interface StoredShard {
  /** Absolute path. */
  readonly file: string;
  readonly frames: number;
  /** Number of frames without blocks. */
  readonly missed: number;
  /** Number of cropped faces with assumed landmarks. */
  readonly assumed: number;
  /** Whether it was in the cache already. */
  readonly reused: boolean;
}

/** Number of frames of a computed batch, and how many of them have no blocks. */
export type BatchCounts = readonly [frames: number, missed: number];

/** Computes shards one after the other; while one is computed, the files of the next one are read. */
export interface ShardWorker {
  /**
   * Computes a shard, or finds it in the cache.
   * @param hooks.onBatch called after each computed batch
   * @param hooks.onBlocks called with the shard's blocks when it is in the cache; without it they are not decoded
   * @throws Error when the shard cannot be written
   */
  run(job: ShardJob, hooks?: ShardHooks): Promise<StoredShard>;
  /** Frees the networks. No shard may be in progress. */
  dispose(): void;
}

interface ShardHooks {
  readonly onBatch?: (batch: BatchCounts) => void;
  readonly onBlocks?: (blocks: BlockSet) => void;
}

/** Creates a worker in this process. The networks are loaded when the first shard has to be computed. */
export function createShardWorker(): ShardWorker {
  let detector: Promise<FaceDetector> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const make = async (job: ShardJob, plan: ShardPlan, { onBatch, onBlocks }: ShardHooks) => {
    const fileOf = (key: string) => path.join(job.cacheDirectory, `${key}.arrow`);
    let file = fileOf(keyOfShard(plan));
    let batch = await readShard(file);
    const reused = batch?.numRows === job.records.length;
    if (!batch || !reused) {
      expectWritable(job.cacheDirectory);
      detector ??= loadFaceDetector();
      const rows = await computeRows(plan.frames, { ...job, onBatch, detector: await detector });
      const key = keyOfShard(plan, rows);
      file = fileOf(key);
      batch = toBatch(rows);
      await writeStore(file, [batch], { key, settings: JSON.stringify(plan.settings) });
    }
    onBlocks?.(toBlocks(batch, job.records));
    return { file, ...countRows(batch), reused };
  };
  return {
    run: async (job, hooks = {}) => {
      const planned = planShard(job);
      const done = turn.then(async () => make(job, await planned, hooks));
      turn = done.catch(() => undefined);
      planned.catch(() => undefined);
      return done;
    },
    // If the networks could not be loaded, there is nothing to dispose; `run` has thrown the error.
    dispose: () => void detector?.then((loaded) => loaded.dispose()).catch(() => undefined),
  };
}

interface ComputeOptions extends CutSettings {
  readonly root: string;
  readonly detector: FaceDetector;
  readonly onBatch?: (batch: BatchCounts) => void;
}

/**
 * Finds the largest face of each frame and cuts its blocks.
 * @param options.root the data folder that the records' paths are relative to
 * @returns a row per frame, in the same order
 */
export async function computeRows<R extends Pick<FrameRecord, 'path'>>(
  frames: readonly PlannedFrame<R>[],
  { root, detector, onBatch, ...settings }: ComputeOptions,
): Promise<FrameRow<R>[]> {
  const find = findLargest(detector, settings);
  const batches = readBatches(frames, {
    read: async (frame) => frame.bad ?? readPlanned(root, frame),
    nameOf: ({ record }) => record.path,
    size: settings.cropped ? CROPPED_BATCH : DETECTION_BATCH,
  });
  const rows: FrameRow<R>[] = [];
  for await (const batch of batches) {
    const images = batch.flatMap(({ image }) => (isImage(image) ? [image] : []));
    const faces = (await findAndCutFaces(images, { ...settings, find })).values();
    const done = batch.map(({ item: { record }, image }) =>
      isBadImage(image) ? { record, ...image } : toRow(record, image, faces.next().value?.[0]),
    );
    rows.push(...done);
    onBatch?.([done.length, done.filter((row) => !isFaceRow(row)).length]);
  }
  return rows;
}

function toRow<R extends Pick<FrameRecord, 'path'>>(
  record: R,
  { width, height }: RgbImage,
  face: FaceWithBlocks | CutFailure | undefined,
): FrameRow<R> {
  if (!face)
    return {
      record,
      kind: 'no-face',
      reason: `Expected a face in ${record.path} but the detectors found none`,
    };
  if (!hasBlocks(face)) return { record, ...face, reason: `${face.reason} (${record.path})` };
  return { record, ...face, imageSize: { width, height } };
}

async function readPlanned(root: string, { record, sha256 }: PlannedFrame<Pick<FrameRecord, 'path'>>) {
  const file = await readImageFile(root, record.path);
  if (isBadImage(file)) return file;
  if (!sha256 || file.sha256 === sha256) return file.bytes;
  const reason = `Expected ${record.path} to stay as it is but it changed while the folder was read`;
  return { kind: 'changed-while-reading', reason } satisfies BadImage;
}
