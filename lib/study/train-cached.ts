import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BlockSet } from '../core/blocks';
import type { Experiment } from '../core/experiment';
import { buildAdam } from '../engine/adam';
import { hashFiles, listFiles, projectRoot } from '../engine/project';
import { createFileStore } from '../model/checkpoint-files';
import type { TensorSource } from '../model/data';
import type { EpochRecord } from '../model/history';
import type { Network } from '../model/network';
import { loadState } from '../model/network';
import { train } from '../model/train';
import type { BatchProgress } from '../model/train';
import type { SplitFaces } from './faces-of-split';

/** How a training with checkpoints ended. The network holds the weights of the best epoch. */
export interface CachedTraining {
  readonly history: readonly EpochRecord[];
  /** The epoch that did best on the validation side; 0 when training was stopped before one was finished. */
  readonly bestEpoch: number;
  /** Epochs that an earlier run had trained, so that they were not trained now. */
  readonly reusedEpochs: number;
  readonly stopped: boolean;
  /** Wall-clock time of this run. */
  readonly seconds: number;
}

/** What {@link trainCached} needs. */
export interface CachedTrainingOptions {
  readonly experiment: Experiment;
  readonly network: Network;
  readonly blocks: BlockSet;
  readonly faces: SplitFaces;
  /** Makes what the network is fed with, as `blockSource` and `boxSource` do. */
  readonly toSource: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
  /** Makes what training draws from, where it is another source; default `toSource`. */
  readonly toTrainSource?: (blocks: BlockSet, faces: readonly number[]) => TensorSource;
  /** Called after each epoch with the history so far, resumed epochs included. */
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly shouldStop?: () => boolean;
  /** Where checkpoints are kept; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/**
 * Trains a network on a split's training side, from its last checkpoint where the same code was training on the
 * same data with the same settings. Checkpoints of the network's other settings are removed.
 * @throws what training throws
 */
export async function trainCached(options: CachedTrainingOptions): Promise<CachedTraining> {
  const start = performance.now();
  const { experiment, network, blocks, faces, toSource, toTrainSource, onEpoch, onBatch, shouldStop } =
    options;
  const { seed, batchSize, learningRate, epochs } = experiment;
  const optimizer = buildAdam({ learningRate });
  let trainedEpochs = 0;
  const result = await train({
    ...{ network, optimizer, epochs, batchSize, seed, onBatch, shouldStop },
    train: (toTrainSource ?? toSource)(blocks, faces.train.faces),
    validation: toSource(blocks, faces.validation.faces),
    checkpoint: {
      store: createFileStore(prepareDirectory(options)),
    },
    onEpoch: (_, history) => {
      trainedEpochs += 1;
      onEpoch?.(history);
    },
  }).finally(() => optimizer.dispose());
  if (result.best) loadState(network, result.best.state);
  return {
    history: result.history,
    bestEpoch: result.best?.epoch ?? 0,
    reusedEpochs: result.history.length - trainedEpochs,
    stopped: result.stopped,
    seconds: (performance.now() - start) / 1000,
  };
}

/** Names what a checkpoint depends on: settings, data, and the code that trains. */
function fingerprint({ experiment, blocks, faces }: CachedTrainingOptions): string {
  const hash = createHash('sha256');
  const { seed, batchSize, learningRate, epochs } = experiment;
  hash.update(JSON.stringify({ seed, batchSize, learningRate, epochs, faces, backend: tf.getBackend() }));
  for (const values of [blocks.eyes, blocks.mouth, blocks.eyesBoxes, blocks.mouthBoxes]) hash.update(values);
  for (const record of blocks.records) hash.update(`${record.path} ${record.emotion}\0`);
  const folders = ['core', 'engine', 'model'].map((name) => path.join(__dirname, '..', name));
  const sources = folders.flatMap((folder) => listFiles(folder, path.extname(__filename)));
  return hash.update(hashFiles(sources)).digest('hex').slice(0, 16);
}

function prepareDirectory(options: CachedTrainingOptions): string {
  const parent = options.cacheDirectory ?? path.join(projectRoot(), 'data', 'cache', 'training');
  fs.mkdirSync(parent, { recursive: true });
  const prefix = `${options.network.name.toLowerCase()}-`;
  const own = `${prefix}${fingerprint(options)}`;
  const stale = fs.readdirSync(parent).filter((name) => name.startsWith(prefix) && name !== own);
  for (const name of stale) fs.rmSync(path.join(parent, name), { recursive: true });
  return path.join(parent, own);
}
