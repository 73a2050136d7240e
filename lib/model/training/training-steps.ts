import * as tf from '@tensorflow/tfjs';
import type { Adam } from '../../tensor/adam';
import { compileTraining } from '../../tensor/graph/run-training-graph';
import type { ExamplePair } from '../../tensor/graph/training-graph';
import { nativeBackend, type NativeBackend } from '../../tensor/native/addon';
import { meanCrossEntropy } from '../../tensor/operations';
import { drawDropoutSeed } from '../networks/layers';
import type { Network } from '../networks/network';
import type { Batch } from './data';

/** Takes the training steps of one network. */
export interface TrainingSteps {
  /**
   * Takes one step of gradient descent and disposes the batch's tensors.
   * @returns the batch's mean cross entropy before the step
   * @throws Error when the loss is not finite; RangeError when no example batch has this size
   */
  take(batch: Batch): Promise<number>;
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
 * @returns steps, valid until the optimizer is disposed or begins other steps
 * @throws Error when the network reads tensor values in training, or creates random numbers other than from dropout
 *   seeds
 */
export function beginTrainingSteps(options: StepsOptions): TrainingSteps {
  const backend = nativeBackend();
  return backend ? beginGraphSteps(backend, options) : beginTapeSteps(options);
}

/** Begins training steps with tfjs' gradient tape, which works on every backend. */
export function beginTapeSteps({ network, optimizer }: StepsOptions): TrainingSteps {
  const variables = [...network.parameters.values()];
  return toSteps((batch) => {
    const { value, grads } = tf.variableGrads(() => measureLoss(network, batch), variables);
    optimizer.applyGradients(grads);
    return value;
  });
}

function beginGraphSteps(
  backend: NativeBackend,
  { network, optimizer, examples }: StepsOptions,
): TrainingSteps {
  const { parameters, buffers } = network;
  const momentsOf = (parameter: tf.Variable) => optimizer.momentsOf(parameter);
  const trainee = { parameters, buffers, momentsOf, decays: optimizer.weightDecay > 0 };
  const pairs = new Map(examples().map((batch) => [sizeOf(batch), toExamples(network, batch)]));
  try {
    const training = compileTraining(backend, trainee, pairs);
    optimizer.attach(training);
    return toSteps((batch) => {
      const feeds = feedsOf(batch, training.feedNames(sizeOf(batch)));
      return training.step(sizeOf(batch), feeds, optimizer.countStep());
    });
  } finally {
    // The feeds include the batches' tensors and the kept dropout seeds.
    for (const pair of pairs.values()) for (const { feeds } of pair) tf.dispose([...feeds.values()]);
  }
}

function toSteps(takeStep: (batch: Batch) => tf.Scalar): TrainingSteps {
  const takeAndDispose = (batch: Batch) => {
    try {
      return tf.tidy(() => takeStep(batch));
    } finally {
      tf.dispose([...batch.inputs, batch.labels]);
    }
  };
  return {
    async take(batch) {
      const loss = takeAndDispose(batch);
      const [value] = await loss.data<'float32'>().finally(() => loss.dispose());
      if (Number.isFinite(value)) return value;
      const { epoch, step } = batch.dropout;
      throw new Error(`Expected a finite loss for batch ${step + 1} of epoch ${epoch} but received ${value}`);
    },
  };
}

function measureLoss(
  network: Network,
  { inputs, labels, dropout }: Batch,
  onSeed?: (layer: string, seed: tf.Tensor1D) => tf.Tensor1D,
): tf.Scalar {
  return meanCrossEntropy(network.forward(inputs, { training: true, dropout, onSeed }), labels);
}

/** Prefix of the feeds that are seeds of dropout layers. */
const SEED = 'seed.';

/** Makes two examples of a batch that differ in their dropout seeds. */
function toExamples(network: Network, batch: Batch): ExamplePair {
  const toExample = (example: Batch) => {
    const feeds = fixedFeeds(example);
    const onSeed = (layer: string, seed: tf.Tensor1D) => {
      const kept = feeds.get(SEED + layer) ?? tf.keep(seed);
      feeds.set(SEED + layer, kept);
      return kept as tf.Tensor1D;
    };
    return { feeds, loss: () => measureLoss(network, example, onSeed) };
  };
  const { dropout } = batch;
  return [toExample(batch), toExample({ ...batch, dropout: { ...dropout, step: dropout.step + 1 } })];
}

function fixedFeeds({ inputs, labels }: Batch): Map<string, tf.Tensor> {
  const named = inputs.map((input, index) => [`input${index}`, input] as const);
  return new Map<string, tf.Tensor>([...named, ['labels', labels]]);
}

function feedsOf(batch: Batch, names: readonly string[]): Record<string, tf.Tensor> {
  const fixed = fixedFeeds(batch);
  const feedOf = (name: string) => fixed.get(name) ?? drawDropoutSeed(name.slice(SEED.length), batch.dropout);
  return Object.fromEntries(names.map((name) => [name, feedOf(name)]));
}

function sizeOf({ labels }: Batch): number {
  return labels.shape[0];
}
