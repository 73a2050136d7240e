import { createHash } from 'node:crypto';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { BLOCK_SIZE } from '../../core/blocks';
import { DEFAULT_MARGIN_PX, MARGIN_FACE_PX } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { startEngine } from '../../tensor/backend';
import { type CutSettings, CROPPED_SIDE } from '../detector/find-faces';
import { CROPPED_BATCH, DETECTOR_SETTINGS } from '../detector/detect';
import { DETECTION_COPY } from '../detector/resize';
import { ALPHA_BACKGROUND, type BadImage, isBadImage, MAX_IMAGE_PIXELS } from '../picture/decode';
import { MAX_IMAGE_BYTES, readImageFile } from '../picture/read-images';
import { type FrameRow, isFaceRow } from './rows';

/** Number of frames in a shard. It is constant, so that the same frames are always in the same batches. */
export const SHARD_SIZE = 256;

/** Increment when the rows change although no other setting changes. */
const STORE_VERSION = 3;

const CONCURRENT_READS = 8;

/** Settings of the blocks, the folders, and the size of shards. */
export interface PlanOptions extends Partial<CutSettings> {
  /** The data folder that the records' paths are relative to. */
  readonly root: string;
  /** The folder of the shards. */
  readonly cacheDirectory: string;
  /** Number of frames in a shard; default {@link SHARD_SIZE}. Another size gives other shards. */
  readonly shardSize?: number;
}

/** All that a worker on any machine needs to compute a shard; folders are absolute. It can be sent as JSON. */
export interface ShardJob extends CutSettings, Pick<PlanOptions, 'root' | 'cacheDirectory'> {
  readonly records: readonly FrameRecord[];
}

/**
 * Divides a data set into shards.
 * @returns a job per shard, in the data set's order
 * @throws RangeError for a size below 1
 */
export function planJobs(records: readonly FrameRecord[], options: PlanOptions): ShardJob[] {
  const { shardSize = SHARD_SIZE, marginPx = DEFAULT_MARGIN_PX, fixedMargin, cropped, wholeFace } = options;
  if (!Number.isInteger(shardSize) || shardSize < 1)
    throw new RangeError(`Expected an integer of at least 1 for shardSize but received ${shardSize}`);
  const [root, cacheDirectory] = [options.root, options.cacheDirectory].map((folder) => path.resolve(folder));
  return Array.from({ length: Math.ceil(records.length / shardSize) }, (_, index) => {
    const own = records.slice(index * shardSize, (index + 1) * shardSize);
    return { root, cacheDirectory, marginPx, fixedMargin, cropped, wholeFace, records: own };
  });
}

/** A frame and the state of its file. */
export interface PlannedFrame<R extends Pick<FrameRecord, 'path'> = FrameRecord> {
  readonly record: R;
  /** Expected SHA-256 of the file, hexadecimal; undefined: not checked. */
  readonly sha256?: string;
  /** The reason if the file could not be read; it is not read again. */
  readonly bad?: BadImage;
}

/** Everything that a shard's rows depend on. */
export interface ShardPlan {
  readonly frames: readonly PlannedFrame[];
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

/** Starts the engine, reads a shard's files and collects what its rows depend on. */
export async function planShard({ root, records, ...cut }: ShardJob): Promise<ShardPlan> {
  const { backend, tensorflow, device, oneDnn } = await startEngine();
  const frames: PlannedFrame[] = [];
  const work = records.entries();
  const readAll = async () => {
    // All readers take from the same iterator.
    for (const [index, record] of work) {
      const file = await readImageFile(root, record.path);
      frames[index] = isBadImage(file) ? { record, bad: file } : { record, sha256: file.sha256 };
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, readAll));
  const settings = {
    marginPx: cut.marginPx,
    storeVersion: STORE_VERSION,
    blockSize: BLOCK_SIZE,
    croppedSide: cut.cropped ? CROPPED_SIDE : null,
    croppedBatch: cut.cropped ? CROPPED_BATCH : null,
    marginFacePx: cut.fixedMargin ? null : MARGIN_FACE_PX,
    wholeFace: cut.wholeFace ?? false,
    detectionSide: DETECTION_COPY.side,
    detectionArea: DETECTION_COPY.area,
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
  return { frames, settings };
}

/**
 * Computes a shard's key from everything that its rows depend on.
 * @param rows the computed rows: a file that changed after planning counts as one that could not be read, so the next run,
 *   which finds the changed file, computes its own shard
 * @returns SHA-256 in hexadecimal
 */
export function keyOfShard({ frames, settings }: ShardPlan, rows?: readonly FrameRow[]): string {
  const sorted = Object.keys(settings).sort();
  const parts = [
    sorted.map((name) => [name, settings[name]]),
    frames.map(({ record: { path: name, character, emotion, clip, frame }, sha256, bad }, index) => {
      const row = rows?.[index];
      const hasChanged = row && !isFaceRow(row) && row.kind === 'changed-while-reading';
      const reason = hasChanged ? row : bad;
      const content = reason ? `${reason.kind}: ${reason.reason}` : sha256;
      return [name, character, emotion, clip ?? null, frame ?? null, content];
    }),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
