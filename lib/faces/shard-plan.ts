import { createHash } from 'node:crypto';
import type { FrameRecord } from '../core/record';
import { isBadImage } from './bad-image';
import type { PlannedFrame } from './compute-shard';
import { readImageFile } from './read-image';

/** Frames a shard: fixed, so that the same frames always meet in the same batches. */
export const SHARD_SIZE = 256;

const CONCURRENT_READS = 8;

/** What a shard is to hold. */
export interface ShardPlan {
  readonly frames: readonly PlannedFrame[];
  /** SHA-256 of the settings and of each frame's record and bytes, in hexadecimal: the shard's name. */
  readonly key: string;
}

/**
 * Reads a shard's files and names the shard by all that it depends on.
 * @param root the data folder
 * @param records the shard's frames, in order
 * @param settings whatever else changes the rows: margin, sizes, detector, versions, backend
 */
export async function planShard(
  root: string,
  records: readonly FrameRecord[],
  settings: Readonly<Record<string, unknown>>,
): Promise<ShardPlan> {
  const contents: string[] = [];
  const frames: PlannedFrame[] = [];
  let next = 0;
  const work = async () => {
    while (next < records.length) {
      const index = next++;
      const record = records[index];
      const file = await readImageFile(root, record.path);
      frames[index] = isBadImage(file) ? { record } : { record, sha256: file.sha256 };
      contents[index] = isBadImage(file) ? `${file.kind}: ${file.reason}` : file.sha256;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, work));
  return { frames, key: keyOf(records, contents, settings) };
}

function keyOf(
  records: readonly FrameRecord[],
  contents: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): string {
  const sorted = Object.keys(settings).sort();
  const parts = [
    sorted.map((name) => [name, settings[name]]),
    records.map(({ path, character, emotion, clip, frame }, index) => [
      path,
      character,
      emotion,
      clip ?? null,
      frame ?? null,
      contents[index],
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
