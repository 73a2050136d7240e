import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import type { Network } from '../../lib/model/networks/network';
import { buildTerGat } from '../../lib/model/networks/tergat';

/** The logits of one set of weights may differ by this much wherever they are computed. */
export const LARGEST_DIFFERENCE = 1e-4;
export const SAMPLES = 2;
const AREA = 32 * 32;

/** Builds TerGat as it is after training: with running figures that change something. */
export function buildTerGatWithFigures(): Network {
  const network = buildTerGat({ seed: 4 });
  for (const [index, variable] of [...network.buffers.values()].entries())
    variable.assign(tf.tidy(() => tf.randomUniform(variable.shape, 0.2, 0.9, 'float32', index)));
  return network;
}

/** Draws the eyes and the mouth blocks of a batch, each [2, 32, 32]. */
export function drawBlocks(): Float32Array[] {
  const random = createRandom(5, 'export');
  return [0, 1].map(() => Float32Array.from({ length: SAMPLES * AREA }, () => random.uniform(0, 2)));
}

/** Gives a network's logits, [2, 7]. */
export async function logitsOf(network: Network, [eyes, mouth]: readonly Float32Array[]): Promise<number[]> {
  const inputs = [eyes, mouth].map((values) => tf.tensor4d(values, [SAMPLES, 32, 32, 1]));
  const output = network.forward(inputs, { training: false });
  const values = Array.from(await output.data());
  tf.dispose([output, ...inputs]);
  return values;
}

/** Gives the largest difference between two lists of one length. */
export function largestDifference(first: readonly number[], second: readonly number[]): number {
  return Math.max(...first.map((value, index) => Math.abs(value - second[index])));
}
