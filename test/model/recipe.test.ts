import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { buildOptimizer, buildSchedule } from '../../lib/model/training/recipe';
import { Adam } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { assertNear } from '../support/assertions';

describe('buildOptimizer', () => {
  before(() => startEngine({ backend: 'cpu' }));

  it('decays weights, and spans its schedule over all steps, those of smaller batches included', () => {
    const recipe = { learningRate: 0.1, batchSize: 4, schedule: 'one-cycle', weightDecay: 0.5 } as const;
    // Nine samples are three batches: six steps in two epochs.
    const schedule = buildSchedule('one-cycle', 6);
    const expected = new Adam({ learningRate: 0.1, weightDecay: 0.5, schedule });
    const [first, second] = [buildOptimizer(recipe, { samples: 9, epochs: 2 }), expected].map((optimizer) => {
      const variable = tf.variable(tf.tensor1d([1, -2]));
      for (let step = 0; step < 6; step++)
        optimizer.applyGradients({ [variable.name]: tf.tensor1d([0.1, 0.3]) });
      return [...variable.dataSync()];
    });
    assert.deepEqual(first, second);
  });
});

// torch 1.13: OneCycleLR(SGD([p], lr=1), max_lr=1, total_steps=10), param_groups[0]['lr'] at each step.
const ONE_CYCLE_OF_TEN = [
  0.04, 0.52, 1, 0.95048463, 0.81174565, 0.61126202, 0.38874198, 0.18825835, 0.04951937, 0.000004,
];

describe('learning-rate schedules', () => {
  it("follow PyTorch's OneCycleLR", () => {
    const factor = buildSchedule('one-cycle', 10);
    const factors = ONE_CYCLE_OF_TEN.map((_, index) => factor(index + 1));
    assertNear(factors, ONE_CYCLE_OF_TEN, 1e-7);
  });

  it('stay at the end of the cycle beyond its last step', () => {
    const factor = buildSchedule('one-cycle', 10);
    assert.equal(factor(11), factor(10));
  });

  it('take the highest rate at the only step', () => {
    assert.equal(buildSchedule('one-cycle', 1)(1), 1);
  });

  it('are 1 at every step when constant', () => {
    const factor = buildSchedule('constant', 5);
    assert.deepEqual([1, 3, 99].map(factor), [1, 1, 1]);
  });

  it('need a whole number of steps', () => {
    assert.throws(() => buildSchedule('one-cycle', 0), /integer above 0 for totalSteps but received 0/);
  });
});
