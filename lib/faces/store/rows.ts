import * as arrow from 'apache-arrow';
import {
  BLOCK_SIZE,
  type BlockSet,
  type CutBlocks,
  type SkippedFrame,
  FACE_SIZE,
  type FaceSet,
  LANDMARK_COORDINATES,
  countAssumed,
} from '../../core/blocks';
import type { Emotion } from '../../core/emotions';
import type { Box } from '../../core/geometry';
import type { FrameRecord } from '../../core/record';
import type { DetectedFace } from '../detector/detected-face';

const BLOCK_LENGTH = BLOCK_SIZE * BLOCK_SIZE;

/** A frame with a face. */
export interface FaceRow<R = FrameRecord> extends Omit<DetectedFace, 'detector'>, CutBlocks {
  readonly record: R;
  readonly detector: string;
  /** Size of the image in pixels, after its EXIF rotation. */
  readonly imageSize: { readonly width: number; readonly height: number };
}

/** The result of preprocessing one frame: its face, or the reason why there are no blocks. */
export type FrameRow<R = FrameRecord> = FaceRow<R> | SkippedFrame<R>;

/** Returns true if a frame has blocks. */
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
    listColumn(rows, new Uint8Array(rows.length * length), pick);
  const floats = (length: number, pick: (row: FaceRow) => ArrayLike<number>) =>
    listColumn(rows, new Float32Array(rows.length * length), pick);
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

/** Makes a column of lists of the same length, null for skipped frames. @param values zeros, [rows * length]; filled */
function listColumn(
  rows: readonly FrameRow[],
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
  const type = values instanceof Uint8Array ? new arrow.Uint8() : new arrow.Float32();
  return arrow.makeData({
    type: new arrow.FixedSizeList(length, new arrow.Field('item', type, false)),
    length: rows.length,
    nullCount: rows.filter((row) => !isFaceRow(row)).length,
    nullBitmap: valid,
    child: arrow.makeData({ type: type as arrow.Uint8, data: values as Uint8Array }),
  });
}

/** The columns of a block set's arrays, and those of a set with whole faces. */
const COLUMNS = {
  eyes: 'eyes',
  mouth: 'mouth',
  landmarks: 'landmarks',
  eyesBoxes: 'eyesBox',
  mouthBoxes: 'mouthBox',
  imageSizes: 'imageSize',
  scores: 'score',
} as const;
const FACE_COLUMNS = { ...COLUMNS, faces: 'wholeFace', faceBoxes: 'wholeFaceBox' } as const;

type Arrays = Pick<BlockSet, keyof typeof COLUMNS> & Partial<FaceSet>;

/**
 * Converts a record batch of {@link toBatch}, or one that was read from a file, to a block set.
 * @param records the batch's frames in its order; default: read from the batch, without sides, votes and attributes
 * @returns blocks and skipped frames, with whole faces where the rows have them; the arrays can be views of the batch
 */
export function toBlocks(
  batch: arrow.RecordBatch,
  records: readonly FrameRecord[] = recordsOf(batch),
): BlockSet {
  const detectors = batch.getChild('detector')!;
  const found = [...records.keys()].filter((row) => detectors.isValid(row));
  const columns = batch.getChild('wholeFace') ? FACE_COLUMNS : COLUMNS;
  const arrays = Object.entries(columns).map(([name, column]) => [
    name,
    pickRows(batch.getChild(column)!, found),
  ]);
  return {
    ...(Object.fromEntries(arrays) as Arrays),
    records: found.map((row) => records[row]),
    detectors: found.map((row) => detectors.get(row) as string),
    skipped: skippedOf(batch, records),
  };
}

/** Lists the frames of a record batch that have no blocks. */
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
  const read = <T>(name: string) => [...batch.getChild(name)!] as T[];
  const [paths, characters, clips] = ['path', 'character', 'clip'].map(read<string>);
  const [emotions, frames] = [read<Emotion>('emotion'), read<number>('frame')];
  return paths.map((path, row) => ({
    path,
    character: characters[row],
    emotion: emotions[row],
    ...(clips[row] === null ? {} : { clip: clips[row] }),
    ...(frames[row] === null ? {} : { frame: frames[row] }),
  }));
}

/** Selects rows of a column; a view when all are selected. @param rows ascending */
function pickRows({ data: [column] }: arrow.Vector, rows: readonly number[]): Uint8Array | Float32Array {
  const { type, children, values } = column;
  const isList = type instanceof arrow.FixedSizeList;
  const length = isList ? type.listSize : 1;
  const all = (isList ? children[0].values : values) as Uint8Array | Float32Array;
  // The values can be padded at the end.
  if (rows.length === column.length) return all.subarray(0, rows.length * length);
  const picked = new (all.constructor as Uint8ArrayConstructor | Float32ArrayConstructor)(
    rows.length * length,
  );
  rows.forEach((row, index) => picked.set(all.subarray(row * length, (row + 1) * length), index * length));
  return picked;
}

/**
 * Joins block sets in the given order.
 * @returns copies of all arrays; with whole faces if every part with faces has them
 */
export function concatBlocks(parts: readonly BlockSet[]): BlockSet {
  const filled = parts.filter(({ records }) => records.length > 0) as (BlockSet & Partial<FaceSet>)[];
  const hasFaces = filled.length > 0 && filled.every(({ faces }) => faces);
  const names = Object.keys(hasFaces ? FACE_COLUMNS : COLUMNS) as (keyof typeof FACE_COLUMNS)[];
  const arrays = names.map((name) => {
    const own = filled.map((part) => part[name]!);
    const length = own.reduce((total, array) => total + array.length, 0);
    const isBytes = name === 'eyes' || name === 'mouth' || name === 'faces';
    const joined = isBytes ? new Uint8Array(length) : new Float32Array(length);
    let at = 0;
    for (const array of own) {
      joined.set(array, at);
      at += array.length;
    }
    return [name, joined];
  });
  return {
    ...(Object.fromEntries(arrays) as Arrays),
    detectors: filled.every(({ detectors }) => detectors)
      ? filled.flatMap(({ detectors }) => detectors!)
      : undefined,
    records: parts.flatMap(({ records }) => records),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}
