import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../core/random';
import type { Adam } from '../../tensor/adam';
import { compileTraining } from '../../tensor/graph/run-training-graph';
import { nativeBackend, type NativeBackend } from '../../tensor/native/addon';
import { meanCrossEntropy } from '../../tensor/operations';
import { drawDropoutSeed } from '../networks/layers';
import { saveState, type Network } from '../networks/network';
import { restoreLast, saveBest, saveLast, type BestEpoch, type CheckpointStore } from './checkpoint';
import { makeBatch, type Batch, type TensorSource } from './data';
import { evaluate, yieldToHost } from './evaluate';
import { isBetter, type EpochRecord } from './history';

/** Network, data, settings and callbacks of a training. */
export interface TrainOptions {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly train: TensorSource;
  readonly validation: TensorSource;
  /** Samples of the training accuracy after each epoch; default all training samples. */
  readonly scored?: TensorSource;
  readonly epochs: number;
  readonly batchSize: number;
  /** Determines the order of the samples and the dropout masks. The network already has its initial weights. */
  readonly seed: number;
  /**
   * Where a checkpoint is saved after each epoch and continued from; default none. A checkpoint of more epochs than
   * `epochs` is neither continued nor overwritten.
   */
  readonly store?: CheckpointStore;
  /** Called after each epoch with the whole history, epochs before a resumption included. */
  readonly onEpoch?: (history: readonly EpochRecord[]) => void;
  /** Called after each batch; true stops the training. */
  readonly shouldStop?: () => boolean;
}

/** Result of a training. The network has the last weights, not the best. */
interface TrainResult {
  /** One record per complete epoch, epochs before a resumption included. */
  readonly history: readonly EpochRecord[];
  /** Whether shouldStop ended the training; the network then has weights of an incomplete epoch. */
  readonly stopped: boolean;
  /** The epoch of the best validation result, for loadState; undefined before the first complete epoch. */
  readonly best: BestEpoch | undefined;
}

/**
 * Trains a network by cross entropy, and continues from the last checkpoint if there is one. Each epoch uses every
 * sample exactly once, in seeded order; the last batch may be smaller. (The original's script ends an epoch after its
 * first batch.) After each batch, timers and signals are handled.
 * @returns history and best weights
 * @throws RangeError when a set has no samples, the batch size is not a positive integer, or the checkpoint is
 *   another run's; Error when the loss is not finite
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { network, optimizer, train, validation, scored = train, epochs, batchSize, seed } = options;
  for (const [name, { size }] of Object.entries({ train, validation }))
    if (size === 0) throw new RangeError(`Expected at least 1 sample for ${name} but received 0`);
  if (!(Number.isInteger(batchSize) && batchSize > 0))
    throw new RangeError(`Expected an integer above 0 for batchSize but received ${batchSize}`);
  const { learningRate } = optimizer.settings;
  const sizes = { trainSize: train.size, validationSize: validation.size };
  const identity = { network: network.name, seed, batchSize, learningRate, ...sizes };
  let { store } = options;
  let saved = store && (await restoreLast({ store, network, optimizer, identity, epochs }));
  // A longer run has other weights, and its checkpoint must not be replaced by a shorter run's.
  if (saved && saved.history.length > epochs) saved = store = undefined;
  const history = [...(saved?.history ?? [])];
  let best = saved?.best;
  if (history.length === epochs) return { history, stopped: false, best };
  const steps = beginEpochSteps(options);
  while (history.length < epochs) {
    const epoch = history.length + 1;
    const started = performance.now();
    const trainLoss = await trainEpoch(options, steps, epoch);
    if (trainLoss === undefined) return { history, stopped: true, best };
    const { accuracy: trainAccuracy } = await evaluate(network, scored);
    const { loss: validationLoss, accuracy: validationAccuracy } = await evaluate(network, validation);
    const seconds = (performance.now() - started) / 1000;
    const record = { epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy, seconds };
    const improved = isBetter(
      record,
      history.find((other) => other.epoch === best?.epoch),
    );
    history.push(record);
    if (improved) best = { epoch, state: saveState(network) };
    if (store && improved) await saveBest({ store, network, identity, best: best! });
    if (store) await saveLast({ store, network, optimizer, identity, history });
    options.onEpoch?.(history);
  }
  return { history, stopped: false, best };
}

/** @returns the mean loss over the epoch's samples; undefined when the run was stopped */
async function trainEpoch(
  { train, batchSize, seed, shouldStop }: TrainOptions,
  steps: ReturnType<typeof beginTrainingSteps>,
  epoch: number,
): Promise<number | undefined> {
  const order = createRandom(seed, 'order', epoch).shuffle(Array.from(train.labels.keys()));
  let sum = 0;
  for (let step = 0; step * batchSize < order.length; step++) {
    const positions = order.slice(step * batchSize, (step + 1) * batchSize);
    sum += positions.length * (await steps.take(makeBatch(train, positions, { seed, epoch, step })));
    await yieldToHost();
    if (shouldStop?.()) return undefined;
  }
  return sum / order.length;
}

/** Begins the steps with an example batch of each size that occurs in an epoch. */
function beginEpochSteps({ train, batchSize, seed, network, optimizer }: TrainOptions) {
  const sizes = new Set([Math.min(batchSize, train.size), train.size % batchSize].filter((size) => size > 0));
  const examples = () =>
    [...sizes].map((size) => makeBatch(train, [...Array(size).keys()], { seed, epoch: 1, step: 0 }));
  return beginTrainingSteps({ network, optimizer, examples });
}

/**
 * Begins training steps from the current state of network and optimizer: as one graph on native TensorFlow, with tfjs'
 * gradient tape elsewhere. The results are equal up to rounding.
 * @param options.optimizer holds Adam's state; dispose it only after the last step
 * @param options.examples makes an example batch of each size; called on native TensorFlow only. The batches are disposed
 * @returns steps, valid until the optimizer is disposed or begins other steps
 * @throws Error when the network reads tensor values in training, or creates random numbers other than from dropout
 *   seeds
 */
export function beginTrainingSteps(options: {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly examples: () => readonly Batch[];
}) {
  const { network, optimizer } = options;
  const backend = nativeBackend();
  const variables = [...network.parameters.values()];
  const takeTapeStep = (batch: Batch) => {
    const { value, grads } = tf.variableGrads(() => measureLoss(network, batch), variables);
    optimizer.applyGradients(grads);
    return value;
  };
  const takeStep = backend ? beginGraphSteps(backend, network, optimizer, options.examples()) : takeTapeStep;
  const takeAndDispose = (batch: Batch) => {
    try {
      return tf.tidy(() => takeStep(batch));
    } finally {
      tf.dispose([...batch.inputs, batch.labels]);
    }
  };
  return {
    /**
     * Takes one step of gradient descent and disposes the batch's tensors.
     * @returns the batch's mean cross entropy before the step
     * @throws Error when the loss is not finite; RangeError when no example batch has this size
     */
    async take(batch: Batch): Promise<number> {
      const loss = takeAndDispose(batch);
      const [value] = await loss.data<'float32'>().finally(() => loss.dispose());
      if (Number.isFinite(value)) return value;
      const { epoch, step } = batch.dropout;
      throw new Error(`Expected a finite loss for batch ${step + 1} of epoch ${epoch} but received ${value}`);
    },
  };
}

/** Prefix of the feeds that are seeds of dropout layers. */
const SEED = 'seed.';

function beginGraphSteps(
  backend: NativeBackend,
  network: Network,
  optimizer: Adam,
  examples: readonly Batch[],
): (batch: Batch) => tf.Scalar {
  const { parameters, buffers } = network;
  const momentsOf = (parameter: tf.Variable) => optimizer.momentsOf(parameter);
  const trainee = { parameters, buffers, momentsOf, decays: optimizer.settings.weightDecay > 0 };
  const pairs = new Map(
    examples.map((batch) => {
      const dropout = { ...batch.dropout, step: batch.dropout.step + 1 };
      const pair = [toExample(network, batch), toExample(network, { ...batch, dropout })] as const;
      return [sizeOf(batch), pair];
    }),
  );
  try {
    const training = compileTraining(backend, trainee, pairs);
    optimizer.attach(training);
    return (batch) => {
      const fixed = fixedFeeds(batch);
      const feedOf = (name: string) =>
        fixed.get(name) ?? drawDropoutSeed(name.slice(SEED.length), batch.dropout);
      return training.step(sizeOf(batch), feedOf, () => optimizer.countStep());
    };
  } finally {
    // The feeds include the batches' tensors and the kept dropout seeds.
    for (const pair of pairs.values()) for (const { feeds } of pair) tf.dispose([...feeds.values()]);
  }
}

/** Makes an example of a step for {@link compileTraining}. */
function toExample(network: Network, batch: Batch) {
  const feeds = fixedFeeds(batch);
  const onSeed = (layer: string, seed: tf.Tensor1D) => {
    const kept = feeds.get(SEED + layer) ?? tf.keep(seed);
    feeds.set(SEED + layer, kept);
    return kept as tf.Tensor1D;
  };
  return { feeds, loss: () => measureLoss(network, batch, onSeed) };
}

function fixedFeeds({ inputs, labels }: Batch): Map<string, tf.Tensor> {
  const named = inputs.map((input, index) => [`input${index}`, input] as const);
  return new Map<string, tf.Tensor>([...named, ['labels', labels]]);
}

function measureLoss(
  network: Network,
  { inputs, labels, dropout }: Batch,
  onSeed?: (layer: string, seed: tf.Tensor1D) => tf.Tensor1D,
): tf.Scalar {
  return meanCrossEntropy(network.forward(inputs, { training: true, dropout, onSeed }), labels);
}

function sizeOf({ labels }: Batch): number {
  return labels.shape[0];
}
