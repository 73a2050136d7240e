import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../lib/tensor/backend';
import type { TensorSource } from '../../lib/model/training/data';
import { evaluate, predict } from '../../lib/model/training/evaluate';
import type { Network } from '../../lib/model/networks/network';

const LOGITS = [
  [0, 0, 0, 0, 0, 0, 0],
  [100, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, Math.log(4), 0, 0, 0],
];
const SOURCE: TensorSource = {
  size: 3,
  labels: Uint8Array.of(2, 0, 3),
  batch: (positions) => [tf.tensor2d(Array.from(positions, (position) => LOGITS[position]))],
};
/** Gives the source's samples so many times in turn; a batch has 256 of them at most. */
const repeat = (times: number): TensorSource => ({
  size: 3 * times,
  labels: Uint8Array.from({ length: 3 * times }, (_, i) => SOURCE.labels[i % 3]),
  batch: (positions) => SOURCE.batch(Array.from(positions, (position) => position % 3)),
});
// A network that answers with its input.
const NETWORK: Network = {
  name: 'identity',
  parameters: new Map(),
  buffers: new Map(),
  forward: ([logits]) => logits as tf.Tensor2D,
  dispose: () => undefined,
};

describe('evaluation', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('gives probabilities, labels and losses, in more than one batch too', async () => {
    for (const source of [SOURCE, repeat(200)]) {
      const { probabilities, labels, losses } = await predict(NETWORK, source);
      assert.deepEqual([...labels.slice(-3)], [0, 0, 3]);
      const expected = [Math.log(7), 0, -Math.log(0.4)];
      expected.forEach((loss, i) => assert.ok(Math.abs(losses[source.size - 3 + i] - loss) < 1e-6));
      assert.ok(Math.abs(probabilities[7 * (source.size - 1) + 3] - 0.4) < 1e-6);
      assert.equal(probabilities[7 * (source.size - 2)], 1);
    }
  });

  it('scores by means over samples', async () => {
    const { loss, accuracy } = await evaluate(NETWORK, SOURCE);
    assert.equal(accuracy, 2 / 3);
    assert.ok(Math.abs(loss - (Math.log(7) - Math.log(0.4)) / 3) < 1e-6);
  });

  it('leaves no tensor behind and lets other work run after each batch', async () => {
    const before = tf.memory().numTensors;
    let turns = 0;
    const count = () => {
      turns++;
      if (turns < 100) next = setImmediate(count);
    };
    let next = setImmediate(count);
    await predict(NETWORK, repeat(100));
    clearImmediate(next);
    assert.ok(turns >= 2, `${turns}`);
    assert.equal(tf.memory().numTensors, before);
  });
});
