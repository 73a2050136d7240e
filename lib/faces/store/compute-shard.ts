import type { BlockSet } from '../../core/blocks';
import type { RgbImage } from '../../core/image';
import type { CutFailure } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { expectWritable } from '../../files/project';
import { type CutSettings, isSeen, lookAtImages, type SeenFace } from '../detector/cut-faces';
import { CROPPED_BATCH, DETECTION_BATCH, type FaceDetector, loadFaceDetector } from '../detector/detect';
import { findLargest } from '../detector/face-finder';
import { type BadImage, isBadImage } from '../picture/decode';
import { isImage, readBatches } from '../picture/read-batches';
import { readImageFile } from '../picture/read-file';
import { keyOfShard, type PlannedFrame, planShard, shardFile, type ShardJob, type ShardPlan } from './plan';
import { countRows, type FrameRow, isFaceRow, toBatch, toBlocks } from './rows';
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
  /** Whether an earlier run made it. */
  readonly reused: boolean;
}

/** Callbacks while a shard is made. */
export interface ShardHooks {
  /** Receives the number of frames, and of those without blocks, of each computed batch. */
  readonly onBatch?: (frames: number, missed: number) => void;
  /** Receives the shard's blocks, once it is in the cache; without it they are not decoded. */
  readonly onBlocks?: (blocks: BlockSet) => void;
}

/** Makes shards one after the other; while one is computed, the files of the next are read. */
export interface ShardWorker {
  /**
   * Makes a shard, or finds it in the cache.
   * @throws Error when the shard cannot be written
   */
  run(job: ShardJob, hooks?: ShardHooks): Promise<StoredShard>;
  /** Frees the networks. No shard may be in progress. */
  dispose(): void;
}

/** Creates a worker in this process. The networks are loaded when the first shard has to be computed. */
export function createShardWorker(): ShardWorker {
  let detector: Promise<FaceDetector> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const make = async (job: ShardJob, plan: ShardPlan, hooks: ShardHooks): Promise<StoredShard> => {
    const file = shardFile(job.cacheDirectory, keyOfShard(plan));
    const saved = await readShard(file);
    const reused = saved?.numRows === job.records.length;
    if (!reused) expectWritable(job.cacheDirectory);
    const made = reused
      ? { file, batch: saved }
      : await computeShard(job, plan, { ...hooks, detector: await (detector ??= loadFaceDetector()) });
    hooks.onBlocks?.(toBlocks(made.batch, job.records));
    return { file: made.file, ...countRows(made.batch), reused };
  };
  return {
    run: async (job, hooks = {}) => {
      const planned = planShard(job);
      const done = turn.then(async () => make(job, await planned, hooks));
      turn = done.catch(() => undefined);
      planned.catch(() => undefined);
      return done;
    },
    // Networks that could not be loaded need no disposal; the caller of run has received the error.
    dispose: () => void detector?.then((loaded) => loaded.dispose()).catch(() => undefined),
  };
}

async function computeShard(job: ShardJob, plan: ShardPlan, hooks: Omit<ComputeOptions, keyof ShardJob>) {
  const rows = await computeRows(plan.frames, { ...job, ...hooks });
  const key = keyOfShard(plan, rows);
  const file = shardFile(job.cacheDirectory, key);
  const batch = toBatch(rows);
  await writeStore(file, [batch], { key, settings: JSON.stringify(plan.settings) });
  return { file, batch };
}

/** How rows are computed. */
export interface ComputeOptions extends CutSettings {
  /** The data folder that the records' paths are relative to. */
  readonly root: string;
  readonly detector: FaceDetector;
  /** Receives the number of frames, and of those without blocks, of each batch. */
  readonly onBatch?: (frames: number, missed: number) => void;
}

/**
 * Finds the largest face of each frame and cuts its blocks.
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
    const faces = (await lookAtImages(images, { ...settings, find })).values();
    const done = batch.map(({ item: { record }, image }) =>
      isBadImage(image) ? { record, ...image } : toRow(record, image, faces.next().value?.[0]),
    );
    rows.push(...done);
    onBatch?.(done.length, done.filter((row) => !isFaceRow(row)).length);
  }
  return rows;
}

function toRow<R extends Pick<FrameRecord, 'path'>>(
  record: R,
  { width, height }: RgbImage,
  face: SeenFace | CutFailure | undefined,
): FrameRow<R> {
  if (!face) {
    const reason = `Expected a face in ${record.path} but the detectors found none`;
    return { record, kind: 'no-face', reason };
  }
  if (!isSeen(face)) return { record, ...face, reason: `${face.reason} (${record.path})` };
  return { record, ...face, imageSize: { width, height } };
}

async function readPlanned(
  root: string,
  { record, sha256 }: PlannedFrame<Pick<FrameRecord, 'path'>>,
): Promise<Buffer | BadImage> {
  const file = await readImageFile(root, record.path);
  if (isBadImage(file)) return file;
  if (!sha256 || file.sha256 === sha256) return file.bytes;
  const reason = `Expected ${record.path} to stay as it is but it changed while the folder was read`;
  return { kind: 'changed-while-reading', reason };
}
