import type { Experiment } from '../../core/experiment';
import type { StoredShard } from '../../faces/store/compute-shard';
import type { ShardJob } from '../../faces/store/plan';

/** Training settings of all folds. */
export interface FoldSettings {
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
  readonly experiment: Experiment;
  /** Directory of the checkpoints; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/** A fold of a leave-one-person-out evaluation as a job of the queue; it is sent as JSON. */
export interface FoldJob extends FoldSettings {
  /** Tested person. */
  readonly person: string;
  /** Absolute paths of the data set's shards, the same on every machine. */
  readonly shards: readonly string[];
}

/** Result of a fold; it is sent as JSON. */
export interface FoldResult {
  /** Tested person. */
  readonly person: string;
  /** Person that chose the epoch. */
  readonly validation: string;
  readonly bestEpoch: number;
  /** Number of epochs that were trained by an earlier call. */
  readonly reusedEpochs: number;
  /** Probabilities of the person's found faces, in the block set's order, [found, 7]. */
  readonly probabilities: readonly number[];
}

/** Data and result of each kind of job. */
export interface QueueJobs {
  readonly shard: { readonly data: ShardJob; readonly result: StoredShard };
  readonly fold: { readonly data: FoldJob; readonly result: FoldResult };
}

/** A kind of job. */
export type JobKind = keyof QueueJobs;
