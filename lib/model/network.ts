import * as tf from '@tensorflow/tfjs';

/** What decides a dropout mask, beside the layer's name: the same again when a run is resumed. */
export interface DropoutSeed {
  readonly seed: number;
  /** From 1. */
  readonly epoch: number;
  /** Batch within the epoch, from 0. */
  readonly step: number;
}

/**
 * Is shown what a named layer gives, and returns what goes on in its place, of the same shape.
 * @param layer such as `eyes.drop`, whose features are the last of a branch that have a place, flattened
 */
export type FeatureTap = (layer: string, features: tf.Tensor) => tf.Tensor;

/** Whether a pass learns: batch statistics and dropout are on in training only, and only outside of it is tapped. */
export type Mode =
  | { readonly training: false; readonly tap?: FeatureTap }
  | {
      readonly training: true;
      readonly dropout: DropoutSeed;
      /** Is shown the seed of each dropout layer's mask, int32 [2], and gives the tensor to take in its place. */
      readonly onSeed?: (layer: string, seed: tf.Tensor1D) => tf.Tensor1D;
    };

/** Shows a layer's features to the pass's tap. @returns what goes on: the features themselves where nothing taps */
export function tapFeatures<T extends tf.Tensor>(mode: Mode, layer: string, features: T): T {
  if (mode.training || !mode.tap) return features;
  return mode.tap(layer, features) as T;
}

/** A classifier into the seven expressions. */
export interface Network {
  /** Name in logs, checkpoints and tables, as `TerGat`. */
  readonly name: string;
  /** What training moves, in a fixed order, under names such as `eyes.conv1.weight`. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What training measures and evaluation uses: batch normalisation's running mean and variance. */
  readonly buffers: ReadonlyMap<string, tf.Variable>;
  /**
   * Classifies a batch, by operations alone: where native TensorFlow trains, one training batch of each size is traced and
   * its operations are done again for all others. What changes from batch to batch comes from inputs and dropout's seeds.
   * @param inputs what the network's source gives, each [n, ...]
   * @returns logits, [n, 7]; the caller disposes them and, inside of no tidy, what came before them
   */
  forward(inputs: readonly tf.Tensor[], mode: Mode): tf.Tensor2D;
  /** Gives back the weights. */
  dispose(): void;
}

/** A network's parameters and buffers by name, as plain arrays. */
export type NetworkState = ReadonlyMap<string, Float32Array>;

/** Counts the numbers that training moves. */
export function countParameters(network: Pick<Network, 'parameters'>): number {
  return [...network.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
}

/** Gives parameters and buffers under one roof, parameters first. */
export function stateVariables(network: Network): Map<string, tf.Variable> {
  return new Map([...network.parameters, ...network.buffers]);
}

/**
 * Copies a network's parameters and buffers out.
 * @returns copies that training does not change
 */
export function saveState(network: Network): NetworkState {
  const entries = [...stateVariables(network)];
  return new Map(entries.map(([name, variable]) => [name, (variable.dataSync() as Float32Array).slice()]));
}

/**
 * Gives a network the parameters and buffers of a state.
 * @throws RangeError when a name is missing or has another length; the network is then as it was
 */
export function loadState(network: Network, state: NetworkState): void {
  const variables = [...stateVariables(network)];
  for (const [name, variable] of variables) {
    const values = state.get(name);
    if (values?.length === variable.size) continue;
    const received = values ? `${values.length}` : 'none';
    throw new RangeError(`Expected ${variable.size} numbers for ${name} but received ${received}`);
  }
  for (const [name, variable] of variables) {
    const tensor = tf.tensor(state.get(name)!.slice(), variable.shape);
    variable.assign(tensor);
    tensor.dispose();
  }
}

/**
 * Averages the states of two networks of one kind, number by number.
 * @param share of the second, 0 to 1
 * @throws RangeError when the second lacks a name of the first, or has another length there
 */
export function mixStates(first: NetworkState, second: NetworkState, share: number): NetworkState {
  return new Map(
    [...first].map(([name, values]) => {
      const others = second.get(name);
      if (others?.length !== values.length)
        throw new RangeError(`Expected ${values.length} numbers for ${name} but received ${others?.length ?? 'none'}`); // prettier-ignore
      return [name, values.map((value, at) => (1 - share) * value + share * others[at])];
    }),
  );
}
