import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import * as arrow from 'apache-arrow';
import { unexpected } from '../../core/errors';
import { type BlockSet, toSkippedCsv, toSkippedRows } from '../../core/blocks';
import { saveWhole } from '../../files/write-file';
import { concatBlocks, skippedOf, toBlocks } from './rows';

/** Name of the store in its folder. */
export const STORE_FILE = 'blocks.arrow';

/** Name of the table of frames without blocks, beside the store. */
const SKIPPED_FILE = 'skipped.csv';

/** Value of `digest` in the schema's metadata until the digest is known; the digest is computed with this value in its place. */
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

const CHUNK_BYTES = 2 ** 20;

/** An Arrow file ends with its footer's length (int32) and the text ARROW1. */
const TAIL_BYTES = 10;

/**
 * Writes record batches to an Apache Arrow IPC file, which pandas' `read_feather`, pyarrow, polars and DuckDB open. The
 * footer has a SHA-256 digest of the file. The same batches and metadata give the same bytes. One batch is in memory at a
 * time, and the file is put in place when it is complete.
 * @param batches one or more, with the same columns
 * @param metadata texts for the schema
 * @throws Error when the file cannot be written
 */
export function writeStore(
  file: string,
  batches: Iterable<arrow.RecordBatch> | AsyncIterable<arrow.RecordBatch>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  return saveWhole(file, async (handle) => {
    const hash = createHash('sha256');
    const sink = new ChunkSink();
    const writer = new arrow.RecordBatchFileWriter({ autoDestroy: false });
    let size = 0;
    const flush = async () => {
      const bytes = Buffer.concat(sink.take());
      hash.update(bytes);
      size += bytes.length;
      await handle.appendFile(bytes);
      return bytes;
    };
    let schema: arrow.Schema | undefined;
    for await (const batch of batches) {
      if (!schema) {
        const entries = Object.entries({ ...metadata, digest: NO_DIGEST });
        schema = new arrow.Schema(batch.schema.fields, new Map(entries));
        writer.reset(sink, schema);
      }
      writer.write(new arrow.RecordBatch(schema, batch.data));
      await flush();
    }
    writer.finish();
    const footer = await flush();
    const at = size - footer.length + footer.indexOf(NO_DIGEST, 0, 'latin1');
    await handle.write(Buffer.from(`sha256:${hash.digest('hex')}`), 0, NO_DIGEST.length, at);
  });
}

/** Collects the bytes that Arrow's writer produces until they are taken; Arrow's own queue would keep all of them. */
class ChunkSink extends arrow.AsyncByteQueue {
  private chunks: Uint8Array[] = [];

  override write(chunk: Uint8Array): void {
    this.chunks.push(chunk);
  }

  take(): Uint8Array[] {
    return this.chunks.splice(0);
  }
}

/**
 * Reads the record batches of a file that {@link writeStore} wrote, with one in memory at a time.
 * @throws RangeError when any byte of the file has changed; the file system's error when it cannot be read
 */
export async function* streamStore(file: string): AsyncGenerator<arrow.RecordBatch> {
  const handle = await open(file, 'r');
  try {
    if (!(await isAsWritten(handle)))
      throw unexpected('an Arrow file as it was written', file, 'other bytes');
    for await (const batch of await arrow.RecordBatchReader.from(handle)) yield batch;
  } finally {
    await handle.close();
  }
}

/** Compares the file's bytes with the digest in the footer, which contains no text of frames. */
async function isAsWritten(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  const read = async (start: number, end: number) => {
    const bytes = Buffer.allocUnsafe(end - start);
    return bytes.subarray(0, (await handle.read(bytes, 0, bytes.length, start)).bytesRead);
  };
  if (size < TAIL_BYTES) return false;
  const end = size - TAIL_BYTES;
  const start = end - (await read(end, size)).readInt32LE();
  if (start < 0 || start > end) return false;
  const footer = await read(start, end);
  const mark = footer.toString('latin1').search(/sha256:[0-9a-f]{64}/);
  if (mark < 0) return false;
  const hash = createHash('sha256');
  const add = async (from: number, to: number) => {
    for (let at = from; at < to; at += CHUNK_BYTES)
      hash.update(await read(at, Math.min(at + CHUNK_BYTES, to)));
  };
  await add(0, start + mark);
  hash.update(NO_DIGEST);
  await add(start + mark + NO_DIGEST.length, size);
  const digest = `sha256:${hash.digest('hex')}`;
  return footer.toString('latin1', mark, mark + digest.length) === digest;
}

/**
 * Reads a store, or a shard, into memory.
 * @throws what {@link streamStore} throws
 */
export async function loadStore(file: string): Promise<BlockSet> {
  const parts: BlockSet[] = [];
  for await (const batch of streamStore(file)) parts.push(toBlocks(batch));
  return concatBlocks(parts);
}

/**
 * Reads a shard: a store of one record batch.
 * @returns undefined when the file is missing or has changed since it was written
 * @throws Error when it cannot be read for another reason
 */
export async function readShard(file: string): Promise<arrow.RecordBatch | undefined> {
  try {
    for await (const batch of streamStore(file)) return batch;
    return undefined;
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`Expected a readable file for shard ${file}`, { cause: error });
  }
}

/**
 * Merges shards into a store, one record batch per shard, and writes the table of frames without blocks beside it. The
 * same shards give the same bytes.
 * @param dataset name of the data set
 * @param shards the shards' files, one or more, in the data set's order
 * @returns the store's path
 * @throws RangeError without shards; Error when a shard has changed since it was written, or a file cannot be written
 */
export async function mergeShards(dataset: string, shards: readonly string[], directory: string) {
  if (shards.length === 0) throw unexpected('at least 1 shard', 'the store', 'none');
  const names = shards.map((shard) => path.basename(shard, '.arrow'));
  const key = createHash('sha256').update(names.join('\n')).digest('hex');
  const file = path.join(directory, STORE_FILE);
  await saveWhole(path.join(directory, SKIPPED_FILE), async (skipped) => {
    const batches = async function* () {
      await skipped.appendFile(toSkippedCsv([]));
      for (const shard of shards)
        for await (const batch of streamStore(shard)) {
          await skipped.appendFile(toSkippedRows(skippedOf(batch)));
          yield batch;
        }
    };
    await writeStore(file, batches(), { dataset, key });
  });
  return file;
}
