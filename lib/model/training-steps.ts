import * as tf from '@tensorflow/tfjs';
import type { Adam } from '../engine/adam';
import { nativeBackend, type NativeBackend } from '../engine/native';
import { compileTraining, type NativeTraining } from '../engine/native-training';
import type { ExampleBatch } from '../engine/training-graph';
import { meanCrossEntropy } from '../engine/operations';
import type { TensorSource } from './data';
import { drawDropoutSeed } from './layers';
import type { DropoutSeed, Network } from './network';

/** Labelled samples to learn from, and what decides their dropout masks. */
export interface Batch {
  /** The network's inputs, each [n, ...]. */
  readonly inputs: readonly tf.Tensor[];
  /** Label ids, int32 [n]. */
  readonly labels: tf.Tensor1D;
  readonly dropout: DropoutSeed;
}

/** Training steps on one network. */
export interface TrainingSteps {
  /**
   * Takes a step of gradient descent.
   * @returns the batch's mean cross entropy before the step; the caller disposes it
   */
  take(batch: Batch): tf.Scalar;
}

/** What steps are taken on. */
export interface StepsOptions {
  readonly network: Network;
  /** Remembers for the steps; it has to live as long as they are taken. */
  readonly optimizer: Adam;
  /** Makes a batch of each size that will be taken. It is asked where an example is needed, and they are disposed. */
  readonly examples: () => readonly Batch[];
}

/**
 * Begins training steps where network and optimizer stand: as one graph where native TensorFlow computes, and by tfjs'
 * tape elsewhere. The numbers are the same but for rounding.
 * @returns steps, which the optimizer's disposal ends
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
  const inputs = source.draw?.(positions, dropout) ?? source.batch(positions);
  const labels = tf.tensor1d(Int32Array.from(positions, (position) => source.labels[position]));
  return { inputs, labels, dropout };
}

/**
 * Takes a step on a batch, whose tensors are disposed.
 * @returns its mean cross entropy before the step
 * @throws Error when that is no longer a number
 */
export async function takeStep(steps: TrainingSteps, batch: Batch): Promise<number> {
  const loss = steps.take(batch);
  tf.dispose([...batch.inputs, batch.labels]);
  const [value] = await loss.data();
  loss.dispose();
  if (Number.isFinite(value)) return value;
  const { epoch, step } = batch.dropout;
  throw new Error(`Expected a finite loss for batch ${step + 1} of epoch ${epoch} but received ${value}`);
}

function beginTapeSteps({ network, optimizer }: StepsOptions): TrainingSteps {
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
  const batches = examples();
  const named = batches.map((batch) => [sizeOf(batch), toExample(network, batch)] as const);
  const training = compileTraining(backend, network, new Map(named));
  // The seeds were kept: they are among the feeds, as the batches' tensors are.
  named.forEach(([, { feeds }]) => tf.dispose([...feeds.values()]));
  optimizer.rememberIn(training, network.parameters);
  return {
    take: (batch) =>
      tf.tidy(() => training.step(sizeOf(batch), feedsOf(batch, training), optimizer.countStep())),
  };
}

function measureLoss(
  network: Network,
  batch: Batch,
  onSeed?: (layer: string, seed: tf.Tensor1D) => void,
): tf.Scalar {
  const { inputs, labels, dropout } = batch;
  return meanCrossEntropy(network.forward(inputs, { training: true, dropout, onSeed }), labels);
}

const SEED = 'seed.';

function toExample(network: Network, batch: Batch): ExampleBatch {
  const feeds = new Map<string, tf.Tensor>(fixedFeeds(batch));
  const onSeed = (layer: string, seed: tf.Tensor1D) => void feeds.set(SEED + layer, tf.keep(seed));
  return { feeds, loss: () => measureLoss(network, batch, onSeed) };
}

function fixedFeeds({ inputs, labels }: Batch): [string, tf.Tensor][] {
  return [...inputs.map((input, index): [string, tf.Tensor] => [`input${index}`, input]), ['labels', labels]];
}

function feedsOf(batch: Batch, training: NativeTraining): Record<string, tf.Tensor> {
  const fixed = new Map(fixedFeeds(batch));
  const feedOf = (name: string) => fixed.get(name) ?? drawDropoutSeed(name.slice(SEED.length), batch.dropout);
  const names = training.feedNames(sizeOf(batch));
  if (names) return Object.fromEntries(names.map((name) => [name, feedOf(name)]));
  throw new RangeError(
    `Expected a batch of a size that had an example but received ${sizeOf(batch)} samples`,
  );
}

function sizeOf({ labels }: Batch): number {
  return labels.size;
}
