import assert from 'node:assert/strict';
import { Adam } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { createRandom } from '../../lib/core/random';
import { makeBatch, type TensorSource } from '../../lib/model/training/data';
import type { EpochRecord } from '../../lib/model/training/history';
import { loadState, saveState } from '../../lib/model/networks/network';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { beginTrainingSteps, train, type TrainOptions } from '../../lib/model/training/train';
import { describeNative } from '../support/native';
import { buildPairSource, createMemoryStore, TWIN_SIZES } from './twin';
import { assertNoTensorLeft } from '../support/assertions';

// Narrow: the cpu backend convolves slowly.
const SIZES = { ...TWIN_SIZES, filters: [2, 3] as const, branch: [16, 8] as const, dropout: 0.1 };
const TRAIN = buildPairSource(42, 1);
const VALIDATION = buildPairSource(14, 2);

/** Runs a fresh twin; everything that it made is given back but the result. */
async function runTwin(options: Partial<TrainOptions> = {}) {
  const network = buildTerGat({ seed: 1, sizes: SIZES });
  const optimizer = new Adam({ learningRate: 3e-3 });
  try {
    const settings = { train: TRAIN, validation: VALIDATION, epochs: 3, batchSize: 16, seed: 1 };
    const result = await train({ network, optimizer, ...settings, ...options });
    return { ...result, state: saveState(network) };
  } finally {
    optimizer.dispose();
    network.dispose();
  }
}

function withoutSeconds(history: readonly EpochRecord[]): Omit<EpochRecord, 'seconds'>[] {
  return history.map(({ epoch, trainLoss, trainAccuracy, validationLoss, validationAccuracy }) => ({
    epoch,
    trainLoss,
    trainAccuracy,
    validationLoss,
    validationAccuracy,
  }));
}

function recordPositions(source: TensorSource): { source: TensorSource; positions: number[][] } {
  const positions: number[][] = [];
  const batch = (asked: ArrayLike<number>) => {
    positions.push(Array.from(asked));
    return source.batch(asked);
  };
  return { source: { ...source, batch }, positions };
}

async function resumeAfter(epochs: number, whole: number) {
  const store = createMemoryStore();
  await runTwin({ epochs, store });
  return runTwin({ epochs: whole, store });
}

describe('training on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('defect 4: uses every sample exactly once an epoch, in another order each time', async () => {
    const { source, positions } = recordPositions(TRAIN);
    await runTwin({ train: source, epochs: 2 });
    // Three batches of an epoch, then the second pass of evaluation.
    assert.deepEqual(
      positions.map(({ length }) => length),
      [16, 16, 10, 42, 16, 16, 10, 42],
    );
    const [first, second] = [positions.slice(0, 3).flat(), positions.slice(4, 7).flat()];
    const all = Array.from(TRAIN.labels.keys());
    assert.deepEqual(
      [...first].sort((a, b) => a - b),
      all,
    );
    assert.deepEqual(
      [...second].sort((a, b) => a - b),
      all,
    );
    assert.notDeepEqual(first, second);
  });

  it('defect 8: gives the same numbers for the same seed and others for another', async () => {
    const [first, again, other] = [await runTwin(), await runTwin(), await runTwin({ seed: 2 })];
    assert.deepEqual(withoutSeconds(again.history), withoutSeconds(first.history));
    assert.deepEqual(again.state, first.state);
    assert.notDeepEqual(withoutSeconds(other.history), withoutSeconds(first.history));
  });

  it('gives, stopped after any epoch and resumed, bit by bit what a run gives that was not stopped', async () => {
    const whole = await runTwin();
    for (const epochs of [1, 2]) {
      const resumed = await resumeAfter(epochs, 3);
      assert.deepEqual(withoutSeconds(resumed.history), withoutSeconds(whole.history));
      assert.deepEqual(resumed.state, whole.state);
      assert.deepEqual(resumed.best, whole.best);
    }
  });

  it('trains anew when fewer epochs are asked for than were saved, and leaves the longer run alone', async () => {
    const store = createMemoryStore();
    await runTwin({ epochs: 2, store });
    const saved = new Map(store.entries);
    const shorter = await runTwin({ epochs: 1, store });
    const fresh = await runTwin({ epochs: 1 });
    assert.deepEqual(withoutSeconds(shorter.history), withoutSeconds(fresh.history));
    assert.deepEqual(shorter.state, fresh.state);
    assert.deepEqual(shorter.best, fresh.best);
    assert.deepEqual(store.entries, saved);
  });

  it('stops after the batch in hand, keeps the best weights and is resumed from the last whole epoch', async () => {
    const store = createMemoryStore();
    let batches = 0;
    const stopped = await runTwin({ store, shouldStop: () => ++batches === 5 });
    assert.equal(batches, 5);
    assert.equal(stopped.stopped, true);
    assert.equal(stopped.history.length, 1);
    assert.equal(stopped.best?.epoch, 1);
    const resumed = await runTwin({ store });
    assert.deepEqual(resumed.state, (await runTwin()).state);
  });

  it('refuses the checkpoint of another run and leaves the network as it was', async () => {
    const store = createMemoryStore();
    await runTwin({ epochs: 1, store });
    await assert.rejects(runTwin({ store, seed: 2 }), /Expected seed 2 for last.safetensors but received 1/);
    await assert.rejects(runTwin({ store, batchSize: 8 }), /Expected batchSize 8/);
  });

  it('reports a loss that is NaN', async () => {
    const broken = { ...TRAIN, batch: (at: ArrayLike<number>) => TRAIN.batch(at).map((x) => x.mul(NaN)) };
    await assert.rejects(runTwin({ train: broken }), /finite loss for batch 1 of epoch 1 but received NaN/);
  });

  it('refuses an empty source and a batch of no samples', async () => {
    await assert.rejects(runTwin({ train: buildPairSource(0, 1) }), /at least 1 sample for train/);
    await assert.rejects(runTwin({ validation: buildPairSource(0, 1) }), /at least 1 sample for validation/);
    await assert.rejects(runTwin({ batchSize: 0 }), /integer above 0 for batchSize but received 0/);
  });

  it('leaves no tensor behind', () => assertNoTensorLeft(() => runTwin({ store: createMemoryStore() })));

  it('measures training loss as a mean over samples, not over batches', async () => {
    const { history } = await runTwin({ epochs: 1 });
    const [network, optimizer] = [buildTerGat({ seed: 1, sizes: SIZES }), new Adam({ learningRate: 3e-3 })];
    const steps = beginTrainingSteps({ network, optimizer, examples: () => [] });
    const order = createRandom(1, 'order', 1).shuffle(Array.from(TRAIN.labels.keys()));
    const losses: number[] = [];
    for (const step of [0, 1, 2]) {
      const positions = order.slice(16 * step, 16 * (step + 1));
      losses.push(await steps.take(makeBatch(TRAIN, positions, { seed: 1, epoch: 1, step })));
    }
    [optimizer, network].forEach((part) => part.dispose());
    assert.equal(history[0].trainLoss, (16 * losses[0] + 16 * losses[1] + 10 * losses[2]) / 42);
  });

  it('returns the best weights, which can be loaded again', async () => {
    const { best } = await runTwin({ epochs: 2 });
    const network = buildTerGat({ seed: 9, sizes: SIZES });
    loadState(network, best!.state);
    assert.deepEqual(saveState(network), best!.state);
    network.dispose();
  });
});

describeNative('training on native TensorFlow', () => {
  // Threads may sum in another order from run to run; the differences grow over steps.
  const tolerance = 1e-3;

  it('halves the training loss in 40 epochs', async () => {
    const { history, best } = await runTwin({ epochs: 40 });
    assert.ok(history[39].trainAccuracy > 0.7, `${history[39].trainAccuracy}`);
    assert.ok(history[39].trainLoss < history[0].trainLoss / 2);
    assert.equal(best?.state.size, 34);
  });

  it('gives, resumed, what a run gives that was not stopped, within the tolerance', async () => {
    const [whole, resumed] = [await runTwin(), await resumeAfter(2, 3)];
    assert.equal(resumed.history.length, 3);
    resumed.history.forEach((record, i) => {
      assert.ok(Math.abs(record.trainLoss - whole.history[i].trainLoss) < tolerance);
      assert.ok(Math.abs(record.validationLoss - whole.history[i].validationLoss) < tolerance);
    });
  });

  it('leaves no tensor behind', () => assertNoTensorLeft(() => runTwin({ store: createMemoryStore() })));
});
