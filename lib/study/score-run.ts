import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import type { FrameRecord } from '../core/record';
import { splitRecords } from '../core/split';
import { blockSource } from '../model/training/data';
import { predict } from '../model/training/evaluate';
import type { Network } from '../model/networks/network';
import { facesOfSplit } from './faces-of-split';
import { scoreTest } from './score-test';
import { trainCached } from './train-cached';

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
      accuracy: scoreTest(test.labels, labels, faces.test.missed).ofAll.value,
      bestEpoch,
      secondsPerEpoch: seconds[seconds.length >> 1],
    };
  } finally {
    network.dispose();
  }
}
