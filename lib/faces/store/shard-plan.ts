import { createHash } from 'node:crypto';
import type { FrameRecord } from '../../core/record';
import { type BadImage, isBadImage } from '../picture/decode';
import type { FrameRow, PlannedFrame } from './frame-rows';
import { readImageFile } from '../picture/read-file';
import type { ShardSettings } from './settings';

/** Frames a shard: fixed, so that the same frames always meet in the same batches. */
export const SHARD_SIZE = 256;

const CONCURRENT_READS = 8;

/** What a shard is to hold. */
export interface ShardPlan {
  readonly frames: readonly PlannedFrame[];
  readonly settings: ShardSettings;
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
  settings: ShardSettings,
): Promise<ShardPlan> {
  const frames: PlannedFrame[] = [];
  let next = 0;
  const work = async () => {
    while (next < records.length) {
      const index = next++;
      const record = records[index];
      const file = await readImageFile(root, record.path);
      frames[index] = isBadImage(file) ? { record, bad: file } : { record, sha256: file.sha256 };
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_READS }, work));
  return { frames, settings, key: keyOf(frames, settings) };
}

/**
 * Names a shard anew whose files changed between planning and decoding: as one that has no such images. So the next
 * run, which finds these files at rest, computes its own.
 * @param rows what the plan gave
 * @returns the same plan when no file changed
 */
export function amendPlan(plan: ShardPlan, rows: readonly FrameRow[]): ShardPlan {
  const isChanged = (row: FrameRow): row is FrameRow & BadImage =>
    isBadImage(row) && row.kind === 'changed-while-reading';
  if (!rows.some(isChanged)) return plan;
  const frames = plan.frames.map((frame, index) => {
    const row = rows[index];
    return isChanged(row)
      ? { record: frame.record, bad: { kind: row.kind, reason: row.reason } as BadImage }
      : frame;
  });
  return { ...plan, frames, key: keyOf(frames, plan.settings) };
}

function keyOf(frames: readonly PlannedFrame[], settings: ShardSettings): string {
  const sorted = Object.keys(settings).sort();
  const parts = [
    sorted.map((name) => [name, settings[name]]),
    frames.map(({ record: { path, character, emotion, clip, frame }, sha256, bad }) => [
      ...[path, character, emotion, clip ?? null, frame ?? null],
      bad ? `${bad.kind}: ${bad.reason}` : sha256,
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
