import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { buildAdam, type Adam } from '../../lib/engine/adam';
import { nativeBackend } from '../../lib/engine/native';
import { buildCompact, COMPACT_SIZES } from '../../lib/model/compact';
import { loadState, saveState, type Network, type NetworkState } from '../../lib/model/network';
import { buildTerGat } from '../../lib/model/tergat';
import { beginTrainingSteps, drawBatch, takeStep, type TrainingSteps } from '../../lib/model/training-steps';
import { meanCrossEntropy } from '../../lib/engine/operations';
import { describeNative } from '../support/native';
import { buildPairSource, TWIN_SIZES } from './twin';

const SOURCE = buildPairSource(40, 1);
/** Two sizes of batches, as an epoch has them. */
const ROWS = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12], [13, 14, 15, 16, 17, 18, 19, 20]] as const; // prettier-ignore

const batchAt = (step: number) => drawBatch(SOURCE, ROWS[step % 3], { seed: 1, epoch: 1, step });

const NETWORKS = {
  TerGat: () => buildTerGat({ seed: 1, sizes: { ...TWIN_SIZES, dropout: 0.2 } }),
  'the compact network': () => buildCompact({ seed: 1, sizes: { ...COMPACT_SIZES, blockSize: 8, filters: [2, 3, 4], latent: 5 } }), // prettier-ignore
};

interface Run {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly steps: TrainingSteps;
  dispose(): void;
}

function beginRun(build: () => Network = NETWORKS.TerGat, optimizer = buildAdam()): Run {
  const network = build();
  const steps = beginTrainingSteps({ network, optimizer, examples: () => [batchAt(0), batchAt(1)] });
  return { network, optimizer, steps, dispose: () => [optimizer, network].forEach((part) => part.dispose()) };
}

async function takeSteps({ steps }: Run, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) losses.push(await takeStep(steps, batchAt(step)));
  return losses;
}

/** Takes a step by tfjs' own tape and the optimizer's own hand. */
function takeTapeStep(network: Network, optimizer: Adam, step: number): number {
  return tf.tidy(() => {
    const { inputs, labels, dropout } = batchAt(step);
    const loss = () => meanCrossEntropy(network.forward(inputs, { training: true, dropout }), labels);
    const { value, grads } = tf.variableGrads(loss, [...network.parameters.values()]);
    optimizer.applyGradients(grads);
    return value.dataSync()[0];
  });
}

function assertNear(received: NetworkState, expected: NetworkState, tolerance = 2e-6): void {
  for (const [name, values] of expected) {
    // Normalisation takes these biases away: their gradient is noise, of which Adam makes whole steps.
    if (/conv1\.bias|norm1\.mean|conv2\.bias|norm2\.mean/.test(name)) continue;
    values.forEach((value, i) => {
      const difference = Math.abs(received.get(name)![i] - value);
      assert.ok(difference < tolerance, `${name}: ${received.get(name)![i]} ${value}`);
    });
  }
}

describeNative('training steps on native TensorFlow', () => {
  for (const [title, build] of Object.entries(NETWORKS)) {
    it(`give what tfjs' tape gives, dropout and running figures included: ${title}`, async () => {
      const run = beginRun(build);
      const [network, optimizer] = [build(), buildAdam()];
      const losses = await takeSteps(run, 0, 6);
      losses.forEach((loss, step) => {
        const expected = takeTapeStep(network, optimizer, step);
        assert.ok(Math.abs(loss - expected) < 1e-6, `${loss} ${expected}`);
      });
      assertNear(saveState(run.network), saveState(network));
      [run, optimizer, network].forEach((part) => part.dispose());
    });
  }

  it('let the weights be read at any time', async () => {
    const [whole, read] = [beginRun(), beginRun()];
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) {
      losses.push(...(await takeSteps(read, step, step + 1)));
      saveState(read.network);
    }
    const expected = await takeSteps(whole, 0, 4);
    losses.forEach((loss, step) =>
      assert.ok(Math.abs(loss - expected[step]) < 1e-6, `${loss} ${expected[step]}`),
    );
    assertNear(saveState(read.network), saveState(whole.network), 1e-7);
    [whole, read].forEach((run) => run.dispose());
  });

  it('take up weights that someone assigned between two steps', async () => {
    const run = beginRun();
    const start = saveState(run.network);
    const [first] = await takeSteps(run, 0, 1);
    await takeSteps(run, 1, 3);
    loadState(run.network, start);
    const [again] = await takeSteps(run, 0, 1);
    assert.ok(Math.abs(again - first) < 1e-6, `${again} ${first}`);
    run.dispose();
  });

  it('change no clone of the weights', async () => {
    const run = beginRun();
    await takeSteps(run, 0, 1);
    const [variable] = run.network.parameters.values();
    const clone = variable.clone();
    const before = [...clone.dataSync()];
    await takeSteps(run, 1, 3);
    assert.deepEqual([...clone.dataSync()], before);
    assert.notDeepEqual([...variable.dataSync()], before);
    clone.dispose();
    run.dispose();
  });

  it('leave the network its weights when the optimizer is disposed first', async () => {
    const run = beginRun();
    await takeSteps(run, 0, 2);
    const state = saveState(run.network);
    await takeSteps(run, 2, 3);
    run.optimizer.dispose();
    assert.notDeepEqual(saveState(run.network), state);
    run.network.dispose();
  });

  it('go on from what an optimizer remembers, whichever way it took its steps', async () => {
    const whole = beginRun();
    await takeSteps(whole, 0, 6);
    const first = beginRun();
    await takeSteps(first, 0, 2);
    takeTapeStep(first.network, first.optimizer, 2);
    takeTapeStep(first.network, first.optimizer, 3);
    const { network, optimizer } = first;
    const steps = beginTrainingSteps({ network, optimizer, examples: () => [batchAt(0), batchAt(1)] });
    await takeSteps({ ...first, steps }, 4, 6);
    assertNear(saveState(network), saveState(whole.network));
    const [slots, expected] = [first, whole].map((run) => run.optimizer.saveState(run.network.parameters));
    assert.equal(slots.step, 6);
    assertNear(slots.squares, expected.squares);
    [whole, first].forEach((run) => run.dispose());
  });

  it('leak no tensor over 500 steps, and give all back, graphs included', async () => {
    const graphs = () => nativeBackend()!.binding.getNumOfSavedModels();
    const before = [tf.memory().numTensors, graphs()];
    const run = beginRun();
    await takeSteps(run, 0, 2);
    const { numTensors } = tf.memory();
    await takeSteps(run, 2, 500);
    assert.equal(tf.memory().numTensors, numTensors);
    run.dispose();
    assert.deepEqual([tf.memory().numTensors, graphs()], before);
  });

  it('refuse a batch of a size that no example had', () => {
    const run = beginRun();
    const batch = drawBatch(SOURCE, [0, 1], { seed: 1, epoch: 1, step: 0 });
    assert.throws(() => run.steps.take(batch), /a size that had an example but received 2 samples/);
    tf.dispose([...batch.inputs, batch.labels]);
    run.dispose();
  });
});
