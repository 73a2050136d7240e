import type { ShardJob, StoredShard } from '../../faces/shard-worker';
import type { FoldJob, FoldResult } from '../folds';

/** The kinds of jobs that the queue takes, and what each gives. */
export interface QueueJobs {
  readonly shard: { readonly data: ShardJob; readonly result: StoredShard };
  readonly fold: { readonly data: FoldJob; readonly result: FoldResult };
}

/** One of the kinds of jobs. */
export type JobKind = keyof QueueJobs;
