import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { restoreLast, saveLast } from '../../lib/model/training/checkpoint';
import { saveState, type Network } from '../../lib/model/networks/network';
import { decodeSafetensors, encodeSafetensors } from '../../lib/model/files/safetensors';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { createMemoryStore, readMoments, TWIN_SIZES } from './twin';

const IDENTITY = {
  network: 'TerGat',
  seed: 1,
  batchSize: 2,
  learningRate: 1e-3,
  trainSize: 9,
  validationSize: 3,
};
const NAME = 'last.safetensors';

describe('checkpoint', () => {
  let network: Network;
  let optimizer: Adam;

  before(async () => void (await startEngine({ backend: 'cpu' })));

  beforeEach(() => {
    network = buildTerGat({ seed: 1, sizes: TWIN_SIZES });
    optimizer = new Adam();
    for (const variable of network.parameters.values()) {
      tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.fill(variable.shape, 0.1) }));
    }
  });

  afterEach(() => {
    network.dispose();
    optimizer.dispose();
  });

  it('keeps parameters, buffers, slots, step and history', async () => {
    const store = createMemoryStore();
    const history = [
      { epoch: 1, trainLoss: 2, trainAccuracy: 0.1, validationLoss: 3, validationAccuracy: 0.2, seconds: 4 },
    ];
    await saveLast({ store, network, optimizer, identity: IDENTITY, history });
    const other = { network: buildTerGat({ seed: 2, sizes: TWIN_SIZES }), optimizer: new Adam() };
    const restored = await restoreLast({ store, ...other, identity: IDENTITY, epochs: 1 });
    assert.deepEqual(restored, { history, best: undefined });
    assert.deepEqual(saveState(other.network), saveState(network));
    assert.deepEqual(readMoments(other.network, other.optimizer), readMoments(network, optimizer));
    assert.equal(other.optimizer.step, optimizer.step);
    other.network.dispose();
    other.optimizer.dispose();
  });

  it('refuses a truncated or foreign entry and changes nothing', async () => {
    const store = createMemoryStore();
    await saveLast({ store, network, optimizer, identity: IDENTITY, history: [] });
    const whole = store.entries.get(NAME)!;
    const before = saveState(network);
    const restore = () => restoreLast({ store, network, optimizer, identity: IDENTITY, epochs: 1 });
    for (const length of [0, 7, 100, whole.length - 1]) {
      store.entries.set(NAME, whole.slice(0, length));
      await assert.rejects(restore(), RangeError);
    }
    store.entries.set(NAME, new TextEncoder().encode('\u0002\0\0\0\0\0\0\0{}'));
    await assert.rejects(restore(), /Expected network TerGat for last.safetensors but received undefined/);
    assert.deepEqual(saveState(network), before);
  });

  it('refuses optimizer state of another length and changes neither network nor optimizer', async () => {
    const store = createMemoryStore();
    const other = { network: buildTerGat({ seed: 2, sizes: TWIN_SIZES }), optimizer: new Adam() };
    await saveLast({ store, ...other, identity: IDENTITY, history: [] });
    const { tensors, metadata } = decodeSafetensors(store.entries.get(NAME)!);
    const short = [...tensors].map(([name, { shape, values }], index) =>
      index === tensors.size - 1
        ? { name, shape: [1], read: () => values.slice(0, 1) }
        : { name, shape, read: () => values },
    );
    store.entries.set(NAME, Buffer.concat([...encodeSafetensors(short, metadata)]));
    const before = [saveState(network), readMoments(network, optimizer), optimizer.step];
    await assert.rejects(
      restoreLast({ store, network, optimizer, identity: IDENTITY, epochs: 1 }),
      /Expected \d+ numbers for adam\.\S+ but received 1/,
    );
    assert.deepEqual([saveState(network), readMoments(network, optimizer), optimizer.step], before);
    other.network.dispose();
    other.optimizer.dispose();
  });
});
