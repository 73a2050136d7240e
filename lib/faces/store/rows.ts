import * as arrow from 'apache-arrow';
import { BLOCK_SIZE, type BlockSet, type SkippedFrame, FACE_SIZE, type FaceSet } from '../../core/blocks';
import type { Emotion } from '../../core/emotions';
import type { Box } from '../../core/geometry';
import { LANDMARK_COORDINATES } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import type { SeenFace } from '../detector/cut-faces';
import { countAssumed } from '../detector/usual-landmarks';

const BLOCK_LENGTH = BLOCK_SIZE * BLOCK_SIZE;

/** A frame with a face. */
export interface FaceRow<R = FrameRecord> extends Omit<SeenFace, 'detector'> {
  readonly record: R;
  readonly detector: string;
  /** Size of the image in pixels, after its EXIF rotation. */
  readonly imageSize: { readonly width: number; readonly height: number };
}

/** The result of preprocessing one frame: its face, or the reason why there are no blocks. */
export type FrameRow<R = FrameRecord> = FaceRow<R> | SkippedFrame<R>;

/** Checks whether a frame has blocks. */
export function isFaceRow<R>(row: FrameRow<R>): row is FaceRow<R> {
  return 'eyes' in row;
}

/**
 * Converts rows to an Arrow record batch, one row per frame, with pictures and landmarks as lists of fixed length. A skipped
 * frame has `kind` and `reason`, and null in the columns of a face.
 * @param rows one or more frames
 */
export function toBatch(rows: readonly FrameRow[]): arrow.RecordBatch {
  const values = (type: arrow.DataType, pick: (row: FrameRow) => string | number | undefined) =>
    arrow.vectorFromArray(
      rows.map((row) => pick(row) ?? null),
      type,
    ).data[0];
  const texts = (pick: (row: FrameRow) => string | undefined) => values(new arrow.Utf8(), pick);
  const bytes = (length: number, pick: (row: FaceRow) => Uint8Array) =>
    listColumn(rows, new arrow.Uint8(), new Uint8Array(rows.length * length), pick);
  const floats = (length: number, pick: (row: FaceRow) => ArrayLike<number>) =>
    listColumn(rows, new arrow.Float32(), new Float32Array(rows.length * length), pick);
  const columns: Record<string, arrow.Data> = {
    path: texts(({ record }) => record.path),
    character: texts(({ record }) => record.character),
    emotion: texts(({ record }) => record.emotion),
    clip: texts(({ record }) => record.clip),
    frame: values(new arrow.Int32(), ({ record }) => record.frame),
    kind: texts((row) => (isFaceRow(row) ? undefined : row.kind)),
    reason: texts((row) => (isFaceRow(row) ? undefined : row.reason)),
    detector: texts((row) => (isFaceRow(row) ? row.detector : undefined)),
    score: values(new arrow.Float32(), (row) => (isFaceRow(row) ? row.score : undefined)),
    imageSize: floats(2, ({ imageSize }) => [imageSize.width, imageSize.height]),
    faceBox: floats(4, ({ box }) => boxValues(box)),
    landmarks: floats(LANDMARK_COORDINATES, ({ landmarks }) => landmarks),
    eyesBox: floats(4, ({ eyesBox }) => boxValues(eyesBox)),
    mouthBox: floats(4, ({ mouthBox }) => boxValues(mouthBox)),
    eyes: bytes(BLOCK_LENGTH, ({ eyes }) => eyes),
    mouth: bytes(BLOCK_LENGTH, ({ mouth }) => mouth),
  };
  if (rows.some((row) => isFaceRow(row) && row.wholeFace)) {
    columns.wholeFace = bytes(FACE_SIZE * FACE_SIZE, ({ wholeFace }) => wholeFace!.pixels);
    columns.wholeFaceBox = floats(4, ({ wholeFace }) => boxValues(wholeFace!.box));
  }
  const fields = Object.entries(columns).map(([name, { type }]) => new arrow.Field(name, type, true));
  const data = arrow.makeData({
    type: new arrow.Struct(fields),
    length: rows.length,
    nullCount: 0,
    children: Object.values(columns),
  });
  return new arrow.RecordBatch(new arrow.Schema(fields), data);
}

function boxValues({ x, y, width, height }: Box): number[] {
  return [x, y, width, height];
}

/** Makes a column of lists of the same length, null for skipped frames. @param values zeros, one list per row */
function listColumn(
  rows: readonly FrameRow[],
  type: arrow.Uint8 | arrow.Float32,
  values: Uint8Array | Float32Array,
  pick: (row: FaceRow) => ArrayLike<number>,
): arrow.Data {
  const length = values.length / rows.length;
  const valid = new Uint8Array(Math.ceil(rows.length / 64) * 8);
  rows.forEach((row, index) => {
    if (!isFaceRow(row)) return;
    values.set(pick(row), index * length);
    valid[index >> 3] |= 1 << (index & 7);
  });
  const child = arrow.makeData({
    type: type as arrow.Uint8,
    length: values.length,
    data: values as Uint8Array,
  });
  return arrow.makeData({
    type: new arrow.FixedSizeList(length, new arrow.Field('item', type, false)),
    length: rows.length,
    nullCount: rows.filter((row) => !isFaceRow(row)).length,
    nullBitmap: valid,
    child,
  });
}

/** The columns that hold a block set's arrays. */
const ARRAYS = {
  eyes: 'eyes',
  mouth: 'mouth',
  landmarks: 'landmarks',
  eyesBoxes: 'eyesBox',
  mouthBoxes: 'mouthBox',
  imageSizes: 'imageSize',
  scores: 'score',
} as const satisfies Partial<Record<keyof BlockSet, string>>;

/** The columns that hold the additional arrays of a set with whole faces. */
const FACE_ARRAYS = { faces: 'wholeFace', faceBoxes: 'wholeFaceBox' } as const satisfies Partial<
  Record<keyof FaceSet, string>
>;

type Arrays = Pick<BlockSet, keyof typeof ARRAYS> & Partial<Pick<FaceSet, keyof typeof FACE_ARRAYS>>;

/**
 * Converts a record batch of {@link toBatch}, or one that was read from a file, to a block set.
 * @param records the batch's frames in its order; default: as the batch describes them
 * @returns blocks and skipped frames, with whole faces where the rows have them; the arrays can be views of the batch
 */
export function toBlocks(
  batch: arrow.RecordBatch,
  records: readonly FrameRecord[] = recordsOf(batch),
): BlockSet {
  const detectors = batch.getChild('detector')!;
  const found = [...records.keys()].filter((row) => detectors.isValid(row));
  const columns = batch.getChild('wholeFace') ? { ...ARRAYS, ...FACE_ARRAYS } : ARRAYS;
  const arrays = Object.entries(columns).map(([name, column]) => [name, pickRows(batch, column, found)]);
  return {
    ...(Object.fromEntries(arrays) as Arrays),
    records: found.map((row) => records[row]),
    detectors: found.map((row) => detectors.get(row) as string),
    skipped: skippedOf(batch, records),
  };
}

/** Returns the frames without blocks of a record batch. */
export function skippedOf(
  batch: arrow.RecordBatch,
  records: readonly FrameRecord[] = recordsOf(batch),
): SkippedFrame[] {
  const [kinds, reasons] = [batch.getChild('kind')!, batch.getChild('reason')!];
  return records.flatMap((record, row) =>
    kinds.isValid(row)
      ? [{ record, kind: kinds.get(row) as string, reason: reasons.get(row) as string }]
      : [],
  );
}

/** Counts the frames of a record batch, those without blocks, and cropped faces with assumed landmarks. */
export function countRows(batch: arrow.RecordBatch): { frames: number; missed: number; assumed: number } {
  const detectors = batch.getChild('detector')!;
  return {
    frames: batch.numRows,
    missed: detectors.nullCount,
    assumed: countAssumed([...detectors] as string[]),
  };
}

function recordsOf(batch: arrow.RecordBatch): FrameRecord[] {
  const [paths, characters, emotions, clips, frames] = ['path', 'character', 'emotion', 'clip', 'frame'].map(
    (name) => batch.getChild(name)!,
  );
  return Array.from({ length: batch.numRows }, (_, row) => {
    const clip = clips.get(row) as string | null;
    const frame = frames.get(row) as number | null;
    return {
      path: paths.get(row) as string,
      character: characters.get(row) as string,
      emotion: emotions.get(row) as Emotion,
      ...(clip === null ? {} : { clip }),
      ...(frame === null ? {} : { frame }),
    };
  });
}

/**
 * Selects rows of a column of numbers or of lists of numbers.
 * @param rows ascending
 * @returns a copy, or a view when all rows are selected; the column's values can be padded at the end
 */
function pickRows(
  batch: arrow.RecordBatch,
  column: string,
  rows: readonly number[],
): Uint8Array | Float32Array {
  const { type, children, values } = batch.getChild(column)!.data[0];
  const isList = type instanceof arrow.FixedSizeList;
  const length = isList ? type.listSize : 1;
  const all = (isList ? children[0].values : values) as Uint8Array | Float32Array;
  if (rows.length === batch.numRows) return all.subarray(0, rows.length * length);
  const picked = new (all.constructor as Uint8ArrayConstructor | Float32ArrayConstructor)(
    rows.length * length,
  );
  rows.forEach((row, index) => picked.set(all.subarray(row * length, (row + 1) * length), index * length));
  return picked;
}

/**
 * Joins block sets in the given order.
 * @returns copies of all arrays; with whole faces if each part that has a face has them
 */
export function concatBlocks(parts: readonly BlockSet[]): BlockSet {
  const filled = parts.filter(({ records }) => records.length > 0) as (BlockSet & Partial<FaceSet>)[];
  const hasFaces = filled.length > 0 && filled.every(({ faces }) => faces);
  const names = Object.keys(hasFaces ? { ...ARRAYS, ...FACE_ARRAYS } : ARRAYS) as (keyof Arrays)[];
  const arrays = names.map((name) => [
    name,
    joinArrays(
      filled.map((part) => part[name]!),
      name,
    ),
  ]);
  return {
    ...(Object.fromEntries(arrays) as Arrays),
    detectors: filled.every(({ detectors }) => detectors)
      ? filled.flatMap(({ detectors }) => detectors!)
      : undefined,
    records: parts.flatMap(({ records }) => records),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

function joinArrays(
  arrays: readonly (Uint8Array | Float32Array)[],
  name: keyof Arrays,
): Uint8Array | Float32Array {
  const length = arrays.reduce((total, array) => total + array.length, 0);
  const isBytes = name === 'eyes' || name === 'mouth' || name === 'faces';
  const joined = isBytes ? new Uint8Array(length) : new Float32Array(length);
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
