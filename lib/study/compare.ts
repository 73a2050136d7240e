import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import type { FrameRecord } from '../core/record';
import { type SplitName, splitRecords } from '../core/split';
import { type Network, countParameters, stateVariables } from '../model/networks/network';
import { mean, formatPercent } from '../core/numbers';
import { blockSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import { facesOfSplit } from './faces-of-split';
import { scoreTest } from './score-test';
import { trainCached } from './train-cached';
import fs from 'node:fs';
import path from 'node:path';
import { encodeSafetensors } from '../model/files/safetensors';

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

/** All that one training depends on. */
export interface RunOptions {
  /** Name of the network, such as `TerGat`. */
  readonly name: string;
  /** Builds a network of both blocks. */
  readonly build: (options: { readonly seed: number }) => Network;
  /** Its seed decides the split, the weights, the batches and the dropout masks. */
  readonly experiment: Experiment;
  /** All frames, those without a face included. */
  readonly records: readonly FrameRecord[];
  readonly blocks: BlockSet;
  /** Where the trained network is kept; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/** How one training ended. */
export interface RunScore {
  /** Share of the test side's images that were answered rightly, a missed face counting as an error, 0 to 1. */
  readonly accuracy: number;
  /** The epoch that did best on the validation side, whose weights were scored. */
  readonly bestEpoch: number;
  /** Median of the epochs' seconds: training, and scoring the training and the validation side. */
  readonly secondsPerEpoch: number;
}

/**
 * Trains a network on a split's training side, or takes the one that was trained so before, and scores the epoch that did
 * best on the validation side on the test side.
 * @throws what training throws
 */
export async function scoreRun(options: RunOptions): Promise<RunScore> {
  const { build, experiment, records, blocks, cacheDirectory } = options;
  const { seed, split } = experiment;
  const faces = facesOfSplit(splitRecords(records, split, seed), records, blocks);
  const network = build({ seed });
  try {
    const { bestEpoch, history } = await trainCached({
      experiment,
      network,
      blocks,
      faces,
      cacheDirectory,
      inputs: ['eyes', 'mouth'],
      keeps: 'weights',
    });
    const test = blockSource(blocks, faces.test.faces);
    const { labels } = await predict(network, test);
    const seconds = history.map((epoch) => epoch.seconds).sort((first, second) => first - second);
    return {
      accuracy: scoreTest(test.labels, labels, faces.test.missed).allImages.value,
      bestEpoch,
      secondsPerEpoch: seconds[seconds.length >> 1],
    };
  } finally {
    network.dispose();
  }
}

/** How large a network is. */
export interface NetworkSize {
  readonly name: string;
  /** Numbers that training moves. */
  readonly parameters: number;
  /** Size of its weights as a safetensors file. */
  readonly bytes: number;
}

/** What comparing two networks gave. */
export interface ComparisonFile {
  readonly epochs: number;
  /** How many images the data set has. */
  readonly images: number;
  readonly backend: string;
  readonly candidate: NetworkSize;
  readonly baseline: NetworkSize;
  readonly pairs: readonly ScoredPair[];
}

/** Builds a network, measures it, and gives it back. */
export function measureNetwork(build: (options: { readonly seed: number }) => Network): NetworkSize {
  const network = build({ seed: 1 });
  const tensors = Array.from(stateVariables(network), ([name, variable]) => ({
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

/** Saves a comparison as JSON; the folder is made when it is missing. */
export function saveComparison(comparison: ComparisonFile, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(comparison, null, 2)}\n`);
}

/** Reads what {@link saveComparison} wrote. */
export function readComparison(file: string): ComparisonFile {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as ComparisonFile;
}

/**
 * Renders a comparison as Markdown: what was trained, a line a split, and the sizes.
 * @returns text without a newline at its end
 */
export function renderComparison(comparison: ComparisonFile): string {
  const { epochs, images, backend, candidate, baseline, pairs } = comparison;
  const times = baseline.bytes / candidate.bytes;
  return [
    `${epochs} epochs each on the ${images.toLocaleString('en-US')} images of the synthetic sample (backend ${backend}).`,
    '',
    `| split | seeds | ${candidate.name} | ${baseline.name} | difference, ± its standard error | at least as accurate |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...summarizePairs(pairs).map(renderSplit),
    '',
    `${candidate.name}: ${count(candidate.parameters)} parameters, ${megabytes(candidate.bytes)}. ` +
      `${baseline.name}: ${count(baseline.parameters)}, ${megabytes(baseline.bytes)}, **${times.toFixed(0)} times** as large.`,
  ].join('\n');
}

function renderSplit(summary: SplitSummary): string {
  const { split, seeds, candidate, baseline, difference, standardError, atLeastAsAccurate } = summary;
  const points = `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(2)} ± ${(100 * standardError).toFixed(2)}`;
  return `| ${split} | ${seeds} | ${formatPercent(candidate)} | ${formatPercent(baseline)} | ${points} points | ${atLeastAsAccurate} of ${seeds} |`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
