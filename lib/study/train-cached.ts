import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type BlockSet, expectFaces } from '../core/blocks';
import type { Emotion } from '../core/emotions';
import { DEFAULT_EXPERIMENT, type Experiment } from '../core/experiment-settings';
import { homePath } from '../files/project';
import { saveWhole } from '../files/write-file';
import type { NetworkSpec } from '../model/architectures';
import { trainingSource, type TrainingInputs } from '../model/training/augment';
import { countParameters, loadState, type Network } from '../model/networks/network';
import { type CheckpointStore, readTrained, saveTrained } from '../model/training/checkpoint';
import { type InputName, inputSource, softLabelsOf } from '../model/training/data';
import type { EpochRecord } from '../model/training/history';
import { buildOptimizer, ORIGINAL_RECIPE, type TrainingRecipe } from '../model/training/recipe';
import { train } from '../model/training/train';

/** Increment when training gives other weights for the same settings; the cached trainings are then not reused. */
const TRAINING_VERSION = 1;

/** Result of {@link trainCached}. */
export interface CachedTraining {
  readonly history: readonly EpochRecord[];
  /** Epoch with the best validation accuracy; 0 when training was stopped during the first epoch. */
  readonly bestEpoch: number;
  /** Number of epochs that were trained by an earlier call. */
  readonly reusedEpochs: number;
  readonly stopped: boolean;
  /** Wall-clock time of this call. */
  readonly seconds: number;
}

/** Options of {@link trainCached}. */
export interface CachedTrainingOptions extends TrainingInputs {
  /** Default {@link ORIGINAL_RECIPE}. */
  readonly recipe?: TrainingRecipe;
  /** Seed and number of epochs; a learning rate or batch size other than the default overrides the recipe's. */
  readonly experiment: Experiment;
  readonly network: Network;
  readonly blocks: BlockSet;
  readonly faces: Readonly<Record<'train' | 'validation', { readonly faces: readonly number[] }>>;
  /** Hash of the initial weights if they are not drawn from the seed, as in fine-tuning. */
  readonly startedFrom?: string;
  /** Training accuracy is measured on this many training faces, the first ones; default all. */
  readonly scoredFaces?: number;
  /** Called after each epoch with the history of all epochs, those of earlier calls included. */
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly shouldStop?: () => boolean;
  /** The network's weights afterwards: the best epoch's (default) or the last epoch's. `keeps: 'weights'` allows the best only. */
  readonly finalWeights?: 'best' | 'last';
  /**
   * What is stored in the cache: `checkpoints` (default) after each epoch, from which a stopped or longer training
   * resumes; `weights` of the best epoch after the last epoch; or `nothing`.
   */
  readonly keeps?: 'checkpoints' | 'weights' | 'nothing';
  /** Default data/cache/training. */
  readonly cacheDirectory?: string;
}

/**
 * Trains a network, or resumes from the last checkpoint with the same settings and data.
 * @throws RangeError when the training set lacks an expression of the data or has one expression only, when the
 *   validation set is empty, or for `finalWeights: 'last'` with `keeps: 'weights'`
 */
export async function trainCached(options: CachedTrainingOptions): Promise<CachedTraining> {
  const { experiment, network, blocks, faces, inputs, keeps = 'checkpoints', finalWeights } = options;
  expectTrainable(blocks, faces);
  if (keeps === 'weights' && finalWeights === 'last')
    throw new RangeError('Expected the best epoch for finalWeights with keeps weights but received last');
  const start = performance.now();
  const store = keeps === 'nothing' ? undefined : createFileStore(checkpointDirectory(options));
  const known = keeps === 'weights' ? await readTrained(store!) : undefined;
  if (known) {
    const { history, best } = known;
    loadState(network, best.state);
    return { history, bestEpoch: best.epoch, reusedEpochs: history.length, stopped: false, seconds: 0 };
  }
  const recipe = recipeOf(options);
  const { faces: training } = faces.train;
  const { seed, epochs } = experiment;
  const optimizer = buildOptimizer(recipe, { samples: training.length, epochs });
  let trainedEpochs = 0;
  const { history, best, stopped } = await train({
    network,
    optimizer,
    epochs,
    batchSize: recipe.batchSize,
    seed,
    shouldStop: options.shouldStop,
    train: {
      ...trainingSource(options, blocks, training),
      softLabels: recipe.softLabels ? softLabelsOf(training.map((face) => blocks.records[face])) : undefined,
    },
    validation: inputSource(blocks, faces.validation.faces, inputs),
    scored: inputSource(blocks, training.slice(0, options.scoredFaces), inputs),
    store: keeps === 'checkpoints' ? store : undefined,
    onEpoch: (all) => {
      trainedEpochs += 1;
      options.onEpoch?.(all);
    },
  }).finally(() => optimizer.dispose());
  if (best && finalWeights !== 'last') loadState(network, best.state);
  if (best && keeps === 'weights' && !stopped) await saveTrained({ store: store!, network, history, best });
  const seconds = (performance.now() - start) / 1000;
  const reusedEpochs = history.length - trainedEpochs;
  return { history, bestEpoch: best?.epoch ?? 0, reusedEpochs, stopped, seconds };
}

/**
 * Builds a network, trains it with {@link trainCached}, calls a function with it, and disposes it.
 * @returns what the function returns
 */
export async function withTrained<T>(
  { build, ...form }: NetworkSpec,
  options: Omit<CachedTrainingOptions, 'network' | keyof NetworkSpec>,
  use: (network: Network, training: CachedTraining) => Promise<T>,
): Promise<T> {
  const network = build({ seed: options.experiment.seed });
  try {
    const training = await trainCached({ ...options, ...form, network });
    return await use(network, training);
  } finally {
    network.dispose();
  }
}

// A network that was trained on one expression only is always right on that expression.
function expectTrainable(blocks: BlockSet, { train, validation }: CachedTrainingOptions['faces']): void {
  const learned = new Set(train.faces.map((face) => blocks.records[face].emotion));
  const missing = new Set(blocks.records.map(({ emotion }) => emotion).filter((one) => !learned.has(one)));
  if (missing.size > 0)
    throw new RangeError(
      `Expected every expression of the data among the training faces but received none of ${[...missing].sort().join(', ')}: add images of these, or take another split`,
    );
  expectExpressions([...learned]);
  if (validation.faces.length === 0)
    throw new RangeError(
      `Expected at least 1 face for validation but received none and ${train.faces.length} for training: add images, or take another split`,
    );
}

/**
 * Checks that there are at least two classes.
 * @param emotions of the images; may repeat
 * @throws RangeError for fewer than two different expressions
 */
export function expectExpressions(emotions: readonly Emotion[]): void {
  const different = [...new Set(emotions)];
  if (different.length >= 2) return;
  throw new RangeError(
    `Expected at least 2 expressions to learn but received ${different.join() || 'none'}: add images of others`,
  );
}

function recipeOf({ recipe = ORIGINAL_RECIPE, experiment }: CachedTrainingOptions): TrainingRecipe {
  const { learningRate, batchSize } = experiment;
  return {
    ...recipe,
    learningRate: learningRate === DEFAULT_EXPERIMENT.learningRate ? recipe.learningRate : learningRate,
    batchSize: batchSize === DEFAULT_EXPERIMENT.batchSize ? recipe.batchSize : batchSize,
  };
}

/**
 * Finds the directory of a training's checkpoints and creates it if it is missing. Its name is a hash of the settings,
 * the data, and {@link TRAINING_VERSION}.
 */
export function checkpointDirectory(options: CachedTrainingOptions): string {
  const { network, experiment, blocks, faces, inputs, augmentation, keeps } = options;
  const { cacheDirectory = homePath('data', 'cache', 'training') } = options;
  const recipe = recipeOf(options);
  const settings = {
    version: TRAINING_VERSION,
    network: network.name,
    parameters: countParameters(network),
    backend: tf.getBackend(),
    seed: experiment.seed,
    // A schedule spans all epochs; without one a longer training goes on from a shorter one.
    epochs: recipe.schedule === 'one-cycle' || keeps === 'weights' ? experiment.epochs : undefined,
    inputs,
    recipe,
    augmentation,
    startedFrom: options.startedFrom,
  };
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const side of [faces.train, faces.validation])
    hash.update(fingerprintFaces(blocks, side.faces, inputs));
  const name = `${network.name.toLowerCase()}-${hash.digest('hex').slice(0, 16)}`;
  const directory = path.join(cacheDirectory, name);
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** The arrays of a block set that each input is computed from. */
const COLUMNS: Readonly<Record<InputName, (blocks: BlockSet) => readonly (Float32Array | Uint8Array)[]>> = {
  eyes: ({ eyes }) => [eyes],
  mouth: ({ mouth }) => [mouth],
  face: (blocks) => [expectFaces(blocks).faces],
  softEyes: softColumns,
  softMouth: softColumns,
  landmarks: ({ landmarks }) => [landmarks],
  boxes: ({ eyesBoxes, mouthBoxes, imageSizes }) => [eyesBoxes, mouthBoxes, imageSizes],
};

function softColumns(blocks: BlockSet) {
  const { faces, faceBoxes } = expectFaces(blocks);
  return [faces, faceBoxes, blocks.landmarks];
}

/**
 * Computes a fingerprint of faces as a network sees them: inputs, label and votes of each, in order. Paths and other
 * arrays of the block set have no influence.
 * @param faces positions in the block set
 * @returns SHA-256, 64 hexadecimal digits
 */
export function fingerprintFaces(
  blocks: BlockSet,
  faces: readonly number[],
  inputs: readonly InputName[],
): string {
  const count = blocks.records.length;
  const columns = inputs.flatMap((input) => COLUMNS[input](blocks));
  const hash = createHash('sha256').update(inputs.join());
  for (const face of faces) {
    for (const column of columns) {
      const length = column.length / count;
      const row = column.subarray(face * length, (face + 1) * length);
      hash.update(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
    }
    const { emotion, votes } = blocks.records[face];
    hash.update(`${emotion} ${votes?.join() ?? ''}\0`);
  }
  return hash.digest('hex');
}

/**
 * Stores checkpoints as files in one folder. A file is written under another name, flushed to disk and then renamed, so
 * that a process killed while writing leaves the previous file intact.
 * @param directory created when it is missing
 */
export function createFileStore(directory: string): CheckpointStore {
  const fileOf = (name: string) => path.join(directory, name);
  return {
    read: (name) =>
      fs.promises.readFile(fileOf(name)).catch((error: NodeJS.ErrnoException) => {
        // Another error must not pass for a training that has not begun.
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    write: (name, parts) => saveWhole(fileOf(name), parts),
  };
}
