import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { mean } from '../../lib/core/intervals';
import { formatPercent, scoreTest } from '../../lib/core/metrics';
import type { FrameRecord } from '../../lib/core/record';
import { type SplitName, splitRecords } from '../../lib/core/split';
import type { NetworkSpec } from '../../lib/model/architectures';
import { encodeSafetensors, tensorsToWrite } from '../../lib/model/files/safetensors';
import { buildCompact } from '../../lib/model/networks/compact';
import { allVariables, countParameters } from '../../lib/model/networks/network';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { blockSource } from '../../lib/model/training/data';
import { predict } from '../../lib/model/training/evaluate';
import { ORIGINAL_RECIPE } from '../../lib/model/training/recipe';
import { facesOfSplit } from '../../lib/study/evaluate-split';
import { formatCount, markdownTable } from '../../lib/study/markdown';
import { openDataset, preprocessDataset } from '../../lib/study/open-dataset';
import { type CachedTrainingOptions, withTrained } from '../../lib/study/train-cached';
import { startEngine } from '../../lib/tensor/backend';
import { type ReferenceContext, writeReference } from './context';

/** Result of one training run. */
export type RunScore = Awaited<ReturnType<typeof scoreRun>>;

/** Scores of both networks on the same split with the same seed. */
export interface ScoredPair {
  readonly split: SplitName;
  readonly seed: number;
  readonly candidate: RunScore;
  readonly baseline: RunScore;
}

/**
 * Trains a network of both blocks, or loads it from the cache, and tests it.
 * @param options.experiment its seed determines the split, the initial weights, the batches and the dropout masks
 * @param options.records all frames, those without a face included
 * @returns accuracy of all test images, 0 to 1, an image without a found face being an error; the epoch with the best
 *   validation accuracy, whose weights were tested; and the median time of an epoch with its evaluation
 */
export async function scoreRun(
  build: NetworkSpec['build'],
  options: Pick<CachedTrainingOptions, 'experiment' | 'blocks' | 'cacheDirectory'> & {
    readonly records: readonly FrameRecord[];
  },
) {
  const { experiment, records, blocks, cacheDirectory } = options;
  const { seed, split } = experiment;
  const faces = facesOfSplit(splitRecords(records, split, seed), records, blocks);
  const form = { build, inputs: ['eyes', 'mouth'], recipe: ORIGINAL_RECIPE } as const;
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
 * @returns for each protocol the number of seeds, the mean accuracies, the mean paired difference (candidate minus
 *   baseline) with its standard error (0 for one seed), and for how many seeds the candidate was at least as accurate
 */
export function summarizePairs(pairs: readonly ScoredPair[]) {
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

/** Name, number of trainable parameters, and size of the weights' safetensors file. */
type NetworkSize = ReturnType<typeof measureNetwork>;

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
export function measureNetwork(build: NetworkSpec['build']) {
  const network = build({ seed: 1 });
  let bytes = 0;
  for (const part of encodeSafetensors(tensorsToWrite(allVariables(network)))) bytes += part.byteLength;
  network.dispose();
  return { name: network.name, parameters: countParameters(network), bytes };
}

/**
 * Formats a comparison as Markdown: the data, a table with one row per split protocol, and the sizes.
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
  const rows = summarizePairs(pairs).map(({ split, seeds, difference, standardError, ...own }) => [
    split,
    String(seeds),
    formatPercent(own.candidate),
    formatPercent(own.baseline),
    `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(2)} ± ${(100 * standardError).toFixed(2)} points`,
    `${own.atLeastAsAccurate} of ${seeds}`,
  ]);
  const size = ({ name, parameters, bytes }: NetworkSize, unit = '') =>
    `${name}: ${formatCount(parameters)}${unit}, ${(bytes / 1e6).toFixed(1)} MB`;
  const times = (baseline.bytes / candidate.bytes).toFixed(0);
  return [
    `${epochs} epochs each on the ${formatCount(images)} images of the synthetic sample (backend ${backend}).`,
    markdownTable(header, rows, 'lrrrrr'),
    `${size(candidate, ' parameters')}. ${size(baseline)}, **${times} times** as large.`,
  ].join('\n\n');
}

/**
 * Makes results/reference/compare.json and its table in docs/benchmarks.md: trains the compact network and TerGat on the
 * synthetic sample, by frames and by clips, with five seeds each. Trained networks are kept in data/cache/training.
 */
export async function makeComparisonReference(context: ReferenceContext): Promise<void> {
  const engine = await startEngine();
  const dataset = await openDataset(DEFAULT_EXPERIMENT, {});
  const { blocks } = await preprocessDataset(dataset, DEFAULT_EXPERIMENT);
  const { records } = dataset;
  const pairs: ScoredPair[] = [];
  for (const split of ['frames', 'clips'] as const) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const options = { experiment: { ...DEFAULT_EXPERIMENT, split, seed }, records, blocks };
      const candidate = await scoreRun(buildCompact, options);
      const baseline = await scoreRun(buildTerGat, options);
      pairs.push({ split, seed, candidate, baseline });
      context.print(
        `${split}, seed ${seed}: Compact ${formatPercent(candidate.accuracy)}, TerGat ${formatPercent(baseline.accuracy)}`,
      );
    }
  }
  const comparison: ComparisonFile = {
    epochs: DEFAULT_EXPERIMENT.epochs,
    images: records.length,
    backend: engine.backend,
    candidate: measureNetwork(buildCompact),
    baseline: measureNetwork(buildTerGat),
    pairs,
  };
  const table = { page: 'docs/benchmarks.md', text: renderComparison(comparison) };
  writeReference(context, 'compare', comparison, table);
}
