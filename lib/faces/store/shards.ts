import { createHash } from 'node:crypto';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { unexpected } from '../../core/errors';
import { BLOCK_SIZE, cutBlocks, DEFAULT_MARGIN_PX, MARGIN_FACE_PX, NO_FACE } from '../../core/blocks';
import type { FrameRecord } from '../../core/record';
import { expectWritable } from '../../files/project';
import { serveJobs } from '../../files/worker-process';
import { startEngine } from '../../tensor/backend';
import {
  CROPPED_SIDE,
  DETECTION_BATCH,
  DETECTOR_SETTINGS,
  type FaceDetector,
  loadFaceDetector,
} from '../detector/detect';
import { DETECTION_COPY } from '../detector/run-detectors';
import { ALPHA_BACKGROUND, type BadImage, isBadImage, MAX_IMAGE_PIXELS } from '../picture/decode';
import { isImage, MAX_IMAGE_BYTES, readBatches, readImageFile } from '../picture/read-images';
import { countRows, type FrameRow, isFaceRow, toBatch } from './rows';
import { readShard, writeStore } from './store';

/** Number of frames in a shard. It is constant, so that the same frames are always in the same batches. */
export const SHARD_SIZE = 256;

/** Increment when the rows change although no other setting changes. */
const STORE_VERSION = 3;

/** Maximum number of cropped faces in a batch. */
const CROPPED_BATCH = 32;

const CONCURRENT_READS = 8;

/** Settings for cutting faces out of images. */
export interface CutSettings {
  /** Pixels by which the boxes of eyes and mouth grow on each side, at a face of 117 pixels. */
  readonly marginPx: number;
  /** Whether the margin is the same for faces of all sizes, as in the original; default false. */
  readonly fixedMargin?: boolean;
  /** Whether the images are cropped faces, in which no face has to be detected; default false. */
  readonly cropped?: boolean;
  /** Whether the whole face is cut out too; default false. */
  readonly wholeFace?: boolean;
}

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
    throw unexpected('an integer of at least 1', 'shardSize', shardSize);
  const [root, cacheDirectory] = [options.root, options.cacheDirectory].map((folder) => path.resolve(folder));
  return Array.from({ length: Math.ceil(records.length / shardSize) }, (_, index) => {
    const own = records.slice(index * shardSize, (index + 1) * shardSize);
    return { root, cacheDirectory, marginPx, fixedMargin, cropped, wholeFace, records: own };
  });
}

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

/** Computes shards one after the other; while one is computed, the files of the next one are read. */
export interface ShardWorker {
  /**
   * Computes a shard, or finds it in the cache.
   * @param onDone called with the number of frames of each batch, or of a shard that is in the cache
   * @throws Error when the shard cannot be written
   */
  run(job: ShardJob, onDone?: (frames: number) => void): Promise<StoredShard>;
  /** Frees the networks. No shard may be in progress. */
  stop(): void;
}

/** Creates a worker in this process. The networks are loaded when the first shard has to be computed. */
export function createShardWorker(): ShardWorker {
  let detector: Promise<FaceDetector> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const make = async (
    job: ShardJob,
    { frames, settings }: Plan,
    onDone?: (frames: number) => void,
  ): Promise<StoredShard> => {
    const fileOf = (key: string) => path.join(job.cacheDirectory, `${key}.arrow`);
    const file = fileOf(keyOf(frames, settings));
    const stored = await readShard(file);
    if (stored?.numRows === frames.length) {
      onDone?.(frames.length);
      return { file, ...countRows(stored), reused: true };
    }
    expectWritable(job.cacheDirectory);
    detector ??= loadFaceDetector();
    const rows = await computeRows(frames, { ...job, onDone, detector: await detector });
    // The next run finds a file that changed after planning in its new state, and computes its own shard.
    const found = frames.map((frame, index) => {
      const row = rows[index];
      return !isFaceRow(row) && row.kind === 'changed-while-reading' ? { ...frame, content: row } : frame;
    });
    const key = keyOf(found, settings);
    const batch = toBatch(rows);
    await writeStore(fileOf(key), [batch], { key, settings: JSON.stringify(settings) });
    return { file: fileOf(key), ...countRows(batch), reused: false };
  };
  return {
    run: async (job, onDone) => {
      const planned = planShard(job);
      const done = turn.then(async () => make(job, await planned, onDone));
      turn = done.catch(() => undefined);
      planned.catch(() => undefined);
      return done;
    },
    // If the networks could not be loaded, there is nothing to dispose; `run` has thrown the error.
    stop: () => void detector?.then((loaded) => loaded.dispose()).catch(() => undefined),
  };
}

/** A frame and the state of its file. */
interface PlannedFrame<R = FrameRecord> {
  readonly record: R;
  /** Expected SHA-256 of the file, hexadecimal, or why it cannot be read; undefined: not known. */
  readonly content?: string | (Pick<BadImage, 'reason'> & { readonly kind: string });
}

/** Everything that a shard's rows depend on. */
interface Plan {
  readonly frames: readonly PlannedFrame[];
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
}

/** Starts the engine, reads a shard's files and collects what its rows depend on. */
async function planShard({ root, records, ...cut }: ShardJob): Promise<Plan> {
  const { backend, tensorflow, device, oneDnn } = await startEngine();
  const frames: PlannedFrame[] = [];
  const work = records.entries();
  const readAll = async () => {
    // All readers take from the same iterator.
    for (const [index, record] of work) {
      const file = await readImageFile(root, record.path);
      frames[index] = { record, content: isBadImage(file) ? file : file.sha256 };
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

/** Computes a shard's key, SHA-256 in hexadecimal. */
function keyOf(frames: Plan['frames'], settings: Plan['settings']): string {
  const parts = [
    Object.entries(settings).sort(([one], [other]) => (one < other ? -1 : 1)),
    frames.map(({ record: { path: name, character, emotion, clip, frame }, content }) => {
      const state = typeof content === 'object' ? `${content.kind}: ${content.reason}` : content;
      return [name, character, emotion, clip ?? null, frame ?? null, state];
    }),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Finds the largest face of each frame and cuts its blocks.
 * @param options.root the data folder that the records' paths are relative to
 * @returns a row per frame, in the same order
 */
export async function computeRows<R extends Pick<FrameRecord, 'path'>>(
  frames: readonly PlannedFrame<R>[],
  options: CutSettings & {
    readonly root: string;
    readonly detector: FaceDetector;
    readonly onDone?: (frames: number) => void;
  },
): Promise<FrameRow<R>[]> {
  const { root, detector, onDone, marginPx, fixedMargin, cropped, wholeFace } = options;
  const cut = { marginPx, faceSizePx: fixedMargin ? undefined : MARGIN_FACE_PX, wholeFace };
  const batches = readBatches(frames, {
    read: (frame) => readPlanned(root, frame),
    nameOf: ({ record }) => record.path,
    size: cropped ? CROPPED_BATCH : DETECTION_BATCH,
  });
  const rows: FrameRow<R>[] = [];
  for await (const batch of batches) {
    const images = batch.flatMap(({ image }) => (isImage(image) ? [image] : []));
    const faces = (await detector.find(images, cropped ? 'cropped' : 'largest')).values();
    const done = batch.map(({ item: { record }, image }): FrameRow<R> => {
      if (!isImage(image)) return { record, ...image };
      const [face] = faces.next().value!;
      if (!face)
        return {
          record,
          kind: NO_FACE,
          reason: `Expected a face in ${record.path} but the detectors found none`,
        };
      const blocks = cutBlocks(image, face.landmarks, cut);
      if (blocks.kind !== 'blocks') return { record, ...blocks, reason: `${blocks.reason} (${record.path})` };
      return { record, ...face, ...blocks, imageSize: { width: image.width, height: image.height } };
    });
    rows.push(...done);
    onDone?.(done.length);
  }
  return rows;
}

async function readPlanned(root: string, { record, content }: PlannedFrame<Pick<FrameRecord, 'path'>>) {
  if (typeof content === 'object') return content;
  const file = await readImageFile(root, record.path);
  if (isBadImage(file)) return file;
  if (content === undefined || file.sha256 === content) return file.bytes;
  const reason = `Expected ${record.path} to stay as it is but it changed while the folder was read`;
  return { kind: 'changed-while-reading', reason };
}

// `preprocess` runs this file as a worker process.
if (require.main === module) serveJobs<ShardJob, number, StoredShard>(createShardWorker().run);
