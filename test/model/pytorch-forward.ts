import type { NamedArray } from '../../lib/model/files/safetensors';

/** One sample's map, channels first as PyTorch has it: [channels, side, side]. */
interface FeatureMap {
  readonly side: number;
  readonly values: Float64Array;
}

/**
 * Computes TerGat's logits of one sample from a state_dict in PyTorch's own layout, in plain loops and double
 * precision: no line of it is shared with the library.
 * @param eyes grey levels as the network takes them, [32, 32]
 */
export function forwardInPyTorchLayout(
  state: ReadonlyMap<string, NamedArray>,
  eyes: Float32Array,
  mouth: Float32Array,
): number[] {
  const get = (name: string) => state.get(name)!.values;
  const branch = (part: string, block: Float32Array) => {
    let map: FeatureMap = { side: Math.sqrt(block.length), values: Float64Array.from(block) };
    map = convolve(map, get(`${part}_conv_layer.0.weight`), get(`${part}_conv_layer.0.bias`));
    map = normalizeAndRelu(map, (name) => get(`${part}_conv_layer.1.${name}`));
    map = convolve(map, get(`${part}_conv_layer.3.weight`), get(`${part}_conv_layer.3.bias`));
    return connectAll(state, `${part}_fc_layer`, poolRelu(map));
  };
  return [...connectAll(state, 'final_fc', [...branch('lower', mouth), ...branch('upper', eyes)])];
}

function convolve({ side, values }: FeatureMap, weight: Float32Array, bias: Float32Array): FeatureMap {
  const [inputs, outputs] = [values.length / side ** 2, bias.length];
  const result = new Float64Array(outputs * side * side);
  for (let out = 0, at = 0; out < outputs; out++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++, at++) {
        let sum = bias[out];
        for (let channel = 0; channel < inputs; channel++)
          for (let tap = 0; tap < 9; tap++) {
            const [row, column] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
            if (row < 0 || column < 0 || row >= side || column >= side) continue;
            sum +=
              weight[(out * inputs + channel) * 9 + tap] * values[(channel * side + row) * side + column];
          }
        result[at] = sum;
      }
  return { side, values: result };
}

function normalizeAndRelu({ side, values }: FeatureMap, get: (name: string) => Float32Array): FeatureMap {
  const [scale, offset, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(get);
  const normalized = values.map((value, index) => {
    const channel = Math.floor(index / side ** 2);
    const centred = (value - mean[channel]) / Math.sqrt(variance[channel] + 1e-5);
    return Math.max(0, scale[channel] * centred + offset[channel]);
  });
  return { side, values: normalized };
}

function poolRelu({ side, values }: FeatureMap): number[] {
  const pooled: number[] = [];
  for (let channel = 0; channel < values.length / side ** 2; channel++)
    for (let y = 0; y < side; y += 2)
      for (let x = 0; x < side; x += 2) {
        const at = (channel * side + y) * side + x;
        pooled.push(Math.max(0, values[at], values[at + 1], values[at + side], values[at + side + 1]));
      }
  return pooled;
}

function connectAll(state: ReadonlyMap<string, NamedArray>, name: string, input: number[]): number[] {
  return [1, 3, 6].reduce((x, layer) => {
    const [weight, bias] = ['weight', 'bias'].map((kind) => state.get(`${name}.${layer}.${kind}`)!.values);
    return Array.from(bias, (summand, out) => {
      const sum = x.reduce((total, value, i) => total + value * weight[out * x.length + i], summand);
      return layer === 6 ? sum : Math.max(0, sum);
    });
  }, input);
}
