import * as tf from '@tensorflow/tfjs';
import type { Adam } from '../../tensor/adam';
import { nativeBackend, type NativeBackend } from '../../tensor/native/addon';
import {
  compileTraining,
  type ExampleBatch,
  type ExamplePair,
  type NativeTraining,
  type Trainee,
} from '../../tensor/graph';
import { meanCrossEntropy } from '../../tensor/operations';
import type { TensorSource } from './data';
import { drawDropoutSeed } from '../networks/layers';
import type { DropoutSeed, Network } from '../networks/network';

/** A batch of labelled training samples, with the seed of its dropout masks. */
export interface Batch {
  /** The network's inputs, each [n, ...]. */
  readonly inputs: readonly tf.Tensor[];
  /** Label ids, int32 [n], or soft labels, float32 [n, 7]. */
  readonly labels: tf.Tensor1D | tf.Tensor2D;
  readonly dropout: DropoutSeed;
}

/** Takes the training steps of one network. */
export interface TrainingSteps {
  /**
   * Takes one step of gradient descent.
   * @returns the batch's mean cross entropy before the step; the caller disposes it
   * @throws RangeError when no example batch has this size; Error when the optimizer was stepped or restored
   *   elsewhere: begin new steps then
   */
  take(batch: Batch): tf.Scalar;
}

/** Network, optimizer and example batches of the steps. */
interface StepsOptions {
  readonly network: Network;
  /** Holds Adam's state; dispose it only after the last step. */
  readonly optimizer: Adam;
  /** Makes an example batch of each size; called on native TensorFlow only. The batches are disposed. */
  readonly examples: () => readonly Batch[];
}

/**
 * Begins training steps from the current state of network and optimizer: as one graph on native TensorFlow, with tfjs'
 * gradient tape elsewhere. The results are equal up to rounding.
 * @returns steps, valid until the optimizer is disposed
 * @throws Error when the network reads tensor values in training, or creates random numbers other than from dropout
 *   seeds
 */
export function beginTrainingSteps(options: StepsOptions): TrainingSteps {
  const backend = nativeBackend();
  return backend ? beginNativeSteps(backend, options) : beginTapeSteps(options);
}

/**
 * Makes a training batch.
 * @param positions of the samples in the source
 * @returns a batch whose tensors the caller disposes
 */
export function makeBatch(source: TensorSource, positions: readonly number[], dropout: DropoutSeed): Batch {
  const [labels, ...inputs] = tf.tidy(() => [
    gatherLabels(source, positions),
    ...(source.augmentedBatch?.(positions, dropout) ?? source.batch(positions)),
  ]);
  return { inputs, labels: labels as Batch['labels'], dropout };
}

function gatherLabels({ labels, softLabels }: TensorSource, positions: readonly number[]): tf.Tensor {
  if (!softLabels) return tf.tensor1d(Int32Array.from(positions, (position) => labels[position]));
  const classes = softLabels.length / labels.length;
  const rows = new Float32Array(positions.length * classes);
  for (const [row, position] of positions.entries())
    rows.set(softLabels.subarray(position * classes, (position + 1) * classes), row * classes);
  return tf.tensor2d(rows, [positions.length, classes]);
}

/**
 * Takes a step on a batch and disposes the batch's tensors.
 * @returns the batch's mean cross entropy before the step
 * @throws Error when the loss is not finite, and as {@link TrainingSteps.take}
 */
export async function takeStep(steps: TrainingSteps, batch: Batch): Promise<number> {
  const [value] = await readLoss(steps, batch);
  if (Number.isFinite(value)) return value;
  const { epoch, step } = batch.dropout;
  throw new Error(`Expected a finite loss for batch ${step + 1} of epoch ${epoch} but received ${value}`);
}

function readLoss(steps: TrainingSteps, batch: Batch): Promise<Float32Array> {
  try {
    const loss = steps.take(batch);
    return loss.data<'float32'>().finally(() => loss.dispose());
  } finally {
    tf.dispose([...batch.inputs, batch.labels]);
  }
}

/** Begins training steps with tfjs' gradient tape, which works on every backend. */
export function beginTapeSteps({ network, optimizer }: StepsOptions): TrainingSteps {
  const variables = [...network.parameters.values()];
  return {
    take: (batch) =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => measureLoss(network, batch), variables);
        optimizer.applyGradients(grads);
        return value;
      }),
  };
}

function beginNativeSteps(
  backend: NativeBackend,
  { network, optimizer, examples }: StepsOptions,
): TrainingSteps {
  const { parameters, buffers } = network;
  const trainee = { parameters, buffers, decays: optimizer.weightDecay > 0 };
  const training = compileExamples(backend, { network, trainee }, examples());
  optimizer.keepStateIn(training, network.parameters);
  return {
    take: (batch) =>
      tf.tidy(() => training.step(sizeOf(batch), feedsOf(batch, training), optimizer.countStep())),
  };
}

function compileExamples(
  backend: NativeBackend,
  { network, trainee }: { readonly network: Network; readonly trainee: Trainee },
  batches: readonly Batch[],
): NativeTraining {
  const pairs = batches.map((batch) => [sizeOf(batch), toExamples(network, batch)] as const);
  try {
    return compileTraining(backend, trainee, new Map(pairs));
  } finally {
    // The feeds include the batches' tensors and the kept dropout seeds.
    for (const [, pair] of pairs) for (const { feeds } of pair) tf.dispose([...feeds.values()]);
  }
}

function measureLoss(
  network: Network,
  batch: Batch,
  onSeed?: (layer: string, seed: tf.Tensor1D) => tf.Tensor1D,
): tf.Scalar {
  const { inputs, labels, dropout } = batch;
  return meanCrossEntropy(network.forward(inputs, { training: true, dropout, onSeed }), labels);
}

const SEED = 'seed.';

/** Makes two examples of a batch that differ in their dropout seeds. */
function toExamples(network: Network, batch: Batch): ExamplePair {
  const { dropout } = batch;
  const next = { ...batch, dropout: { ...dropout, step: dropout.step + 1 } };
  return [toExample(network, batch), toExample(network, next)];
}

function toExample(network: Network, batch: Batch): ExampleBatch {
  const feeds = new Map<string, tf.Tensor>(fixedFeeds(batch));
  const onSeed = (layer: string, seed: tf.Tensor1D) => {
    const kept = feeds.get(SEED + layer) ?? tf.keep(seed);
    feeds.set(SEED + layer, kept);
    return kept as tf.Tensor1D;
  };
  return { feeds, loss: () => measureLoss(network, batch, onSeed) };
}

function fixedFeeds({ inputs, labels }: Batch): [string, tf.Tensor][] {
  return [...inputs.map((input, index): [string, tf.Tensor] => [`input${index}`, input]), ['labels', labels]];
}

function feedsOf(batch: Batch, training: NativeTraining): Record<string, tf.Tensor> {
  const fixed = new Map(fixedFeeds(batch));
  const feedOf = (name: string) => fixed.get(name) ?? drawDropoutSeed(name.slice(SEED.length), batch.dropout);
  return Object.fromEntries(training.feedNames(sizeOf(batch)).map((name) => [name, feedOf(name)]));
}

function sizeOf({ labels }: Batch): number {
  return labels.shape[0];
}
