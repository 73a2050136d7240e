import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { BLOCK_SIZE, type BlockSet } from '../core/blocks';
import { DEFAULT_MARGIN_PX } from '../core/landmarks';
import type { FrameRecord } from '../core/record';
import { startEngine } from '../engine/tensorflow';
import { isBadImage } from './bad-image';
import { computeRows } from './compute-shard';
import { concatBlocks } from './concat-blocks';
import { ALPHA_BACKGROUND, MAX_IMAGE_PIXELS } from './decode';
import { DETECTOR_SETTINGS, type FaceDetector, loadFaceDetector } from './detect';
import { DETECTION_SIDE, createImageReader } from './prepare';
import { MAX_IMAGE_BYTES } from './read-image';
import { loadShard, saveWhole } from './shard-file';
import { SHARD_SIZE, type ShardPlan, planShard } from './shard-plan';
import { decodeShard, encodeShard } from './store';

/** Where preprocessing stands, for a progress bar. */
export interface PreprocessProgress {
  /** Frames done so far, reused ones included. */
  readonly done: number;
  readonly total: number;
  /** Frames so far that have no blocks. */
  readonly missed: number;
  /** Frames so far that were read from the cache. */
  readonly reused: number;
}

/** How preprocessing runs. */
export interface PreprocessOptions {
  /** The data folder that the records' paths start from. */
  readonly root: string;
  /** Where the shards are kept. */
  readonly cacheDirectory: string;
  /** Pixels by which the boxes grow on each side; default 10. */
  readonly marginPx?: number;
  readonly onProgress?: (progress: PreprocessProgress) => void;
  /** Stops between two batches; shards that were finished stay. */
  readonly signal?: AbortSignal;
}

/** What preprocessing gives. */
export interface PreprocessResult {
  readonly blocks: BlockSet;
  readonly reusedShards: number;
  readonly computedShards: number;
  readonly seconds: number;
}

/** Changes when rows change for a reason that no other setting tells. */
const STORE_VERSION = 1;

/**
 * Finds the face in each frame and cuts its eyes and mouth blocks, shard by shard of 256 frames. Each shard is saved
 * once as an Arrow file named by all that it depends on, so a second run reads it, and a changed image, margin or
 * detector is done again with its shard and nothing else. Frames without blocks are in `blocks.missed`.
 * @param records the frames, in the order that the blocks shall have
 * @throws the signal's reason when it aborts; Error when a shard can't be written
 */
export async function preprocess(
  records: readonly FrameRecord[],
  { root, cacheDirectory, marginPx = DEFAULT_MARGIN_PX, onProgress, signal }: PreprocessOptions,
): Promise<PreprocessResult> {
  const started = performance.now();
  const settings = { marginPx, ...(await machineSettings()) };
  const reader = createImageReader(root);
  const parts: BlockSet[] = [];
  const counts = { done: 0, missed: 0, reused: 0, shards: 0 };
  const report = (done: number, missed: number, reused = 0) => {
    counts.done += done;
    counts.missed += missed;
    counts.reused += reused;
    onProgress?.({ done: counts.done, total: records.length, missed: counts.missed, reused: counts.reused });
  };
  let detector: FaceDetector | undefined;
  const compute = async (plan: ShardPlan, file: string) => {
    detector ??= await loadFaceDetector();
    const rows = await computeRows(plan.frames, { reader, detector, marginPx, onBatch: report, signal });
    const bytes = encodeShard(rows, { key: plan.key, settings: JSON.stringify(settings) });
    // A file that changed meanwhile does not fit the shard's name: such a shard is made again next time.
    if (!rows.some((row) => isBadImage(row) && row.kind === 'changed-while-reading'))
      await saveWhole(file, bytes);
    return decodeShard(
      bytes,
      plan.frames.map(({ record }) => record),
    );
  };
  try {
    for await (const plan of plans(root, records, settings)) {
      signal?.throwIfAborted();
      const file = path.join(cacheDirectory, `${plan.key}.arrow`);
      const saved = await loadShard(
        file,
        plan.frames.map(({ record }) => record),
      );
      if (saved) report(plan.frames.length, saved.missed.length, plan.frames.length);
      counts.shards += saved ? 1 : 0;
      parts.push(saved ?? (await compute(plan, file)));
    }
  } finally {
    detector?.dispose();
  }
  return {
    blocks: concatBlocks(parts),
    reusedShards: counts.shards,
    computedShards: parts.length - counts.shards,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Plans one shard ahead, so that its files are read while the one before is computed. */
async function* plans(
  root: string,
  records: readonly FrameRecord[],
  settings: Readonly<Record<string, unknown>>,
): AsyncGenerator<ShardPlan> {
  const planAt = (start: number) => planShard(root, records.slice(start, start + SHARD_SIZE), settings);
  let next = planAt(0);
  for (let start = 0; start < records.length; start += SHARD_SIZE) {
    const plan = await next;
    next = planAt(start + SHARD_SIZE);
    yield plan;
  }
  await next;
}

/** Everything but the margin that the rows depend on. */
async function machineSettings(): Promise<Readonly<Record<string, unknown>>> {
  const { backend, tensorflow, device, oneDnn } = await startEngine();
  return {
    storeVersion: STORE_VERSION,
    blockSize: BLOCK_SIZE,
    shardSize: SHARD_SIZE,
    detectionSide: DETECTION_SIDE,
    maxImageBytes: MAX_IMAGE_BYTES,
    maxImagePixels: MAX_IMAGE_PIXELS,
    alphaBackground: ALPHA_BACKGROUND,
    ...DETECTOR_SETTINGS,
    backend,
    tensorflow: tensorflow ?? null,
    device,
    oneDnn,
    tfjs: tf.version_core,
    sharp: sharp.versions.sharp ?? null,
    vips: sharp.versions.vips,
  };
}
