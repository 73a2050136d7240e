import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import * as arrow from 'apache-arrow';
import type { BlockSet } from '../../core/blocks';
import type { Emotion } from '../../core/emotions';
import type { FrameRecord } from '../../core/record';
import { concatBlocks } from './concat-blocks';
import { writeWhole } from '../../files/whole-file';
import { decodeBatch, openShard } from './store';
import { NO_DIGEST, bytesOnDisk, isAsWritten, seal } from './store-seal';

/** What a store's schema tells beside its columns. */
export interface StoreMetadata {
  /** Name of the data set. */
  readonly dataset: string;
  /** SHA-256 of the shards' names: the store depends on nothing else. */
  readonly key: string;
}

/**
 * Joins shards to a store: one Arrow file with a record batch a shard, which pandas' `read_feather`, pyarrow, polars
 * and DuckDB open. One shard is in memory at a time. The file is written aside, flushed and renamed, so that it is
 * whole at any moment; made again from the same shards it has the same bytes.
 * @param file the store's path
 * @param shards the shards' files by their names, in the data set's order
 * @throws RangeError without shards; Error when a shard is not as it was written, or the store can't be written
 */
export async function mergeShards(
  file: string,
  shards: readonly { readonly key: string; readonly file: string }[],
  { dataset }: Pick<StoreMetadata, 'dataset'>,
): Promise<StoreMetadata> {
  if (shards.length === 0) throw new RangeError('Expected at least 1 shard for the store but received none');
  const key = createHash('sha256')
    .update(shards.map((shard) => shard.key).join('\n'))
    .digest('hex');
  await writeWhole(file, async (handle) => {
    await writeBatches(handle, shards, { dataset, key });
    seal(bytesOnDisk(handle.fd));
  });
  return { dataset, key };
}

async function writeBatches(
  handle: FileHandle,
  shards: readonly { readonly file: string }[],
  metadata: StoreMetadata,
): Promise<void> {
  const sink = new ChunkSink();
  const writer = new arrow.RecordBatchFileWriter({ autoDestroy: false });
  const flush = async () => {
    for (const chunk of sink.take()) await handle.appendFile(chunk);
  };
  let schema: arrow.Schema | undefined;
  for (const shard of shards) {
    for (const batch of openShard(await readFile(shard.file))) {
      if (!schema) {
        schema = schemaOf(batch, metadata);
        writer.reset(sink, schema);
      }
      writer.write(new arrow.RecordBatch(schema, batch.data));
      await flush();
    }
  }
  writer.finish();
  await flush();
}

function schemaOf({ schema }: arrow.RecordBatch, metadata: StoreMetadata): arrow.Schema {
  return new arrow.Schema(schema.fields, new Map(Object.entries({ ...metadata, digest: NO_DIGEST })));
}

/** Gives what Arrow's writer wrote since the last time; Arrow's own queue keeps it all. */
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
 * Reads a store batch by batch, with one in memory at a time.
 * @returns blocks and misses of each record batch, in the data set's order
 * @throws RangeError when the file is not as {@link mergeShards} wrote it
 */
export async function* streamStore(file: string): AsyncGenerator<BlockSet> {
  const handle = await open(file, 'r');
  try {
    if (!isAsWritten(bytesOnDisk(handle.fd)))
      throw new RangeError(`Expected a block store as it was written for ${file} but received other bytes`);
    const reader = await arrow.RecordBatchReader.from(handle);
    for await (const batch of reader) yield decodeBatch(batch, recordsOf(batch));
  } finally {
    await handle.close();
  }
}

/**
 * Loads a whole store.
 * @throws RangeError when the file is not as {@link mergeShards} wrote it
 */
export async function loadStore(file: string): Promise<BlockSet> {
  const parts: BlockSet[] = [];
  for await (const part of streamStore(file)) parts.push(part);
  return concatBlocks(parts);
}

function recordsOf(batch: arrow.RecordBatch): FrameRecord[] {
  const column = (name: string) => batch.getChild(name)!;
  const [paths, characters, emotions] = ['path', 'character', 'emotion'].map(column);
  const [clips, frames] = ['clip', 'frame'].map(column);
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
