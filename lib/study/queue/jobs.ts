import type { Experiment } from '../../core/experiment';
import type { StoredShard } from '../../faces/store/compute-shard';
import type { ShardJob } from '../../faces/store/plan';

/** How the network of each fold is trained. */
export interface FoldSettings {
  /** Name of the network, as `findArchitecture` takes it. */
  readonly architecture: string;
  readonly experiment: Experiment;
  /** Where checkpoints are kept; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/** A fold of a leave-one-person-out evaluation as a job of the queue: it can be sent as JSON. */
export interface FoldJob extends FoldSettings {
  /** Who is tested. */
  readonly person: string;
  /** Paths of the data set's shards, absolute, at the same place on every machine. */
  readonly shards: readonly string[];
}

/** What a fold gives; it can be sent as JSON. */
export interface FoldResult {
  /** Who is tested. */
  readonly person: string;
  /** Who the epoch was chosen by. */
  readonly validation: string;
  readonly bestEpoch: number;
  /** Epochs that an earlier run had trained. */
  readonly reusedEpochs: number;
  /** Probabilities of the person's found faces, in the block set's order, [found, 7]. */
  readonly probabilities: readonly number[];
}

/** The kinds of jobs that the queue takes, and what each gives. */
export interface QueueJobs {
  readonly shard: { readonly data: ShardJob; readonly result: StoredShard };
  readonly fold: { readonly data: FoldJob; readonly result: FoldResult };
}

/** One of the kinds of jobs. */
export type JobKind = keyof QueueJobs;
