import { BLOCK_SIZE, FACE_SIZE } from '../../core/blocks';
import { allVariables, loadState, saveState, type Network, type NetworkState } from '../networks/network';
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
  const state = saveState(network);
  const rename = network.name === 'TerGat' ? toOriginalName : renameBuffers;
  const tensors = [...allVariables(network)].map(([name, { shape }]) => {
    const own = { shape, values: state.get(name)! };
    const turned =
      name === 'head.fc.weight'
        ? turnHead(network, own)
        : toPyTorchLayout(own, flattenedChannels(network, name));
    return { name: rename(name), shape: turned.shape, read: () => turned.values };
  });
  const metadata = { format: 'pt', architecture: network.name };
  return encodeSafetensors(tensors, new Map(Object.entries(metadata)));
}

/**
 * Reads TerGat's weights from the original's state_dict, saved as safetensors by PyTorch.
 * @param bytes the whole file
 * @returns a network, which the caller disposes
 * @throws RangeError for another file, or when a weight is missing or has another shape
 */
export function decodeOriginal(bytes: Uint8Array): Network {
  const { tensors } = decodeSafetensors(bytes);
  const network = buildTerGat({ seed: 0 });
  try {
    loadState(network, fromOriginalStateDict(network, tensors));
    return network;
  } catch (error) {
    network.dispose();
    throw error;
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
    const turned = fromPyTorchLayout(value, flattenedChannels(network, name));
    if (turned.shape.join() === shape.join()) return [name, turned.values] as const;
    throw new RangeError(`Expected shape [${shape}] for ${name} but received [${turned.shape}]`);
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

/** Returns the number of channels of the map that a branch flattens before its first fully connected layer. */
function flattenedChannels({ parameters }: Network, name: string): number | undefined {
  const [, branch] = /^(\w+)\.fc1?\.weight$/.exec(name) ?? [];
  const last = ['conv3', 'conv2'].find((layer) => parameters.has(`${branch}.${layer}.weight`));
  return parameters.get(`${branch}.${last}.weight`)?.shape[3];
}

/**
 * Converts the last layer's matrix, [in, out], to PyTorch's layout. Its inputs are the features of all branches; branches of
 * the Residual networks end in a map that is flattened, the others in a fully connected layer.
 */
function turnHead({ parameters }: Network, head: NamedArray): NamedArray {
  const norms = [...parameters].filter(([name]) => /^\w+\.norm\.weight$/.test(name));
  if (norms.length === 0) return toPyTorchLayout(head);
  const [inputs, outputs] = head.shape;
  const values = new Float32Array(inputs * outputs);
  let from = 0;
  for (const [name, { size: channels }] of norms) {
    const side = (name.startsWith('face.') ? FACE_SIZE : BLOCK_SIZE) / RESIDUAL_POOLING;
    const width = side * side * channels;
    const own = head.values.subarray(from * outputs, (from + width) * outputs);
    const turned = toPyTorchLayout({ shape: [width, outputs], values: own }, channels).values;
    for (let output = 0; output < outputs; output++)
      values.set(turned.subarray(output * width, (output + 1) * width), output * inputs + from);
    from += width;
  }
  return { shape: [outputs, inputs], values };
}

/**
 * Converts a parameter from PyTorch's layout to ours: convolutions from [out, in, height, width] to [height, width, in,
 * out], matrices from [out, in] to [in, out]; vectors are unchanged.
 * @param channels number of channels, if the layer's inputs are a flattened map: channels first in PyTorch, last here
 * @returns a copy
 */
export function fromPyTorchLayout({ shape, values }: NamedArray, channels?: number): NamedArray {
  if (shape.length === 4) return permute(values, shape, [2, 3, 1, 0]);
  return reverseAxes({ shape, values }, channels ? [shape[0], channels, shape[1] / channels] : shape);
}

/**
 * Converts a parameter from our layout to PyTorch's: the inverse of {@link fromPyTorchLayout}.
 * @returns a copy
 */
export function toPyTorchLayout({ shape, values }: NamedArray, channels?: number): NamedArray {
  if (shape.length === 4) return permute(values, shape, [3, 2, 0, 1]);
  return reverseAxes({ shape, values }, channels ? [shape[0] / channels, channels, shape[1]] : shape);
}

/** @param split the shape with its axis of inputs split in two, or the shape itself */
function reverseAxes({ shape, values }: NamedArray, split: readonly number[]): NamedArray {
  const reversed = permute(values, split, [...split.keys()].reverse());
  return { shape: [...shape].reverse(), values: reversed.values };
}

/** Permutes axes: axis i of the result is axis `axes[i]` of the values. */
function permute(values: Float32Array, shape: readonly number[], axes: readonly number[]): NamedArray {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = axes.map((axis) => shape[axis]);
  const steps = axes.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  const index = axes.map(() => 0);
  for (let target = 0, source = 0; target < result.length; target++) {
    result[target] = values[source];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      source += steps[axis];
      if (++index[axis] < sides[axis]) break;
      source -= steps[axis] * sides[axis];
      index[axis] = 0;
    }
  }
  return { shape: sides, values: result };
}
