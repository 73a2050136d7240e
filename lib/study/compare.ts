import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import { formatPercent } from '../core/metrics';
import { mean } from '../core/intervals';
import type { FrameRecord } from '../core/record';
import { type SplitName, splitRecords } from '../core/split';
import { encodeSafetensors } from '../model/files/safetensors';
import { countParameters, type Network, allVariables } from '../model/networks/network';
import { blockSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import { facesOfSplit } from './faces-of-split';
import { formatCount, markdownTable } from './markdown';
import { scoreTest } from './score-test';
import { withTrained } from './train-cached';

/** A network of both blocks that is compared. */
interface ComparedNetwork {
  readonly name: string;
  readonly build: (options: { readonly seed: number }) => Network;
}

/** A network, and the data and settings of one training run. */
export interface ComparedRun extends ComparedNetwork {
  /** Its seed determines the split, the initial weights, the batches and the dropout masks. */
  readonly experiment: Experiment;
  /** All frames, those without a face included. */
  readonly records: readonly FrameRecord[];
  readonly blocks: BlockSet;
  /** Directory of the trained network; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/** Result of one training run. */
export interface RunScore {
  /** Accuracy of all test images, 0 to 1; an image without a found face counts as an error. */
  readonly accuracy: number;
  /** Epoch with the best validation accuracy, whose weights were tested. */
  readonly bestEpoch: number;
  /** Median over the epochs, evaluation on training and validation set included. */
  readonly secondsPerEpoch: number;
}

/** Scores of both networks on the same split with the same seed. */
export interface ScoredPair {
  readonly split: SplitName;
  readonly seed: number;
  readonly candidate: RunScore;
  readonly baseline: RunScore;
}

/** Summary of all pairs of one split protocol. */
interface SplitSummary {
  readonly split: SplitName;
  /** Number of pairs. */
  readonly seeds: number;
  /** Mean accuracy of all test images, 0 to 1. */
  readonly candidate: number;
  readonly baseline: number;
  /** Mean paired difference of accuracy, candidate minus baseline. */
  readonly difference: number;
  /** Standard error of the mean difference; 0 for one seed. */
  readonly standardError: number;
  /** Number of seeds for which the candidate was at least as accurate as the baseline. */
  readonly atLeastAsAccurate: number;
}

/** Trains and tests two networks on the same splits with the same seeds. */
export async function compareModels(
  options: Pick<ComparedRun, 'experiment' | 'records' | 'blocks'> & {
    readonly candidate: ComparedNetwork;
    readonly baseline: ComparedNetwork;
    readonly splits: readonly SplitName[];
    readonly seeds: readonly number[];
    /** Trains and tests one network; {@link scoreRun} outside of tests. */
    readonly score: (run: ComparedRun) => Promise<RunScore>;
    /** Called after each pair of runs. */
    readonly onPair?: (pair: ScoredPair) => void;
  },
): Promise<ScoredPair[]> {
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

/** Trains a network, or loads it from the cache, and measures its accuracy on the test set. */
export async function scoreRun(options: ComparedRun): Promise<RunScore> {
  const { build, experiment, records, blocks, cacheDirectory } = options;
  const { seed, split } = experiment;
  const faces = facesOfSplit(splitRecords(records, split, seed), records, blocks);
  const form = { build, inputs: ['eyes', 'mouth'] } as const;
  const training = { experiment, blocks, faces, cacheDirectory, keeps: 'weights' } as const;
  return withTrained(form, training, async (network, { bestEpoch, history }) => {
    const test = blockSource(blocks, faces.test.faces);
    const { labels } = await predict(network, test);
    const seconds = history.map((epoch) => epoch.seconds).sort((first, second) => first - second);
    return {
      accuracy: scoreTest(test.labels, labels, faces.test.missed).allImages.value,
      bestEpoch,
      secondsPerEpoch: seconds[seconds.length >> 1],
    };
  });
}

/**
 * Summarizes pairs by split protocol.
 * @param pairs at least one of each split protocol
 */
export function summarizePairs(pairs: readonly ScoredPair[]): SplitSummary[] {
  return [...new Set(pairs.map(({ split }) => split))].map((split) => {
    const own = pairs.filter((pair) => pair.split === split);
    const differences = own.map(({ candidate, baseline }) => candidate.accuracy - baseline.accuracy);
    const difference = mean(differences);
    const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
    const count = own.length;
    return {
      split,
      seeds: count,
      difference,
      candidate: mean(own.map(({ candidate }) => candidate.accuracy)),
      baseline: mean(own.map(({ baseline }) => baseline.accuracy)),
      standardError: count > 1 ? Math.sqrt(squares / (count - 1) / count) : 0,
      atLeastAsAccurate: differences.filter((value) => value >= 0).length,
    };
  });
}

/** Size of a network. */
interface NetworkSize {
  readonly name: string;
  /** Number of trainable parameters. */
  readonly parameters: number;
  /** Size of its safetensors file. */
  readonly bytes: number;
}

/** The comparison as a file: results/reference/compare.json. */
export interface ComparisonFile {
  /** Number of epochs of each training run. */
  readonly epochs: number;
  /** Number of images of the data set. */
  readonly images: number;
  readonly backend: string;
  readonly candidate: NetworkSize;
  readonly baseline: NetworkSize;
  readonly pairs: readonly ScoredPair[];
}

/** Builds a network, measures its size, and disposes it. */
export function measureNetwork(build: ComparedNetwork['build']): NetworkSize {
  const network = build({ seed: 1 });
  const tensors = Array.from(allVariables(network), ([name, variable]) => ({
    name,
    shape: variable.shape,
    read: () => variable.dataSync() as Float32Array,
  }));
  let bytes = 0;
  for (const part of encodeSafetensors(tensors)) bytes += part.byteLength;
  const size = { name: network.name, parameters: countParameters(network), bytes };
  network.dispose();
  return size;
}

/**
 * Formats a comparison as Markdown: the data, a table with one row a split protocol, and the sizes.
 * @returns text without a newline at its end
 */
export function renderComparison(comparison: ComparisonFile): string {
  const { epochs, images, backend, candidate, baseline, pairs } = comparison;
  const header = [
    'split',
    'seeds',
    candidate.name,
    baseline.name,
    'difference, ± its standard error',
    'at least as accurate',
  ];
  const size = ({ name, parameters, bytes }: NetworkSize, unit = '') =>
    `${name}: ${formatCount(parameters)}${unit}, ${(bytes / 1e6).toFixed(1)} MB`;
  const times = (baseline.bytes / candidate.bytes).toFixed(0);
  return [
    `${epochs} epochs each on the ${formatCount(images)} images of the synthetic sample (backend ${backend}).`,
    markdownTable(header, summarizePairs(pairs).map(formatSplit), 'lrrrrr'),
    `${size(candidate, ' parameters')}. ${size(baseline)}, **${times} times** as large.`,
  ].join('\n\n');
}

function formatSplit(summary: SplitSummary): string[] {
  const { split, seeds, candidate, baseline, difference, standardError, atLeastAsAccurate } = summary;
  const points = `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(2)} ± ${(100 * standardError).toFixed(2)} points`;
  return [
    split,
    String(seeds),
    formatPercent(candidate),
    formatPercent(baseline),
    points,
    `${atLeastAsAccurate} of ${seeds}`,
  ];
}
