import type { EvidenceRun } from '../evidence/runs';
import type { ShardJob, StoredShard } from '../../faces/shard-worker';

/** A fold of a leave-one-character-out evaluation. It can be sent as JSON. */
export interface FoldJob {
  /** Path of a block store, absolute, at the same place on every machine. */
  readonly store: string;
  /** The character that is the test side. */
  readonly character: string;
  /** `majority`, `nearest`, or a network of the evidence's recipes. */
  readonly model: string;
  readonly seed: number;
  readonly epochs: number;
}

/** What a fold gives. */
export interface FoldScore extends Pick<EvidenceRun, 'bestEpoch'> {
  readonly character: string;
  /** Frames of the character, those without blocks included. */
  readonly frames: number;
  /** Frames without blocks. */
  readonly missed: number;
  /** Frames that were answered rightly. */
  readonly correct: number;
}

/** The kinds of jobs that the queue takes, and what each gives. */
export interface QueueJobs {
  readonly shard: { readonly data: ShardJob; readonly result: StoredShard };
  readonly fold: { readonly data: FoldJob; readonly result: FoldScore };
}

/** One of the kinds of jobs. */
export type JobKind = keyof QueueJobs;
