import * as tf from '@tensorflow/tfjs';

/** Determines a dropout mask, together with the layer's name. A resumed run draws the same masks again. */
export interface DropoutSeed {
  readonly seed: number;
  /** From 1. */
  readonly epoch: number;
  /** Batch within the epoch, from 0. */
  readonly step: number;
}

/**
 * Gets the features of a named layer and returns the features that the pass continues with, of the same shape.
 * @param layer such as `eyes.drop`, whose input is the branch's last feature map, flattened
 */
type FeatureTap = (layer: string, features: tf.Tensor) => tf.Tensor;

/** Training or inference mode. Batch statistics and dropout need training mode, feature taps inference mode. */
export type Mode =
  | { readonly training: false; readonly tap?: FeatureTap }
  | {
      readonly training: true;
      readonly dropout: DropoutSeed;
      /** Gets the seed of each dropout layer's mask, int32 [2], and returns the tensor to use in its place. */
      readonly onSeed?: (layer: string, seed: tf.Tensor1D) => tf.Tensor1D;
    };

/** Options of a network's builder. */
export interface BuildOptions {
  /** Seed of the initial weights. */
  readonly seed: number;
}

/** A classifier into the seven expressions. */
export interface Network {
  /** Name in logs, checkpoints and tables, such as `TerGat`. */
  readonly name: string;
  /** Trainable parameters in a fixed order, under names such as `eyes.conv1.weight`. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Running mean and variance of batch normalisation, which training updates and inference uses. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /**
   * Classifies a batch, with tensor operations only. On native TensorFlow, one training batch of each size is traced,
   * and its operations run again for all other batches. Inputs and dropout seeds must therefore be all that differs
   * between batches.
   * @param inputs as the network's source returns them, each [n, ...]
   * @returns logits, [n, 7]; the caller disposes them, and outside a tidy also the intermediate tensors
   */
  forward(inputs: readonly tf.Tensor[], mode: Mode): tf.Tensor2D;
  /** Disposes the weights. */
  dispose(): void;
}

/** A network's parameters and buffers by name, as plain arrays. */
export type NetworkState = ReadonlyMap<string, Float32Array>;

/** Counts the trainable parameters. */
export function countParameters(network: Pick<Network, 'parameters'>): number {
  return [...network.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
}

/** Returns parameters and buffers in one map, parameters first. */
export function allVariables(network: Network): Map<string, tf.Variable> {
  return new Map([...network.parameters, ...network.buffers]);
}

/**
 * Copies a network's parameters and buffers.
 * @returns copies that do not change in training
 */
export function saveState(network: Network): NetworkState {
  const entries = [...allVariables(network)];
  return new Map(entries.map(([name, variable]) => [name, (variable.dataSync() as Float32Array).slice()]));
}

/**
 * Sets a network's parameters and buffers.
 * @throws RangeError when a name is missing or has another length; the network is then unchanged
 */
export function loadState(network: Network, state: NetworkState): void {
  assignValues(allVariables(network), state);
}

/**
 * Sets variables by name.
 * @throws RangeError when a name is missing or has another length; all variables are then unchanged
 */
export function assignValues(variables: ReadonlyMap<string, tf.Variable>, state: NetworkState): void {
  for (const [name, variable] of variables) expectLength(name, state.get(name), variable.size);
  for (const [name, variable] of variables) {
    const tensor = tf.tensor(state.get(name)!.slice(), variable.shape);
    variable.assign(tensor);
    tensor.dispose();
  }
}

/**
 * Interpolates linearly between the states of two networks of the same architecture.
 * @param share weight of the second state, 0 to 1
 * @throws RangeError when the second state lacks a name of the first, or has another length there
 */
export function interpolateStates(first: NetworkState, second: NetworkState, share: number): NetworkState {
  return new Map(
    [...first].map(([name, values]) => {
      const others = second.get(name);
      expectLength(name, others, values.length);
      return [name, values.map((value, at) => (1 - share) * value + share * others[at])];
    }),
  );
}

function expectLength(
  name: string,
  values: Float32Array | undefined,
  length: number,
): asserts values is Float32Array {
  if (values?.length === length) return;
  throw new RangeError(`Expected ${length} numbers for ${name} but received ${values?.length ?? 'none'}`);
}
