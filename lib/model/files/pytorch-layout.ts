import type { NamedArray } from './safetensors';
import type { Network, NetworkState } from '../networks/network';
import type { TerGatSizes } from '../networks/tergat';

/** Shape of a map that is flattened before a fully connected layer: channels are last here, first in PyTorch. */
export interface FlattenedMap {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Converts a parameter from PyTorch's layout to ours: convolutions from [out, in, height, width] to [height, width, in,
 * out], matrices from [out, in] to [in, out]; vectors are unchanged.
 * @param flattened shape of the map that the layer's inputs are flattened from, if any
 * @returns a copy
 */
export function fromPyTorchLayout(parameter: NamedArray, flattened?: FlattenedMap): NamedArray {
  const { shape, values } = parameter;
  if (shape.length === 4) return permute(values, shape, [2, 3, 1, 0]);
  if (shape.length !== 2) return { shape, values: values.slice() };
  if (!flattened) return permute(values, shape, [1, 0]);
  const { height, width, channels } = flattened;
  const [outputs, inputs] = shape;
  const rows = permute(values, [outputs, channels, height, width], [2, 3, 1, 0]);
  return { shape: [inputs, outputs], values: rows.values };
}

/**
 * Converts a parameter from our layout to PyTorch's: the inverse of {@link fromPyTorchLayout}.
 * @returns a copy
 */
export function toPyTorchLayout(parameter: NamedArray, flattened?: FlattenedMap): NamedArray {
  const { shape, values } = parameter;
  if (shape.length === 4) return permute(values, shape, [3, 2, 0, 1]);
  if (shape.length !== 2) return { shape, values: values.slice() };
  if (!flattened) return permute(values, shape, [1, 0]);
  const { height, width, channels } = flattened;
  const [inputs, outputs] = shape;
  const rows = permute(values, [height, width, channels, outputs], [3, 2, 0, 1]);
  return { shape: [outputs, inputs], values: rows.values };
}

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
  const suffix = ORIGINAL_KINDS[kind];
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
const ORIGINAL_KINDS: Readonly<Record<string, string>> = {
  weight: 'weight',
  bias: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/**
 * Converts the original's state_dict to TerGat's state.
 * @param stateDict tensors under the original's names, in PyTorch's layout
 * @returns a state for loadState
 * @throws RangeError when a weight is missing or has another shape
 */
export function fromOriginalStateDict(
  network: Network,
  sizes: TerGatSizes,
  stateDict: ReadonlyMap<string, NamedArray>,
): NetworkState {
  const variables = [...network.parameters, ...network.buffers];
  return new Map(
    variables.map(([name, { shape }]) => {
      const original = toOriginalName(name);
      const value = stateDict.get(original);
      if (!value) throw new RangeError(`Expected a tensor for ${original} but received none`);
      const turned = fromPyTorchLayout(value, flattenedMap(name, sizes));
      if (turned.shape.join() === shape.join()) return [name, turned.values];
      throw new RangeError(`Expected shape [${shape}] for ${name} but received [${turned.shape}]`);
    }),
  );
}

/**
 * Converts TerGat's state to the original's state_dict: the inverse of {@link fromOriginalStateDict}.
 * @returns tensors under the original's names, in PyTorch's layout
 */
export function toOriginalStateDict(
  network: Network,
  sizes: TerGatSizes,
  state: NetworkState,
): Map<string, NamedArray> {
  const variables = [...network.parameters, ...network.buffers];
  return new Map(
    variables.map(([name, { shape }]) => {
      const value = { shape, values: state.get(name)! };
      return [toOriginalName(name), toPyTorchLayout(value, flattenedMap(name, sizes))];
    }),
  );
}

function flattenedMap(name: string, { blockSize, filters }: TerGatSizes): FlattenedMap | undefined {
  if (!/^(eyes|mouth)\.fc1\.weight$/.test(name)) return undefined;
  return { height: blockSize / 2, width: blockSize / 2, channels: filters[1] };
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
