import { fromOriginalStateDict, toOriginalStateDict, toPyTorchLayout } from './pytorch-layout';
import { loadState, saveState, type Network, type NetworkState } from '../networks/network';
import type { FlattenedMap } from './pytorch-layout';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from './safetensors';
import { buildTerGat, TERGAT_SIZES } from '../networks/tergat';

/** Shape of the feature map that a compact branch flattens before its fully connected layer. */
const COMPACT_MAP: FlattenedMap = { height: 4, width: 4, channels: 48 };

/** PyTorch's names of batch normalisation's running statistics. */
const BUFFERS: Readonly<Record<string, string>> = { mean: 'running_mean', variance: 'running_var' };

/**
 * Writes a network's weights in PyTorch's layout: matrices as [out, in], convolutions as [out, in, height, width], and
 * channels first where a map is flattened. TerGat's tensors have the original's names (`lower` is the mouth, `upper`
 * the eyes). Other networks keep their names, with PyTorch's for the running statistics.
 * @returns a safetensors file in parts, for `safetensors.torch.load_file` and `load_state_dict`
 */
export function encodeForPyTorch(network: Network): Iterable<Uint8Array> {
  const state = saveState(network);
  const arrays =
    network.name === 'TerGat' ? toOriginalStateDict(network, TERGAT_SIZES, state) : toOwn(network, state);
  const tensors = [...arrays].map(([name, { shape, values }]) => ({ name, shape, read: () => values }));
  return encodeSafetensors(
    tensors,
    new Map([
      ['format', 'pt'],
      ['architecture', network.name],
    ]),
  );
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
    loadState(network, fromOriginalStateDict(network, TERGAT_SIZES, tensors));
    return network;
  } catch (error) {
    network.dispose();
    throw error;
  }
}

function toOwn(network: Network, state: NetworkState): Map<string, NamedArray> {
  const variables = [...network.parameters, ...network.buffers];
  return new Map(
    variables.map(([name, { shape }]) => {
      const map = /^(eyes|mouth)\.fc\.weight$/.test(name) ? COMPACT_MAP : undefined;
      const named = name.replace(/[^.]+$/, (kind) => BUFFERS[kind] ?? kind);
      return [named, toPyTorchLayout({ shape, values: state.get(name)! }, map)];
    }),
  );
}
