import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import type { FrameRecord } from '../core/record';
import type { SplitName } from '../core/split';
import type { Network } from '../model/networks/network';
import type { RunOptions, RunScore } from './score-run';
import { mean } from '../core/numbers';

/** A network that is compared. */
export interface Candidate {
  readonly name: string;
  readonly build: (options: { readonly seed: number }) => Network;
}

/** What {@link compareModels} needs. */
export interface ComparisonOptions {
  readonly candidate: Candidate;
  readonly baseline: Candidate;
  /** Its seed and split are replaced by each of those below. */
  readonly experiment: Experiment;
  readonly records: readonly FrameRecord[];
  readonly blocks: BlockSet;
  readonly splits: readonly SplitName[];
  readonly seeds: readonly number[];
  /** Trains and scores, such as {@link scoreRun}. */
  readonly score: (run: RunOptions) => Promise<RunScore>;
  /** Called after each pair of runs. */
  readonly onPair?: (pair: ScoredPair) => void;
}

/** Both networks' runs with one seed, which decides the split for both. */
export interface ScoredPair {
  readonly split: SplitName;
  readonly seed: number;
  readonly candidate: RunScore;
  readonly baseline: RunScore;
}

/** What a split's pairs say. */
export interface SplitSummary {
  readonly split: SplitName;
  readonly seeds: number;
  /** Mean accuracy of all test images, 0 to 1. */
  readonly candidate: number;
  readonly baseline: number;
  /** Mean of the candidate's accuracy less the baseline's with the same seed. */
  readonly difference: number;
  /** Standard error of that mean; 0 with one seed. */
  readonly standardError: number;
  /** Seeds with which the candidate was at least as accurate. */
  readonly atLeastAsAccurate: number;
}

/** Trains two networks on the same splits with the same seeds and scores both on the same test sides. */
export async function compareModels(options: ComparisonOptions): Promise<ScoredPair[]> {
  const { candidate, baseline, experiment, records, blocks, splits, seeds, score, onPair } = options;
  const pairs: ScoredPair[] = [];
  for (const split of splits) {
    for (const seed of seeds) {
      const run = { experiment: { ...experiment, split, seed }, records, blocks };
      const pair = {
        split,
        seed,
        candidate: await score({ ...candidate, ...run }),
        baseline: await score({ ...baseline, ...run }),
      };
      pairs.push(pair);
      onPair?.(pair);
    }
  }
  return pairs;
}

/**
 * Summarises pairs, split by split.
 * @param pairs of one split or more, each with one pair or more
 */
export function summarizePairs(pairs: readonly ScoredPair[]): SplitSummary[] {
  const splits = [...new Set(pairs.map(({ split }) => split))];
  return splits.map((split) =>
    summarizeSplit(
      split,
      pairs.filter((pair) => pair.split === split),
    ),
  );
}

function summarizeSplit(split: SplitName, pairs: readonly ScoredPair[]): SplitSummary {
  const differences = pairs.map(({ candidate, baseline }) => candidate.accuracy - baseline.accuracy);
  const difference = mean(differences);
  const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
  const count = pairs.length;
  return {
    split,
    seeds: count,
    difference,
    candidate: mean(pairs.map(({ candidate }) => candidate.accuracy)),
    baseline: mean(pairs.map(({ baseline }) => baseline.accuracy)),
    standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : 0,
    atLeastAsAccurate: differences.filter((value) => value >= 0).length,
  };
}
