import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../lib/tensor/adam';
import { nativeBackend } from '../../lib/tensor/native/addon';
import { startEngine } from '../../lib/tensor/backend';
import { buildCompact, COMPACT_SIZES } from '../../lib/model/networks/compact';
import { buildNetwork, denseLayer, dropoutLayer, type Weights } from '../../lib/model/networks/layers';
import { loadState, saveState, type Network, type NetworkState } from '../../lib/model/networks/network';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { makeBatch } from '../../lib/model/training/data';
import { beginTrainingSteps } from '../../lib/model/training/train';
import { describeNative } from '../support/native';
import { beginTapeSteps, buildPairSource, readMoments, TWIN_SIZES } from './twin';
import { assertNear } from '../support/assertions';

const SOURCE = buildPairSource(40, 1);
/** Two sizes of batches, as an epoch has them. */
const ROWS = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [8, 9, 10, 11, 12],
  [13, 14, 15, 16, 17, 18, 19, 20],
] as const;

const batchAt = (step: number) => makeBatch(SOURCE, ROWS[step % 3], { seed: 1, epoch: 1, step });
const examples = () => [batchAt(0), batchAt(1)];

const buildTwin = () => buildTerGat({ seed: 1, sizes: { ...TWIN_SIZES, dropout: 0.2 } });

// Normalisation takes these biases away: their gradient is noise, of which Adam makes whole steps.
const NETWORKS = {
  TerGat: { build: buildTwin, noise: /conv1\.bias|norm1\.mean/ },
  'the compact network': {
    build: () =>
      buildCompact({ seed: 1, sizes: { ...COMPACT_SIZES, blockSize: 8, filters: [2, 3, 4], latent: 5 } }),
    noise: /conv2\.bias|norm2\.mean/,
  },
};

interface Run {
  readonly network: Network;
  readonly optimizer: Adam;
  readonly steps: ReturnType<typeof beginTrainingSteps>;
}

function beginRun(
  build: () => Network = buildTwin,
  begin: typeof beginTrainingSteps = beginTrainingSteps,
): Run {
  const [network, optimizer] = [build(), new Adam()];
  return { network, optimizer, steps: begin({ network, optimizer, examples }) };
}

function disposeRuns(...runs: readonly Run[]): void {
  for (const { network, optimizer } of runs) [optimizer, network].forEach((part) => part.dispose());
}

async function takeSteps({ steps }: Pick<Run, 'steps'>, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) losses.push(await steps.take(batchAt(step)));
  return losses;
}

function assertStatesNear(
  received: NetworkState,
  expected: NetworkState,
  noise = NETWORKS.TerGat.noise,
): void {
  for (const [name, values] of expected)
    if (!noise.test(name)) assertNear(received.get(name)!, values, 2e-6, name);
}

/** A linear network on the blocks' means, with what is done before its layer. */
function buildLinear(prepare: (means: tf.Tensor2D, weights: Weights) => tf.Tensor2D): Network {
  return buildNetwork('linear', 1, (weights) => {
    const linear = denseLayer(weights, 'linear', [2, 7]);
    return (blocks, mode) => {
      const means = blocks.map((block) => block.mean([1, 2, 3]));
      return linear(prepare(tf.stack(means, 1) as tf.Tensor2D, weights), mode) as tf.Tensor2D;
    };
  });
}

async function assertAsTape(build: () => Network, count = 6): Promise<void> {
  const [graph, tape] = [beginRun(build), beginRun(build, beginTapeSteps)];
  assertNear(await takeSteps(graph, 0, count), await takeSteps(tape, 0, count), 1e-6);
  assertStatesNear(saveState(graph.network), saveState(tape.network), /^$/);
  disposeRuns(graph, tape);
}

describeNative('training steps on native TensorFlow', () => {
  for (const [title, { build, noise }] of Object.entries(NETWORKS)) {
    it(`give what tfjs' tape gives, dropout and running figures included: ${title}`, async () => {
      const [graph, tape] = [beginRun(build), beginRun(build, beginTapeSteps)];
      assertNear(await takeSteps(graph, 0, 6), await takeSteps(tape, 0, 6), 1e-6);
      assertStatesNear(saveState(graph.network), saveState(tape.network), noise);
      disposeRuns(graph, tape);
    });
  }

  it('read a running figure before they assign to it', () =>
    assertAsTape(() => {
      const network = buildLinear((means, { buffers }) => {
        const mean = buffers.get('mean')!;
        const centred = means.sub(mean) as tf.Tensor2D;
        mean.assign(means.mean(0));
        return centred;
      });
      const mean = tf.tidy(() => tf.variable(tf.zeros([2])));
      return Object.assign(network, {
        buffers: (network.buffers as Map<string, tf.Variable>).set('mean', mean),
      });
    }, 30));

  it('keep variables apart that were made of one tensor', () =>
    assertAsTape(() => {
      const network = buildLinear((means, { parameters }) =>
        means.mul(parameters.get('first')!).add(parameters.get('second')!),
      );
      const zeros = tf.zeros([2]);
      for (const name of ['first', 'second'])
        (network.parameters as Map<string, tf.Variable>).set(name, tf.variable(zeros));
      zeros.dispose();
      return network;
    }));

  it('drop the same where one dropout layer is used twice', () => {
    const drop = dropoutLayer('drop', 0.5);
    return assertAsTape(() => {
      const network = buildLinear((means) => means);
      const { forward } = network;
      return {
        ...network,
        forward: (blocks, mode) => {
          const flat = blocks.map((block) => drop(block.reshape([block.shape[0], -1]), mode));
          return forward(
            flat.map((x) => x.reshape([-1, 8, 8, 1])),
            mode,
          );
        },
      };
    });
  });

  it('refuse a network that reads numbers while it trains, and leave it as it was', () => {
    const network = buildTwin();
    const state = saveState(network);
    const optimizer = new Adam();
    const { forward } = network;
    const reading: Network = {
      ...network,
      forward: (blocks, mode) => forward(blocks, mode).mul(blocks[0].dataSync()[0]) as tf.Tensor2D,
    };
    assert.throws(
      () => beginTrainingSteps({ network: reading, optimizer, examples }),
      /of operations alone but it reads the numbers/,
    );
    assert.deepEqual(saveState(network), state);
    [optimizer, network].forEach((part) => part.dispose());
  });

  it('refuse a network that draws numbers other than by the seeds of dropout', () => {
    const network = buildLinear((means) => means.add(tf.randomUniform([2])));
    const optimizer = new Adam();
    assert.throws(
      () => beginTrainingSteps({ network, optimizer, examples }),
      /the same numbers for every batch but JavaScript gives each its own/,
    );
    [optimizer, network].forEach((part) => part.dispose());
  });

  it('take the numbers that a network holds, whether they were handed over before or not', async () => {
    const factor = tf.tensor1d([1, 2]);
    await assertAsTape(() => buildLinear((means) => means.mul(factor)));
    await assertAsTape(() => buildLinear((means) => means.mul(factor)));
    factor.dispose();
  });

  it('allow the weights to be read at any time', async () => {
    const [whole, read] = [beginRun(), beginRun()];
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) {
      losses.push(...(await takeSteps(read, step, step + 1)));
      saveState(read.network);
    }
    assertNear(losses, await takeSteps(whole, 0, 4), 1e-6);
    assertStatesNear(saveState(read.network), saveState(whole.network));
    disposeRuns(whole, read);
  });

  it('take up weights and running figures that someone assigned between two steps', async () => {
    const run = beginRun();
    const start = saveState(run.network);
    const [first] = await takeSteps(run, 0, 1);
    const after = saveState(run.network);
    await takeSteps(run, 1, 3);
    loadState(run.network, start);
    assertNear(await takeSteps(run, 0, 1), [first], 1e-6);
    // Adam goes on with what it remembers, but the running figures come from the start's and the batch.
    const again = saveState(run.network);
    assertNear(again.get('eyes.norm1.variance')!, after.get('eyes.norm1.variance')!, 2e-6);
    disposeRuns(run);
  });

  it('change no clone of the weights, whether it was read before or not', async () => {
    const run = beginRun();
    await takeSteps(run, 0, 1);
    const [variable] = run.network.parameters.values();
    const unread = variable.clone();
    const read = variable.clone();
    const before = [...read.dataSync()];
    await takeSteps(run, 1, 2);
    const late = variable.clone();
    await takeSteps(run, 2, 3);
    assert.deepEqual([...unread.dataSync()], before);
    assert.deepEqual([...read.dataSync()], before);
    assert.notDeepEqual([...late.dataSync()], before);
    assert.notDeepEqual([...late.dataSync()], [...variable.dataSync()]);
    tf.dispose([unread, read, late]);
    disposeRuns(run);
  });

  it("keep the network's weights when the optimizer is disposed first", async () => {
    const [run, same] = [beginRun(), beginRun()];
    for (const each of [run, same]) await takeSteps(each, 0, 3);
    run.optimizer.dispose();
    assertStatesNear(saveState(run.network), saveState(same.network));
    run.network.dispose();
    disposeRuns(same);
  });

  it('begin anew from what an optimizer remembers, whichever way it took its steps', async () => {
    const whole = beginRun();
    await takeSteps(whole, 0, 6);
    const { network, optimizer, steps } = beginRun();
    await takeSteps({ steps }, 0, 2);
    await takeSteps({ steps: beginTapeSteps({ network, optimizer, examples }) }, 2, 4);
    await takeSteps({ steps: beginTrainingSteps({ network, optimizer, examples }) }, 4, 6);
    assertStatesNear(saveState(network), saveState(whole.network));
    assert.equal(optimizer.step, 6);
    assertStatesNear(readMoments(network, optimizer), readMoments(whole.network, whole.optimizer));
    disposeRuns(whole, { network, optimizer, steps });
  });

  it('go on from a step that the optimizer takes by itself, weights and memory included', async () => {
    const [graph, tape] = [beginRun(), beginRun(buildTwin, beginTapeSteps)];
    for (const { network, optimizer, steps } of [graph, tape]) {
      await takeSteps({ steps }, 0, 2);
      const gradients = [...network.parameters.values()].map(({ name, shape }) => [
        name,
        tf.fill(shape, 0.1),
      ]);
      optimizer.applyGradients(Object.fromEntries(gradients));
      tf.dispose(gradients);
      await takeSteps({ steps }, 2, 4);
      assert.equal(optimizer.step, 5);
    }
    assertStatesNear(saveState(graph.network), saveState(tape.network));
    assertStatesNear(readMoments(graph.network, graph.optimizer), readMoments(tape.network, tape.optimizer));
    disposeRuns(graph, tape);
  });

  it('refuse to go on when another backend computes', async () => {
    const run = beginRun();
    await takeSteps(run, 0, 1);
    await startEngine({ backend: 'cpu' });
    await assert.rejects(takeSteps(run, 1, 2), /Expected the backend tensorflow but received cpu/);
    await startEngine({ backend: 'tensorflow' });
    await takeSteps(run, 1, 2);
    disposeRuns(run);
  });

  it('leak no tensor over 500 steps, and give all back, graphs included', async () => {
    const graphs = () => nativeBackend()!.binding.getNumOfSavedModels();
    const before = [tf.memory().numTensors, graphs()];
    const run = beginRun();
    await takeSteps(run, 0, 2);
    const { numTensors } = tf.memory();
    await takeSteps(run, 2, 500);
    assert.equal(tf.memory().numTensors, numTensors);
    disposeRuns(run);
    assert.deepEqual([tf.memory().numTensors, graphs()], before);
  });

  it('refuse a batch of a size that no example had', async () => {
    const run = beginRun();
    const batch = makeBatch(SOURCE, [0, 1], { seed: 1, epoch: 1, step: 0 });
    await assert.rejects(run.steps.take(batch), /a size that had an example but received 2 samples/);
    assert.equal(run.optimizer.step, 0);
    disposeRuns(run);
  });
});

describe('a batch', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('leaves no intermediate tensor of its source', async () => {
    const before = tf.memory().numTensors;
    const source = { ...SOURCE, batch: (at: ArrayLike<number>) => SOURCE.batch(at).map((x) => x.mul(2)) };
    const { inputs, labels } = makeBatch(source, [0, 1], { seed: 1, epoch: 1, step: 0 });
    assert.equal(tf.memory().numTensors, before + 3);
    tf.dispose([...inputs, labels]);
  });
});
