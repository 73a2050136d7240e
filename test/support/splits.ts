import assert from 'node:assert/strict';
import { type FrameRecord, SPLIT_PARTS } from '../../lib/core/record';
import type { Split } from '../../lib/core/split';

/** Checks that each group is in one part of the split only. */
export function assertDisjoint(
  split: Split,
  records: readonly FrameRecord[],
  groupOf: (record: FrameRecord) => string,
): void {
  const parts = SPLIT_PARTS.map((part) => new Set(split[part].map((index) => groupOf(records[index]))));
  const all = parts.flatMap((groups) => [...groups]);
  assert.equal(new Set(all).size, all.length, `a group is in two parts: ${all.join(', ')}`);
}
