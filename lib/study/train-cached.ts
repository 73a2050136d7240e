import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { BlockSet } from '../core/blocks';
import type { Emotion } from '../core/emotions';
import { DEFAULT_EXPERIMENT, type Experiment } from '../core/experiment';
import { homePath } from '../files/project';
import { trainingSource, type TrainingInputs } from '../model/architectures';
import { readTrained, saveTrained } from '../model/training/checkpoint';
import { createFileStore } from '../model/training/checkpoint-files';
import { inputSource, softLabelsOf } from '../model/training/data';
import type { EpochRecord } from '../model/training/history';
import { countParameters, loadState, saveState, type Network } from '../model/networks/network';
import { buildOptimizer, ORIGINAL_RECIPE, type TrainingRecipe } from '../model/training/recipe';
import { train, type BatchProgress } from '../model/training/train';
import type { SplitFaces } from './faces-of-split';
import { hashFaces } from './fingerprint';

/** Increment when training gives other weights for a reason that no setting tells: all is then trained anew. */
const TRAINING_VERSION = 1;

/** How a training with checkpoints ended. */
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
export interface CachedTrainingOptions extends TrainingInputs {
  /** Default the original's. */
  readonly recipe?: TrainingRecipe;
  /** Seed and epochs; its learning rate and batch size, where they are not the defaults, go before the recipe's. */
  readonly experiment: Experiment;
  readonly network: Network;
  readonly blocks: BlockSet;
  readonly faces: Pick<SplitFaces, 'train' | 'validation'>;
  /** Names the weights that the network begins with, where they are not its seed's own. */
  readonly startedFrom?: string;
  /** How many of the training faces train accuracy is measured on, the first ones; default all. */
  readonly scoredFaces?: number;
  /** Called after each epoch with the history so far, resumed epochs included. */
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly shouldStop?: () => boolean;
  /** Which epoch's weights the network holds afterwards, default the best epoch's; `keeps: 'weights'` keeps these alone. */
  readonly finalWeights?: 'best' | 'last';
  /**
   * What is kept below data/cache/training: after each epoch a checkpoint that a stopped or a longer training goes on
   * from; after the last epoch the best epoch's weights alone; or nothing. Default `checkpoints`.
   */
  readonly keeps?: 'checkpoints' | 'weights' | 'nothing';
  /** Where it is kept; default data/cache/training. */
  readonly cacheDirectory?: string;
}

/**
 * Trains a network on a split's training side, from its last checkpoint where the same data was trained on with the
 * same settings. Checkpoints of other settings and seeds stay beside it.
 * @throws RangeError when the training faces lack an expression of the data or have one only, or when there is no validation
 *   face; what training throws
 */
export async function trainCached(options: CachedTrainingOptions): Promise<CachedTraining> {
  const { network, blocks, faces, keeps } = options;
  expectTrainable(blocks, faces);
  if (keeps !== 'weights') return trainHere(options);
  if (options.finalWeights === 'last')
    throw new RangeError('Expected the best epoch for finalWeights beside keeps weights but received last');
  const store = createFileStore(checkpointDirectory(options));
  const known = await readTrained(store);
  if (known) {
    loadState(network, known.best.state);
    const { history, best } = known;
    return { history, bestEpoch: best.epoch, reusedEpochs: history.length, stopped: false, seconds: 0 };
  }
  const trained = await trainHere(options);
  const { history, bestEpoch: epoch } = trained;
  if (!trained.stopped)
    await saveTrained({ store, network, history, best: { epoch, state: saveState(network) } });
  return trained;
}

async function trainHere(options: CachedTrainingOptions): Promise<CachedTraining> {
  const start = performance.now();
  const {
    experiment,
    network,
    blocks,
    faces,
    inputs,
    keeps = 'checkpoints',
    onEpoch,
    onBatch,
    shouldStop,
  } = options;
  const { seed, epochs } = experiment;
  const recipe = recipeOf(options);
  const optimizer = buildOptimizer(recipe, { samples: faces.train.faces.length, epochs });
  let trainedEpochs = 0;
  const trainingFaces = faces.train.faces.map((face) => blocks.records[face]);
  const result = await train({
    network,
    optimizer,
    epochs,
    batchSize: recipe.batchSize,
    seed,
    onBatch,
    shouldStop,
    train: {
      ...trainingSource(options, blocks, faces.train.faces),
      softLabels: recipe.softLabels ? softLabelsOf(trainingFaces) : undefined,
    },
    validation: inputSource(blocks, faces.validation.faces, inputs),
    scored: inputSource(blocks, faces.train.faces.slice(0, options.scoredFaces), inputs),
    checkpoint:
      keeps === 'checkpoints' ? { store: createFileStore(checkpointDirectory(options)) } : undefined,
    onEpoch: (_, history) => {
      trainedEpochs += 1;
      onEpoch?.(history);
    },
  }).finally(() => optimizer.dispose());
  if (result.best && options.finalWeights !== 'last') loadState(network, result.best.state);
  return {
    history: result.history,
    bestEpoch: result.best?.epoch ?? 0,
    reusedEpochs: result.history.length - trainedEpochs,
    stopped: result.stopped,
    seconds: (performance.now() - start) / 1000,
  };
}

/** What is learned from too few faces looks like success: one expression alone is always right. */
function expectTrainable(blocks: BlockSet, { train, validation }: CachedTrainingOptions['faces']): void {
  const ofFaces = (faces: readonly number[]) => new Set(faces.map((face) => blocks.records[face].emotion));
  const [learned, all] = [ofFaces(train.faces), new Set(blocks.records.map(({ emotion }) => emotion))];
  const missing = [...all].filter((emotion) => !learned.has(emotion));
  if (missing.length > 0)
    throw new RangeError(
      `Expected every expression of the data among the training faces but received none of ${missing.sort().join(', ')}: add images of these, or take another split`,
    );
  expectExpressions([...learned]);
  if (validation.faces.length === 0)
    throw new RangeError(
      `Expected at least 1 face for validation but received none beside ${train.faces.length} for training: add images, or take another split`,
    );
}

/**
 * Checks that there is something to tell apart.
 * @param emotions those of some images, each once or more often
 * @throws RangeError for fewer than two
 */
export function expectExpressions(emotions: readonly Emotion[]): void {
  const different = [...new Set(emotions)];
  if (different.length >= 2) return;
  throw new RangeError(
    `Expected at least 2 expressions to learn but received ${different.join() || 'none'}: add images of others`,
  );
}

/** The recipe, with what the experiment sets instead. */
function recipeOf({ recipe = ORIGINAL_RECIPE, experiment }: CachedTrainingOptions): TrainingRecipe {
  const { learningRate, batchSize } = experiment;
  return {
    ...recipe,
    learningRate: learningRate === DEFAULT_EXPERIMENT.learningRate ? recipe.learningRate : learningRate,
    batchSize: batchSize === DEFAULT_EXPERIMENT.batchSize ? recipe.batchSize : batchSize,
  };
}

/**
 * Gives the folder of a training's checkpoints, named by all that its weights depend on: settings, data, and a version
 * of the code that is raised by hand.
 */
export function checkpointDirectory(options: CachedTrainingOptions): string {
  const { network, experiment, blocks, faces, inputs, augmentation, cacheDirectory, keeps } = options;
  const parent = cacheDirectory ?? homePath('data', 'cache', 'training');
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
  for (const side of [faces.train, faces.validation]) hash.update(hashFaces(blocks, side.faces, inputs));
  const directory = path.join(parent, `${network.name.toLowerCase()}-${hash.digest('hex').slice(0, 16)}`);
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}
