import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { Adam } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { countParameters, saveState, type Network } from '../../lib/model/networks/network';
import { PHOTOGRAPH_RECIPE, buildSchedule } from '../../lib/model/training/recipe';
import {
  buildResidualBlock,
  buildResidualBlocks,
  buildResidualBlocksAndFace,
  buildResidualFace,
} from '../../lib/model/networks/residual';
import type { Batch } from '../../lib/model/training/data';
import { beginTrainingSteps } from '../../lib/model/training/train';
import { describeNative, startFastest } from '../support/native';
import { assertNoTensorLeft, assertNear } from '../support/assertions';
import { beginTapeSteps } from './twin';

const NETWORKS = [
  { build: buildResidualBlocksAndFace, sides: [32, 32, 48], parameters: 242_215 },
  { build: buildResidualBlocks, sides: [32, 32], parameters: 245_703 },
  { build: buildResidualBlock, sides: [32], parameters: 122_855 },
  { build: buildResidualFace, sides: [48], parameters: 159_751 },
] as const;

/** Makes a batch of random pictures with soft labels. */
function drawRandomBatch(sides: readonly number[], size: number, step: number): Batch {
  const random = createRandom(5, 'batch', step);
  const fill = (length: number) => Float32Array.from({ length }, () => random.next());
  const inputs = sides.map((side) => tf.tensor4d(fill(size * side * side), [size, side, side, 1]));
  const labels = tf.tidy(() => {
    const votes = tf.tensor2d(fill(7 * size), [size, 7]);
    return votes.div(votes.sum(1, true)) as tf.Tensor2D;
  });
  return { inputs, labels, dropout: { seed: 1, epoch: 1, step } };
}

/** Takes three steps of the recipe for photographs. @returns losses and the network's state after them */
async function trainBriefly(
  build: (options: { readonly seed: number }) => Network,
  sides: readonly number[],
  { size = 4, begin = beginTrainingSteps } = {},
) {
  const network = build({ seed: 1 });
  const { learningRate, weightDecay } = PHOTOGRAPH_RECIPE;
  const optimizer = new Adam({ learningRate, weightDecay, schedule: buildSchedule('one-cycle', 3) });
  const steps = begin({ network, optimizer, examples: () => [drawRandomBatch(sides, size, 0)] });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) losses.push(await steps.take(drawRandomBatch(sides, size, step)));
  const state = saveState(network);
  [optimizer, network].forEach((part) => part.dispose());
  return { losses, state };
}

type Trained = Awaited<ReturnType<typeof trainBriefly>>;

function assertSame(received: Trained, expected: Trained, tolerance: { loss: number; weight: number }): void {
  assertNear(received.losses, expected.losses, tolerance.loss);
  for (const [name, values] of expected.state)
    assertNear(received.state.get(name)!, values, tolerance.weight, name);
}

describe('the residual networks', () => {
  before('an engine starts', async function () {
    this.timeout(60_000);
    await startFastest();
  });

  for (const { build, sides, parameters } of NETWORKS)
    it(`${build.name.replace('build', '')} takes pictures of ${sides.join(', ')} pixels, and stays small`, () => {
      const network = build({ seed: 1 });
      assert.equal(countParameters(network), parameters);
      assert.ok(parameters < 250_000);
      const logits = tf.tidy(() =>
        network.forward(
          sides.map((side) => tf.ones([2, side, side, 1])),
          { training: false },
        ),
      );
      assert.deepEqual(logits.shape, [2, 7]);
      logits.dispose();
      network.dispose();
    });

  it('leaves no tensor behind', () => assertNoTensorLeft(() => trainBriefly(buildResidualBlock, [32])));
});

describeNative('the residual networks on native TensorFlow', () => {
  it('learn the same as a graph and by the tape: soft labels, weight decay and schedule included', async function () {
    this.timeout(120_000);
    const graph = await trainBriefly(buildResidualBlocksAndFace, [32, 32, 48]);
    const tape = await trainBriefly(buildResidualBlocksAndFace, [32, 32, 48], { begin: beginTapeSteps });
    assertSame(graph, tape, { loss: 1e-5, weight: 5e-4 });
  });
});

describe('the residual networks on WebAssembly', () => {
  after('the fastest engine goes on', startFastest);

  it('learn the same as on the cpu backend', async function () {
    this.timeout(300_000);
    await startEngine({ backend: 'wasm' });
    const wasm = await trainBriefly(buildResidualBlock, [32], { size: 2 });
    await startEngine({ backend: 'cpu' });
    const cpu = await trainBriefly(buildResidualBlock, [32], { size: 2 });
    assertSame(wasm, cpu, { loss: 1e-4, weight: 2e-3 });
  });
});
