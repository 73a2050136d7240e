import * as tf from '@tensorflow/tfjs';
import type { Adam } from '../engine/adam';
import { nativeBackend, type NativeBackend } from '../engine/native';
import {
  compileTraining,
  type ExampleBatch,
  type ExamplePair,
  type NativeTraining,
  type Trainee,
} from '../engine/graph';
import { meanCrossEntropy } from '../engine/operations';
import type { TensorSource } from './data';
import { drawDropoutSeed } from './layers';
import type { DropoutSeed, Network } from './network';

/** Labelled samples to learn from, and what decides their dropout masks. */
export interface Batch {
  /** The network's inputs, each [n, ...]. */
  readonly inputs: readonly tf.Tensor[];
  /** Label ids, int32 [n], or soft labels, float32 [n, 7]. */
  readonly labels: tf.Tensor1D | tf.Tensor2D;
  readonly dropout: DropoutSeed;
}

/** Training steps on one network. */
export interface TrainingSteps {
  /**
   * Takes a step of gradient descent.
   * @returns the batch's mean cross entropy before the step; the caller disposes it
   * @throws RangeError for a batch of a size that had no example; Error when the optimizer has since taken other steps, or
   *   was given another memory: begin anew then
   */
  take(batch: Batch): tf.Scalar;
}

/** What steps are taken on. */
export interface StepsOptions {
  readonly network: Network;
  /** Remembers for the steps; it has to live as long as they are taken. */
  readonly optimizer: Adam;
  /** Makes a batch of each size that will be taken. It is asked where native TensorFlow trains; they are disposed. */
  readonly examples: () => readonly Batch[];
}

/**
 * Begins training steps where network and optimizer stand: as one graph where native TensorFlow computes, and by tfjs'
 * tape elsewhere. The numbers are the same but for rounding.
 * @returns steps, which the optimizer's disposal ends
 * @throws Error when the network reads its tensors' numbers while it trains, or draws other numbers for each batch but
 *   by dropout's seeds
 */
export function beginTrainingSteps(options: StepsOptions): TrainingSteps {
  const backend = nativeBackend();
  return backend ? beginNativeSteps(backend, options) : beginTapeSteps(options);
}

/**
 * Makes a batch to learn from.
 * @param positions of the source's samples
 * @returns the caller disposes its tensors
 */
export function drawBatch(source: TensorSource, positions: readonly number[], dropout: DropoutSeed): Batch {
  const [labels, ...inputs] = tf.tidy(() => [
    gatherLabels(source, positions),
    ...(source.draw?.(positions, dropout) ?? source.batch(positions)),
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
 * Takes a step on a batch, whose tensors are disposed.
 * @returns its mean cross entropy before the step
 * @throws Error when that is no longer a number, or as {@link TrainingSteps.take} does
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

/** Begins training steps by tfjs' tape, which runs on every backend. */
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
  optimizer.rememberIn(training, network.parameters);
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
    // The seeds were kept: they are among the feeds, as the batches' tensors are.
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

/** Makes two examples of a batch: it, and it with the next step's dropout. */
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
