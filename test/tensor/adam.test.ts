import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { Adam, type AdamOptions } from '../../lib/tensor/adam';
import { startEngine } from '../../lib/tensor/backend';
import { describeNative } from '../support/native';

// float32 against double; the steps are about 1e-3 and the weights about 1.
const TOLERANCE = 3e-7;
const START = [0.5, -1.25, 2, 0];
const GRADIENTS = [
  [0.1, -0.2, 1e-9, 4],
  [0.3, 0.2, 1e-9, -4],
  [-0.1, 0, 1e-9, 1e4],
];

function handWrittenAdam(
  gradients: readonly number[][],
  { rates = gradients.map(() => 1e-3), weightDecay = 0 }: { rates?: number[]; weightDecay?: number } = {},
): number[] {
  const weights = [...START];
  const [means, squares] = [START.map(() => 0), START.map(() => 0)];
  gradients.forEach((gradient, index) => {
    const step = index + 1;
    gradient.forEach((slope, i) => {
      means[i] = 0.9 * means[i] + 0.1 * slope;
      squares[i] = 0.999 * squares[i] + 0.001 * slope ** 2;
      const denominator = Math.sqrt(squares[i] / (1 - 0.999 ** step)) + 1e-8;
      weights[i] *= 1 - rates[index] * weightDecay;
      weights[i] -= (rates[index] * means[i]) / (1 - 0.9 ** step) / denominator;
    });
  });
  return weights;
}

function disposeAll(...items: readonly { dispose(): unknown }[]): void {
  for (const item of items) item.dispose();
}

function assertNear(received: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(received.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(
      Math.abs(received[i] - value) < TOLERANCE * Math.max(1, Math.abs(value)),
      `${received[i]} ${value}`,
    );
  });
}

function stepThrough(
  gradients: readonly number[][],
  options: AdamOptions = {},
): { weights: number[]; dispose: () => void } {
  const variable = tf.variable(tf.tensor1d(START));
  const optimizer = new Adam(options);
  for (const gradient of gradients) {
    tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.tensor1d(gradient) }));
  }
  const weights = [...variable.dataSync()];
  return { weights, dispose: () => disposeAll(optimizer, variable) };
}

function describeAdam(): void {
  it("gives PyTorch's Adam, epsilon after bias correction included", () => {
    const result = stepThrough(GRADIENTS);
    assertNear(result.weights, handWrittenAdam(GRADIENTS));
    result.dispose();
  });

  it('gives AdamW with a learning rate of its own at each step', () => {
    const schedule = (step: number) => [0.5, 1, 0.25][step - 1];
    const result = stepThrough(GRADIENTS, { learningRate: 0.01, weightDecay: 0.3, schedule });
    const expected = handWrittenAdam(GRADIENTS, { rates: [0.005, 0.01, 0.0025], weightDecay: 0.3 });
    assertNear(result.weights, expected);
    result.dispose();
  });

  it('continues as if never stopped from what was saved', () => {
    const variable = tf.variable(tf.tensor1d(START));
    const first = new Adam();
    tf.tidy(() => first.applyGradients({ [variable.name]: tf.tensor1d(GRADIENTS[0]) }));
    const second = new Adam();
    second.step = first.step;
    const [saved, restored] = [first.momentsOf(variable), second.momentsOf(variable)];
    assertNear(
      saved.mean.dataSync(),
      GRADIENTS[0].map((slope) => 0.1 * slope),
    );
    for (const moment of ['mean', 'square'] as const) restored[moment].assign(saved[moment]);
    first.dispose();
    for (const gradient of GRADIENTS.slice(1)) {
      tf.tidy(() => second.applyGradients({ [variable.name]: tf.tensor1d(gradient) }));
    }
    const whole = stepThrough(GRADIENTS);
    assert.deepEqual([...variable.dataSync()], whole.weights);
    whole.dispose();
    disposeAll(second, variable);
  });

  it('uses the values that were assigned to a variable between two steps', () => {
    const variable = tf.variable(tf.tensor1d(START));
    const optimizer = new Adam();
    tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.tensor1d(GRADIENTS[0]) }));
    tf.tidy(() => variable.assign(tf.tensor1d([10, 10, 10, 10])));
    tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.tensor1d(GRADIENTS[1]) }));
    assert.ok([...variable.dataSync()].every((value) => Math.abs(value - 10) < 0.01));
    disposeAll(optimizer, variable);
  });

  it('changes neither a clone of the variable nor the array it was made from', () => {
    const array = Float32Array.from({ length: 4096 }, (_, i) => i);
    const variable = tf.variable(tf.tensor1d(array));
    const optimizer = new Adam();
    const slope = tf.ones([4096]);
    optimizer.applyGradients({ [variable.name]: slope });
    const clone = variable.clone();
    const before = clone.dataSync().slice();
    optimizer.applyGradients({ [variable.name]: slope });
    assert.deepEqual(clone.dataSync(), before);
    assert.deepEqual(array.slice(0, 3), Float32Array.of(0, 1, 2));
    assert.notDeepEqual(variable.dataSync(), before);
    disposeAll(optimizer, variable, clone, slope);
  });

  it('trains a tfjs-layers model', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'zeros' })],
    });
    const optimizer = new Adam({ learningRate: 0.05 });
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const [x, y] = [
      tf.tensor2d([
        [0, 1],
        [1, 0],
        [1, 1],
      ]),
      tf.tensor2d([[1], [2], [3]]),
    ];
    const history = await model.fit(x, y, { epochs: 100, verbose: 0 });
    const loss = history.history.loss.at(-1) as number;
    assert.ok(loss < 0.3, `${loss}`);
    disposeAll(x, y, model, optimizer);
  });

  it('leaks no tensor over 500 steps and disposes all', () => {
    const before = tf.memory().numTensors;
    const variable = tf.tidy(() => tf.variable(tf.tensor1d(START)));
    const optimizer = new Adam();
    const step = () => void optimizer.minimize(() => variable.square().sum() as tf.Scalar);
    step();
    const after = tf.memory().numTensors;
    for (let i = 0; i < 500; i++) step();
    assert.equal(tf.memory().numTensors, after);
    disposeAll(optimizer, variable);
    assert.equal(tf.memory().numTensors, before);
  });
}

describe('Adam on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));
  describeAdam();

  it('refuses settings out of range', () => {
    assert.throws(() => new Adam({ learningRate: 0 }), /number in range for learningRate but received 0/);
    assert.throws(() => new Adam({ beta2: 1 }), /for beta2 but received 1/);
  });
});

describeNative('Adam on native TensorFlow', describeAdam);
