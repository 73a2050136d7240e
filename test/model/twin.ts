import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import type { CheckpointStore } from '../../lib/model/training/checkpoint';
import type { Batch, TensorSource } from '../../lib/model/training/data';
import type { beginTrainingSteps } from '../../lib/model/training/train';
import type { Network, NetworkState } from '../../lib/model/networks/network';
import type { Adam } from '../../lib/tensor/adam';
import { meanCrossEntropy } from '../../lib/tensor/operations';
import { decodeSafetensors, type NamedArray, type Safetensors } from '../../lib/model/files/safetensors';
import type { TerGatSizes } from '../../lib/model/networks/tergat';

/** Sizes of the small twin that PyTorch computed too. */
export const TWIN_SIZES: TerGatSizes = {
  blockSize: 8,
  filters: [4, 8],
  branch: [32, 16],
  latent: 10,
  head: [32, 16],
  classes: 7,
  dropout: 0,
};

const FIXTURES = path.join(__dirname, '..', 'fixtures', 'model');

/** Reads what PyTorch computed; scripts/fixtures/tergat_fixture.py made it. */
export function readTwinFixture(): Safetensors {
  return decodeSafetensors(fs.readFileSync(path.join(FIXTURES, 'tergat-twin.safetensors')));
}

/** Reads names and shapes of the full-size parameters in PyTorch. */
export function readFullShapes(): Readonly<Record<string, number[]>> {
  return JSON.parse(fs.readFileSync(path.join(FIXTURES, 'tergat-names.json'), 'utf8'));
}

/** Chooses a fixture's tensors whose names begin with a prefix, under the rest of their names. */
export function chooseTensors({ tensors }: Safetensors, prefix: string): Map<string, NamedArray> {
  const chosen = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(chosen.map(([name, value]) => [name.slice(prefix.length), value]));
}

/**
 * Makes a source of random pairs of blocks that can be learned: the label decides the eyes' left half and the
 * mouth's upper half.
 */
export function buildPairSource(size: number, seed: number, side = 8): TensorSource {
  const random = createRandom(seed, 'pairs');
  const labels = Uint8Array.from({ length: size }, () => random.integer(7));
  const blocks = Array.from(labels, (label) => {
    const draw = (offset: number) =>
      Float32Array.from({ length: side * side }, (_, i) =>
        i % side < side / 2 ? random.uniform(0, 0.2) + ((label + offset) % 7) / 4 : random.uniform(0, 2),
      );
    return [draw(0), draw(3)];
  });
  const gather = (positions: ArrayLike<number>, part: number) => {
    const rows = Array.from(positions, (position) => [...blocks[position][part]]);
    return tf.tensor4d(Float32Array.from(rows.flat()), [rows.length, side, side, 1]);
  };
  return { size, labels, batch: (positions) => [gather(positions, 0), gather(positions, 1)] };
}

/** Keeps checkpoints in memory. */
export function createMemoryStore(): CheckpointStore & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    read: async (name) => entries.get(name),
    write: async (name, parts) => {
      entries.set(name, new Uint8Array(Buffer.concat([...parts])));
    },
  };
}

/** Reads Adam's moment estimates of a network's parameters, by the parameter's name behind `mean.` or `square.`. */
export function readMoments({ parameters }: Network, optimizer: Adam): NetworkState {
  const values = [...parameters].flatMap(([name, parameter]) => {
    const { mean, square } = optimizer.momentsOf(parameter);
    return [[`mean.${name}`, mean] as const, [`square.${name}`, square] as const];
  });
  return new Map(values.map(([name, moment]) => [name, (moment.dataSync() as Float32Array).slice()]));
}

/** Begins training steps by tfjs' gradient tape on the current backend, to compare a graph's with. */
export function beginTapeSteps({ network, optimizer }: Parameters<typeof beginTrainingSteps>[0]): {
  take: (batch: Batch) => Promise<number>;
} {
  return {
    async take({ inputs, labels, dropout }) {
      const measure = () => meanCrossEntropy(network.forward(inputs, { training: true, dropout }), labels);
      const [loss] = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(measure, [...network.parameters.values()]);
        optimizer.applyGradients(grads);
        return value.dataSync();
      });
      tf.dispose([...inputs, labels]);
      return loss;
    },
  };
}
