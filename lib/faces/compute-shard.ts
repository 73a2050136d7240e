import type { MissedFrame } from '../core/blocks';
import type { Box } from '../core/geometry';
import { FACE_SIZE } from '../core/face-set';
import { cutBlocks, cutFace, scaleMargin } from '../core/landmarks';
import type { FrameRecord } from '../core/record';
import { type BadImage, isBadImage } from './bad-image';
import { CROPPED_BATCH, DETECTION_BATCH, type Face, type FaceDetector } from './detect';
import type { FrameRow } from './frame-row';
import type { ImageReader, PreparedImage } from './prepare';
import type { CutSettings } from './settings';

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

/** How rows are computed. */
export interface ComputeOptions extends CutSettings {
  readonly reader: ImageReader;
  readonly detector: FaceDetector;
  /** Called after each batch with the number of frames that it had. */
  readonly onBatch?: (frames: number, missed: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Computes the rows of some frames. While a batch is looked at, the next is decoded and the one after it is read: a
 * file takes many short waits, none of which ends while a network computes. At most three batches of images are in
 * memory.
 * @returns a row a frame, in the same order
 * @throws the signal's reason when it aborts, between two batches
 */
export async function computeRows<R extends FileRecord>(
  frames: readonly PlannedFrame<R>[],
  { reader, detector, onBatch, signal, ...settings }: ComputeOptions,
): Promise<FrameRow<R>[]> {
  const size = settings.cropped ? CROPPED_BATCH : DETECTION_BATCH;
  const load = (start: number) =>
    Promise.all(
      frames.slice(start, start + size).map(async ({ record, sha256, bad }) => ({
        record,
        image: bad ?? (await reader.read(record.path, sha256)),
      })),
    );
  const rows: FrameRow<R>[] = [];
  const ahead: ReturnType<typeof load>[] = [];
  const begin = (start: number) => {
    const batch = load(start);
    // Should one fail before its turn, its turn tells: until then nobody awaits it, which would end the process.
    batch.catch(() => undefined);
    ahead.push(batch);
  };
  begin(0);
  begin(size);
  for (let start = 0; start < frames.length; start += size) {
    const batch = (await ahead.shift())!;
    signal?.throwIfAborted();
    begin(start + 2 * size);
    const done = await computeBatch(batch, detector, settings);
    rows.push(...done);
    onBatch?.(done.length, done.filter((row) => 'kind' in row).length);
  }
  return rows;
}

type LoadedFrame<R> = { readonly record: R; readonly image: Awaited<ReturnType<ImageReader['read']>> };

async function computeBatch<R extends FileRecord>(
  batch: readonly LoadedFrame<R>[],
  detector: FaceDetector,
  settings: CutSettings,
): Promise<FrameRow<R>[]> {
  const images = batch.flatMap(({ image }) => (isBadImage(image) ? [] : [image]));
  const faces = await detector.detect(
    images.map(({ small }) => small),
    { cropped: settings.cropped },
  );
  const faceOf = new Map(images.map((image, index) => [image, faces[index]]));
  const rows: FrameRow<R>[] = [];
  for (const { record, image } of batch)
    rows.push(
      isBadImage(image)
        ? { record, ...image }
        : await toRow(record, image, { face: faceOf.get(image), settings }),
    );
  return rows;
}

async function toRow<R extends FileRecord>(
  record: R,
  image: PreparedImage,
  { face, settings }: { readonly face: Face | undefined; readonly settings: CutSettings },
): Promise<FrameRow<R>> {
  if (!face) return noFace(record);
  const { detector, score, box, landmarks } = toImagePixels(face, image);
  const gray = await image.gray();
  if (isBadImage(gray)) return { record, ...gray };
  const { fixedMargin, wholeFace } = settings;
  const marginPx = fixedMargin ? settings.marginPx : scaleMargin(settings.marginPx, landmarks);
  const blocks = cutBlocks(gray, landmarks, { marginPx });
  if (blocks.kind !== 'blocks') return { record, ...blocks, reason: `${blocks.reason} (${record.path})` };
  const { eyes, mouth, eyesBox, mouthBox } = blocks;
  const imageSize = { width: image.width, height: image.height };
  const row = { record, detector, score, faceBox: box, imageSize, landmarks, eyes, mouth, eyesBox, mouthBox };
  return wholeFace ? { ...row, wholeFace: cutFace(gray, landmarks, FACE_SIZE) } : row;
}

function noFace<R extends FileRecord>(record: R): MissedFrame<R> {
  const reason = `Expected a face in ${record.path} but the detectors found none`;
  return { record, kind: 'no-face', reason };
}

/** Takes a face that was found in the small copy to the pixels of the whole image. */
function toImagePixels(face: Face, { width, height, small }: PreparedImage): Face {
  const [across, down] = [width / small.width, height / small.height];
  if (across === 1 && down === 1) return face;
  const { x, y, width: boxWidth, height: boxHeight } = face.box;
  const box: Box = { x: x * across, y: y * down, width: boxWidth * across, height: boxHeight * down };
  const landmarks = face.landmarks.map((value, index) => value * (index % 2 === 0 ? across : down));
  return { ...face, box, landmarks };
}
