import type { SkippedFrame } from '../../core/blocks';
import type { CutFailure } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { type BadImage, isBadImage } from '../picture/decode';
import { type CutSettings, isSeen, lookAtImages, type SeenFace } from '../detector/cut-faces';
import { CROPPED_BATCH, DETECTION_BATCH, type FaceDetector } from '../detector/detect';
import { findLargest } from '../detector/face-finder';
import { isImage, readBatches } from '../picture/read-batches';
import { readImageFile } from '../picture/read-file';

/** What a row is computed from: a file, by its path from the data folder. */
export type FileRecord = Pick<FrameRecord, 'path'>;

/** A frame, and what its file turned out to be. */
export interface PlannedFrame<R extends FileRecord = FrameRecord> {
  readonly record: R;
  /** What the file's bytes must hash to; default: anything. */
  readonly sha256?: string;
  /** Why the file could not be read, so that it is not read again. */
  readonly bad?: BadImage;
}

/** A frame with a face: what was found, and what was cut. */
export interface FaceRow<R = FrameRecord> extends Omit<SeenFace, 'detector'> {
  readonly record: R;
  readonly detector: string;
  /** Size of the image in pixels, after its EXIF rotation. */
  readonly imageSize: { readonly width: number; readonly height: number };
}

/** What preprocessing gives for one frame: blocks, or the reason why there are none. */
export type FrameRow<R = FrameRecord> = FaceRow<R> | SkippedFrame<R>;

/** Tells whether a frame has blocks. */
export function isFaceRow<R>(row: FrameRow<R>): row is FaceRow<R> {
  return 'eyes' in row;
}

/** How rows are computed. */
export interface ComputeOptions extends CutSettings {
  /** The data folder that the records' paths start from. */
  readonly root: string;
  readonly detector: FaceDetector;
  /** Called after each batch with the number of frames that it had. */
  readonly onBatch?: (frames: number, missed: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Computes the rows of some frames: the largest face of each.
 * @returns a row a frame, in the same order
 * @throws the signal's reason when it aborts, between two batches
 */
export async function computeRows<R extends FileRecord>(
  frames: readonly PlannedFrame<R>[],
  { root, detector, onBatch, signal, ...settings }: ComputeOptions,
): Promise<FrameRow<R>[]> {
  const { cropped } = settings;
  const size = cropped ? CROPPED_BATCH : DETECTION_BATCH;
  const read = (frame: PlannedFrame<R>) => frame.bad ?? readUnchanged(root, frame);
  const find = findLargest(detector, { cropped });
  const rows: FrameRow<R>[] = [];
  const nameOf = ({ record }: PlannedFrame<R>) => record.path;
  for await (const batch of readBatches(frames, { read: async (frame) => read(frame), nameOf, size })) {
    signal?.throwIfAborted();
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

function toRow<R extends FileRecord>(
  record: R,
  { width, height }: { readonly width: number; readonly height: number },
  face: SeenFace | CutFailure | undefined,
): FrameRow<R> {
  if (!face) {
    const reason = `Expected a face in ${record.path} but the detectors found none`;
    return { record, kind: 'no-face', reason };
  }
  if (!isSeen(face)) return { record, ...face, reason: `${face.reason} (${record.path})` };
  return { record, ...face, imageSize: { width, height } };
}

async function readUnchanged<R extends FileRecord>(
  root: string,
  { record, sha256 }: PlannedFrame<R>,
): Promise<Buffer | BadImage> {
  const file = await readImageFile(root, record.path);
  if (isBadImage(file)) return file;
  if (!sha256 || file.sha256 === sha256) return file.bytes;
  const reason = `Expected ${record.path} to stay as it is but it changed while the folder was read`;
  return { kind: 'changed-while-reading', reason };
}
