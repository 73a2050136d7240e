import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, FACE_SIZE } from '../../core/blocks';
import { allVariables, loadState, type Network, type NetworkState } from '../networks/network';
import { RESIDUAL_POOLING } from '../networks/residual';
import { buildTerGat } from '../networks/tergat';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors';

/**
 * Writes a network's weights in PyTorch's layout: matrices as [out, in], convolutions as [out, in, height, width], and
 * channels first where a map is flattened. TerGat's tensors have the original's names (`lower` is the mouth, `upper`
 * the eyes). Other networks keep our names, except `running_mean` and `running_var` of batch normalisation.
 * @returns a safetensors file in parts, for `safetensors.torch.load_file` and `load_state_dict`
 */
export function encodeForPyTorch(network: Network): Iterable<Uint8Array> {
  const rename = network.name === 'TerGat' ? toOriginalName : renameBuffers;
  const tensors = [...allVariables(network)].map(([name, variable]) => {
    const { shape, values } = readArray(() => toPyTorchLayout(variable, mapsOf(network, name)));
    return { name: rename(name), shape, read: () => values };
  });
  const metadata = { format: 'pt', architecture: network.name };
  return encodeSafetensors(tensors, new Map(Object.entries(metadata)));
}

/**
 * Reads TerGat's weights from the original's state_dict, saved as safetensors by PyTorch.
 * @param bytes the whole file
 * @param name of the file in messages
 * @returns a network, which the caller disposes
 * @throws RangeError that names the file, for another file, or when a weight is missing or has another shape
 */
export function decodeOriginal(bytes: Uint8Array, name: string): Network {
  const network = buildTerGat({ seed: 0 });
  try {
    loadState(network, fromOriginalStateDict(network, decodeSafetensors(bytes).tensors));
    return network;
  } catch (error) {
    network.dispose();
    const { message } = error as Error;
    throw new RangeError(`Expected the original's state_dict (safetensors) for ${name}: ${message}`, {
      cause: error,
    });
  }
}

/**
 * Converts the original's state_dict to TerGat's state.
 * @param stateDict tensors under the original's names, in PyTorch's layout
 * @returns a state for loadState
 * @throws RangeError when a weight is missing or has another shape
 */
export function fromOriginalStateDict(
  network: Network,
  stateDict: ReadonlyMap<string, NamedArray>,
): NetworkState {
  const entries = [...allVariables(network)].map(([name, { shape }]) => {
    const original = toOriginalName(name);
    const value = stateDict.get(original);
    if (!value) throw new RangeError(`Expected a tensor for ${original} but received none`);
    const expected = shape.length === 4 ? [3, 2, 0, 1].map((axis) => shape[axis]) : [...shape].reverse();
    if (value.shape.join() !== expected.join())
      throw new RangeError(`Expected shape [${expected}] for ${original} but received [${value.shape}]`);
    const turned = readArray(() =>
      fromPyTorchLayout(tf.tensor(value.values, expected), mapsOf(network, name)),
    );
    return [name, turned.values] as const;
  });
  return new Map(entries);
}

function renameBuffers(name: string): string {
  return name.replace(/[^.]+$/, (kind) => BUFFERS[kind] ?? kind);
}

/** PyTorch's names of batch normalisation's running statistics. */
const BUFFERS: Readonly<Record<string, string>> = { mean: 'running_mean', variance: 'running_var' };

/**
 * Converts the name of one of TerGat's weights to its name in the original's state_dict. The original swaps the names
 * (defect 2): its `lower` gets the mouth, its `upper` the eyes.
 * @param name ours, such as `eyes.conv1.weight`
 * @returns the original's, such as `upper_conv_layer.0.weight`
 * @throws RangeError when TerGat has no such name
 */
export function toOriginalName(name: string): string {
  const [part, layer, kind] = name.split('.');
  const prefix = ORIGINAL_PARTS[part];
  const position = ORIGINAL_LAYERS[layer];
  const suffix = kind === 'weight' || kind === 'bias' ? kind : BUFFERS[kind];
  if (!prefix || !position || !suffix)
    throw new RangeError(`Expected a weight of TerGat for name but received ${name}`);
  return `${prefix}_${part === 'head' ? position.replace('_layer', '') : position}.${suffix}`;
}

const ORIGINAL_PARTS: Readonly<Record<string, string>> = { mouth: 'lower', eyes: 'upper', head: 'final' };
const ORIGINAL_LAYERS: Readonly<Record<string, string>> = {
  conv1: 'conv_layer.0',
  norm1: 'conv_layer.1',
  conv2: 'conv_layer.3',
  fc1: 'fc_layer.1',
  fc2: 'fc_layer.3',
  fc3: 'fc_layer.6',
};

/** Reads a computed tensor. (A tidy would search an array that it returns for tensors, number by number.) */
function readArray(compute: () => tf.Tensor): NamedArray {
  const result = tf.tidy(() => compute().clone());
  const values = result.dataSync() as Float32Array;
  result.dispose();
  return { shape: result.shape, values };
}

/** The maps whose values are the inputs of a fully connected layer, one after the other: number of points, and channels. */
type Maps = readonly (readonly [points: number, channels: number])[];

/** Returns the maps that a network flattens before a fully connected layer; undefined before other layers. */
function mapsOf({ parameters }: Network, name: string): Maps | undefined {
  // The Residual networks' branches end in maps, which are the last layer's inputs.
  const norms = [...parameters].filter(([norm]) => /^\w+\.norm\.weight$/.test(norm));
  if (name === 'head.fc.weight' && norms.length > 0)
    return norms.map(([norm, { size }]) => {
      const side = (norm.startsWith('face.') ? FACE_SIZE : BLOCK_SIZE) / RESIDUAL_POOLING;
      return [side * side, size];
    });
  const [, branch] = /^(\w+)\.fc1?\.weight$/.exec(name) ?? [];
  const last = ['conv3', 'conv2'].find((layer) => parameters.has(`${branch}.${layer}.weight`));
  const channels = parameters.get(`${branch}.${last}.weight`)?.shape[3];
  return channels ? [[parameters.get(name)!.shape[0] / channels, channels]] : undefined;
}

/**
 * Converts a parameter from our layout to PyTorch's: convolutions from [height, width, in, out] to [out, in, height,
 * width], matrices from [in, out] to [out, in]; vectors are unchanged.
 * @param maps the flattened maps of the layer's inputs, if any: channels last here, first in PyTorch
 */
function toPyTorchLayout(x: tf.Tensor, maps: Maps = [[x.shape[0], 1]]): tf.Tensor {
  if (x.rank === 4) return x.transpose([3, 2, 0, 1]);
  return x.rank === 2 ? transposeMaps(x, 0, maps) : x;
}

/** Converts a parameter from PyTorch's layout to ours: the inverse of {@link toPyTorchLayout}. */
function fromPyTorchLayout(x: tf.Tensor, maps: Maps = [[x.shape[1]!, 1]]): tf.Tensor {
  if (x.rank === 4) return x.transpose([2, 3, 1, 0]);
  return x.rank === 2 ? transposeMaps(x, 1, maps) : x;
}

/** @param axis of the inputs: points before channels if it is 0, after them if it is 1 */
function transposeMaps(x: tf.Tensor, axis: 0 | 1, maps: Maps): tf.Tensor {
  const widths = maps.map(([points, channels]) => points * channels);
  const parts = tf.split(x, widths, axis).map((part, index) => {
    const [points, channels] = maps[index];
    const split = part.reshape(axis === 0 ? [points, channels, -1] : [-1, channels, points]);
    return split.transpose([2, 1, 0]).reshape([part.shape[1]!, part.shape[0]]);
  });
  return tf.concat(parts, 1 - axis);
}
