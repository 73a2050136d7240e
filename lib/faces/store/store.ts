import * as arrow from 'apache-arrow';
import { BLOCK_SIZE, type BlockSet, type SkippedFrame } from '../../core/blocks';
import { FACE_SIZE } from '../../core/face-set';
import type { Box } from '../../core/geometry';
import { LANDMARK_COORDINATES } from '../../core/landmarks';
import type { FrameRecord } from '../../core/record';
import { concatBlocks } from './concat-blocks';
import { type FaceRow, type FrameRow, isFaceRow } from './frame-rows';
import { NO_DIGEST, bytesInMemory, isAsWritten, seal } from './store-seal';

const BLOCK_LENGTH = BLOCK_SIZE * BLOCK_SIZE;

/**
 * Writes frames as an Apache Arrow IPC file, a row a frame: what pandas' `read_feather` and pyarrow open, with blocks
 * and landmarks as lists of fixed length. A skipped frame has `kind` and `reason`, and nulls for the rest.
 * @param rows the frames in the data set's order
 * @param metadata texts kept in the schema
 * @returns the file's bytes: the same for the same rows, and sealed by a digest that {@link decodeShard} checks
 */
export function encodeShard(rows: readonly FrameRow[], metadata: Readonly<Record<string, string>>): Buffer {
  const columns = { ...recordColumns(rows), ...faceColumns(rows) };
  const fields = Object.entries(columns).map(([name, { type }]) => new arrow.Field(name, type, true));
  const schema = new arrow.Schema(fields, new Map(Object.entries({ ...metadata, digest: NO_DIGEST })));
  const struct = arrow.makeData({
    type: new arrow.Struct(fields),
    length: rows.length,
    nullCount: 0,
    children: Object.values(columns),
  });
  const table = new arrow.Table(schema, new arrow.RecordBatch(schema, struct));
  const bytes = Buffer.from(arrow.tableToIPC(table, 'file'));
  seal(bytesInMemory(bytes));
  return bytes;
}

function recordColumns(rows: readonly FrameRow[]): Record<string, arrow.Data> {
  const text = (pick: (row: FrameRow) => string | undefined) =>
    arrow.vectorFromArray(
      rows.map((row) => pick(row) ?? null),
      new arrow.Utf8(),
    ).data[0];
  return {
    path: text(({ record }) => record.path),
    character: text(({ record }) => record.character),
    emotion: text(({ record }) => record.emotion),
    clip: text(({ record }) => record.clip),
    frame: arrow.vectorFromArray(
      rows.map(({ record }) => record.frame ?? null),
      new arrow.Int32(),
    ).data[0],
    kind: text((row) => (isFaceRow(row) ? undefined : row.kind)),
    reason: text((row) => (isFaceRow(row) ? undefined : row.reason)),
    detector: text((row) => (isFaceRow(row) ? row.detector : undefined)),
  };
}

function faceColumns(rows: readonly FrameRow[]): Record<string, arrow.Data> {
  const bytes = (length: number, pick: (row: FaceRow) => Uint8Array) =>
    listColumn(rows, new arrow.Uint8(), new Uint8Array(rows.length * length), pick);
  const floats = (length: number, pick: (row: FaceRow) => ArrayLike<number>) =>
    listColumn(rows, new arrow.Float32(), new Float32Array(rows.length * length), pick);
  return {
    score: arrow.vectorFromArray(
      rows.map((row) => (isFaceRow(row) ? row.score : null)),
      new arrow.Float32(),
    ).data[0],
    imageSize: floats(2, ({ imageSize }) => [imageSize.width, imageSize.height]),
    faceBox: floats(4, ({ box }) => boxValues(box)),
    landmarks: floats(LANDMARK_COORDINATES, ({ landmarks }) => landmarks),
    eyesBox: floats(4, ({ eyesBox }) => boxValues(eyesBox)),
    mouthBox: floats(4, ({ mouthBox }) => boxValues(mouthBox)),
    eyes: bytes(BLOCK_LENGTH, ({ eyes }) => eyes),
    mouth: bytes(BLOCK_LENGTH, ({ mouth }) => mouth),
    ...(rows.some((row) => isFaceRow(row) && row.wholeFace)
      ? {
          wholeFace: bytes(FACE_SIZE * FACE_SIZE, ({ wholeFace }) => wholeFace!.pixels),
          wholeFaceBox: floats(4, ({ wholeFace }) => boxValues(wholeFace!.box)),
        }
      : {}),
  };
}

function boxValues({ x, y, width, height }: Box): number[] {
  return [x, y, width, height];
}

/** Builds a column of lists of one length over values that are laid out already; misses are null. */
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

/**
 * Reads an Arrow file that {@link encodeShard} wrote.
 * @param records the frames that it must hold, in their order
 * @returns blocks and misses of these records, with whole faces where the rows had them
 * @throws RangeError when the bytes are not as they were written, or hold another number of frames
 */
export function decodeShard(bytes: Buffer, records: readonly FrameRecord[]): BlockSet {
  const [batch, ...others] = openShard(bytes);
  const rows = batch?.numRows ?? 0;
  if (rows !== records.length || others.length > 0)
    throw new RangeError(`Expected ${records.length} frames for shard but received ${rows}`);
  return batch ? decodeBatch(batch, records) : concatBlocks([]);
}

/**
 * Opens an Arrow file that {@link encodeShard} wrote.
 * @returns its only record batch; none without frames
 * @throws RangeError when the bytes are not as they were written
 */
export function openShard(bytes: Buffer): readonly arrow.RecordBatch[] {
  if (!isAsWritten(bytesInMemory(bytes)))
    throw new RangeError('Expected an Arrow file as it was written for shard but received other bytes');
  return arrow.tableFromIPC(bytes).batches;
}

/**
 * Takes blocks and misses out of a record batch.
 * @param records its frames, as many as it has rows
 */
export function decodeBatch(batch: arrow.RecordBatch, records: readonly FrameRecord[]): BlockSet {
  const [kinds, reasons, scores, detectors] = ['kind', 'reason', 'score', 'detector'].map(
    (name) => batch.getChild(name)!,
  );
  const skipped: SkippedFrame[] = [];
  const found: number[] = [];
  records.forEach((record, row) => {
    const kind = kinds.get(row) as string | null;
    if (kind === null) found.push(row);
    else skipped.push({ record, kind, reason: reasons.get(row) as string });
  });
  const pick = <T extends Uint8Array | Float32Array>(name: string) => {
    const { type, children } = batch.getChild(name)!.data[0];
    return pickRows(children[0].values as T, found, (type as arrow.FixedSizeList).listSize);
  };
  const wholeFaces = batch.getChild('wholeFace')
    ? { faces: pick<Uint8Array>('wholeFace'), faceBoxes: pick<Float32Array>('wholeFaceBox') }
    : {};
  return {
    ...wholeFaces,
    records: found.map((row) => records[row]),
    eyes: pick<Uint8Array>('eyes'),
    mouth: pick<Uint8Array>('mouth'),
    landmarks: pick<Float32Array>('landmarks'),
    eyesBoxes: pick<Float32Array>('eyesBox'),
    mouthBoxes: pick<Float32Array>('mouthBox'),
    imageSizes: pick<Float32Array>('imageSize'),
    scores: pickRows(scores.data[0].values as Float32Array, found, 1),
    detectors: found.map((row) => detectors.get(row) as string),
    skipped,
  };
}

/**
 * Gives rows of a column, whose values may be padded at the end.
 * @param rows ascending
 * @returns a copy; where all rows are wanted a view, as concatBlocks copies what it joins
 */
function pickRows<T extends Uint8Array | Float32Array>(
  values: T,
  rows: readonly number[],
  length: number,
): T {
  const isWhole = rows.at(-1) === rows.length - 1;
  if (isWhole) return values.subarray(0, rows.length * length) as T;
  const picked = new (values.constructor as new (length: number) => T)(rows.length * length);
  rows.forEach((row, index) => picked.set(values.subarray(row * length, (row + 1) * length), index * length));
  return picked;
}
