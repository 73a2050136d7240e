import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { Adam } from '../../lib/tensor/adam';
import { meanCrossEntropy } from '../../lib/tensor/operations';
import { startEngine } from '../../lib/tensor/backend';
import {
  countParameters,
  loadState,
  saveState,
  type Mode,
  type Network,
} from '../../lib/model/networks/network';
import { fromOriginalStateDict, toOriginalName } from '../../lib/model/files/pytorch';
import { buildTerGat, TERGAT_SIZES } from '../../lib/model/networks/tergat';
import { describeNative } from '../support/native';
import { chooseTensors, readFullShapes, readTwinFixture, TWIN_SIZES } from './twin';

/** Of a tensor's norm: float32 sums in another order. */
const TOLERANCE = 1e-4;
const TRAINING: Mode = { training: true, dropout: { seed: 1, epoch: 1, step: 0 } };

function assertClose(name: string, received: ArrayLike<number>, expected: Float32Array): void {
  assert.equal(received.length, expected.length, name);
  const error = Math.hypot(...expected.map((value, i) => value - received[i]));
  const norm = Math.hypot(...expected);
  assert.ok(error <= TOLERANCE * norm, `${name}: an error of ${error} on a norm of ${norm}`);
}

function describeTwin(): void {
  const fixture = readTwinFixture();
  let network: Network;
  let inputs: tf.Tensor[];
  let labels: tf.Tensor1D;

  beforeEach(() => {
    network = buildTerGat({ seed: 1, sizes: TWIN_SIZES });
    loadState(network, fromOriginalStateDict(network, chooseTensors(fixture, 'before.')));
    const input = (name: string) => tf.tensor4d(fixture.tensors.get(name)!.values.slice(), [5, 8, 8, 1]);
    inputs = [input('eyes'), input('mouth')];
    labels = tf.tensor1d(Int32Array.from(fixture.tensors.get('labels')!.values));
  });

  afterEach(() => {
    network.dispose();
    tf.dispose([inputs, labels]);
  });

  const measureGradients = () =>
    tf.variableGrads(
      () => meanCrossEntropy(network.forward(inputs, TRAINING), labels),
      [...network.parameters.values()],
    );

  it('gives the logits and the loss of PyTorch', () => {
    const logits = tf.tidy(() => network.forward(inputs, TRAINING));
    assertClose('logits', logits.dataSync(), fixture.tensors.get('logits')!.values);
    const loss = tf.tidy(() => meanCrossEntropy(logits, labels));
    assertClose('loss', loss.dataSync(), fixture.tensors.get('loss')!.values);
    tf.dispose([logits, loss]);
  });

  it('gives the gradients of PyTorch', () => {
    const { value, grads } = measureGradients();
    const expected = chooseTensors(fixture, 'gradient.');
    for (const [name, variable] of network.buffers)
      expected.set(toOriginalName(name), { shape: variable.shape, values: new Float32Array(variable.size) });
    const turned = fromOriginalStateDict(network, expected);
    for (const [name, variable] of network.parameters) {
      // Batch normalisation takes the mean away: this gradient is rounding noise around 0.
      if (name.endsWith('conv1.bias')) continue;
      assertClose(name, grads[variable.name].dataSync(), turned.get(name)!);
    }
    tf.dispose([value, grads]);
  });

  it("gives PyTorch's weights, running figures and answers after three steps of Adam", () => {
    const optimizer = new Adam();
    for (let step = 0; step < 3; step++) {
      const { value, grads } = measureGradients();
      optimizer.applyGradients(grads);
      tf.dispose([value, grads]);
    }
    const expected = fromOriginalStateDict(network, chooseTensors(fixture, 'after.'));
    for (const [name, values] of saveState(network)) {
      // Adam makes whole steps of conv1's bias' noise, and the running mean contains that bias.
      if (/conv1\.bias|norm1\.mean/.test(name)) continue;
      assertClose(name, values, expected.get(name)!);
    }
    loadState(network, expected);
    const answers = tf.tidy(() => network.forward(inputs, { training: false }));
    assertClose('evaluated', answers.dataSync(), fixture.tensors.get('evaluated')!.values);
    answers.dispose();
    optimizer.dispose();
  });

  it('leaks no tensor over steps, and disposes all', () => {
    const optimizer = new Adam();
    const step = () => {
      const { value, grads } = measureGradients();
      optimizer.applyGradients(grads);
      tf.dispose([value, grads]);
    };
    step();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 20; i++) step();
    assert.equal(tf.memory().numTensors, before);
    optimizer.dispose();
  });

  it('draws the same dropout mask for the same seed, epoch and step, and another for the next', () => {
    const sizes = { ...TWIN_SIZES, dropout: 0.5 };
    const dropping = buildTerGat({ seed: 1, sizes });
    const logitsAt = (epoch: number, step: number) =>
      tf.tidy(() => [
        ...dropping.forward(inputs, { training: true, dropout: { seed: 3, epoch, step } }).dataSync(),
      ]);
    assert.deepEqual(logitsAt(2, 5), logitsAt(2, 5));
    assert.notDeepEqual(logitsAt(2, 5), logitsAt(2, 6));
    assert.notDeepEqual(logitsAt(2, 5), logitsAt(3, 5));
    dropping.dispose();
  });
}

describe('TerGat on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));
  describeTwin();

  it('has the 35,480,655 trainable parameters of the original, under its names and shapes', () => {
    const before = tf.memory().numTensors;
    const network = buildTerGat({ seed: 1 });
    assert.equal(countParameters(network), 35480655);
    const shapes = readFullShapes();
    const elements = ({ length }: { length: number }, shape: number[]) => [
      length,
      tf.util.sizeFromShape(shape),
    ];
    for (const [name, { shape }] of network.parameters) {
      assert.deepEqual(elements(shape, shape), elements(shape, shapes[toOriginalName(name)]), name);
    }
    assert.equal(Object.keys(shapes).length, network.parameters.size);
    network.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("draws weights and biases as PyTorch's default does, from the seed alone", () => {
    const [first, second, other] = [4, 4, 5].map((seed) => buildTerGat({ seed, sizes: TWIN_SIZES }));
    assert.deepEqual(saveState(first), saveState(second));
    assert.notDeepEqual(saveState(first), saveState(other));
    const weights = saveState(first).get('eyes.fc1.weight')!;
    const bound = 1 / Math.sqrt(128);
    const spread = Math.sqrt(weights.reduce((sum, value) => sum + value * value, 0) / weights.length);
    assert.ok(weights.every((value) => Math.abs(value) <= bound));
    assert.ok(Math.abs(spread / (bound / Math.sqrt(3)) - 1) < 0.03);
    for (const network of [first, second, other]) network.dispose();
  });

  it('shares no variable between two networks', () => {
    const [first, second] = [1, 2].map((seed) => buildTerGat({ seed, sizes: TWIN_SIZES }));
    first.dispose();
    assert.equal(saveState(second).get('head.fc3.bias')!.length, TERGAT_SIZES.classes);
    second.dispose();
  });
});

describeNative('TerGat on native TensorFlow', describeTwin);
