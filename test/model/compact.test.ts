import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { Adam } from '../../lib/tensor/adam';
import { buildCompact } from '../../lib/model/networks/compact';
import { patchLayer } from '../../lib/model/networks/layers';
import type { TensorSource } from '../../lib/model/training/data';
import { countParameters } from '../../lib/model/networks/network';
import { train } from '../../lib/model/training/train';
import { startFastest } from '../support/native';

/** The eyes block's brightness tells the label. */
function buildSource(size: number): TensorSource {
  const random = createRandom(1, 'compact');
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 7);
  const block = (base: number) => Float32Array.from({ length: 1024 }, () => base + random.uniform(0, 0.1));
  const eyes = Array.from(labels, (label) => block(label / 4));
  const mouth = Array.from(labels, () => block(1));
  const gather = (blocks: readonly Float32Array[], positions: ArrayLike<number>) => {
    const rows = Array.from(positions, (position) => tf.tensor3d(blocks[position], [32, 32, 1]));
    return tf.stack(rows) as tf.Tensor4D;
  };
  return {
    size,
    labels,
    batch: (positions) => tf.tidy(() => [gather(eyes, positions), gather(mouth, positions)]),
  };
}

describe('buildCompact', () => {
  before(() => startFastest());

  it('has under 400,000 parameters, less than a two-hundredth of the original network', () => {
    const network = buildCompact({ seed: 1 });
    assert.equal(countParameters(network), 142871);
    network.dispose();
  });

  it('gives seven logits for each pair, whatever their number, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    const network = buildCompact({ seed: 1 });
    const shape = tf.tidy(() => {
      const block = tf.ones([5, 32, 32, 1]);
      return network.forward([block, block], { training: false }).shape;
    });
    network.dispose();
    assert.deepEqual(shape, [5, 7]);
    assert.equal(tf.memory().numTensors, before);
  });

  it('learns what the eyes block tells', async function () {
    this.timeout(120000);
    const network = buildCompact({ seed: 1 });
    const optimizer = new Adam({ learningRate: 1e-3 });
    const source = buildSource(140);
    const { history } = await train({
      network,
      optimizer,
      train: source,
      validation: source,
      epochs: 30,
      batchSize: 20,
      seed: 1,
    });
    optimizer.dispose();
    network.dispose();
    const accuracies = history.map(({ validationAccuracy }) => validationAccuracy);
    // How far single epochs are apart depends on the processor's rounding: the best one tells what was learned.
    assert.ok(Math.max(...accuracies) > 0.8, accuracies.join());
  });
});

describe('a layer of patches', () => {
  before(() => startFastest());

  it('takes each square of four pixels, row by row, for the channels of one point', () => {
    const block = tf.range(0, 32).reshape([2, 4, 4, 1]) as tf.Tensor4D;
    const patches = patchLayer(2)(block, { training: false });
    assert.deepEqual(patches.shape, [2, 2, 2, 4]);
    assert.deepEqual(
      [...patches.dataSync()].slice(0, 16),
      [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15],
    );
    tf.dispose([block, patches]);
  });
});
