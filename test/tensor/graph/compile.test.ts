import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { compile } from '../../../lib/tensor/graph/compile';
import { nativeBackend } from '../../../lib/tensor/native/addon';
import { startEngine } from '../../../lib/tensor/backend';
import { describeNative } from '../../support/native';

const draw = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);

describeNative('compile on native TensorFlow', () => {
  let filter: tf.Tensor4D;
  let bias: tf.Tensor1D;

  beforeEach(() => {
    filter = draw([3, 3, 2, 4], 1) as tf.Tensor4D;
    bias = draw([4], 2) as tf.Tensor1D;
  });

  afterEach(() => tf.dispose([filter, bias]));

  const convolve = (x: tf.Tensor4D) => tf.tidy(() => tf.relu(tf.conv2d(x, filter, 1, 'same').add(bias)));

  it('gives what the computation gives, for sizes other than the example too', () => {
    const compiled = compile(convolve, { example: [1, 2, 2, 2], freeAxes: [0, 1, 2] });
    for (const size of [1, 3, 1, 3, 1, 3, 3]) {
      tf.tidy(() => {
        const x = draw([size, 6, 5, 2], size) as tf.Tensor4D;
        const [given, expected] = [compiled.run(x), convolve(x)];
        assert.deepEqual(given.shape, expected.shape);
        const difference = given.sub(expected).abs().max().dataSync()[0];
        assert.ok(difference < 1e-6, `${difference}`);
      });
    }
    compiled.dispose();
  });

  it('runs the computation itself twice, to trace it, and never again', () => {
    const x = draw([2, 4, 4, 2], 3) as tf.Tensor4D;
    let runs = 0;
    const counted = (input: tf.Tensor4D) => {
      runs++;
      return convolve(input);
    };
    const compiled = compile(counted, { example: x.shape });
    for (let i = 0; i < 5; i++) compiled.run(x).dispose();
    assert.equal(runs, 2);
    compiled.dispose();
    x.dispose();
  });

  it('contains the constants that the computation made itself, and expands dimensions', () => {
    const multiply = (x: tf.Tensor1D) => tf.tidy(() => x.mul(tf.tensor1d([1, 2, 3])).expandDims(1));
    const compiled = compile(multiply, { example: [3] });
    tf.tidy(() => {
      const x = tf.tensor1d([4, 5, 6]);
      compiled.run(x);
      assert.deepEqual([...compiled.run(x).dataSync()], [4, 10, 18]);
      assert.deepEqual(compiled.run(x).shape, [3, 1]);
    });
    compiled.dispose();
  });

  it('leaks no tensor and no graph', () => {
    const models = () => nativeBackend()!.binding.getNumOfSavedModels();
    const [tensors, graphs] = [tf.memory().numTensors, models()];
    const compiled = compile(convolve, { example: [2, 4, 4, 2] });
    const x = draw([2, 4, 4, 2], 3) as tf.Tensor4D;
    for (let i = 0; i < 20; i++) compiled.run(x).dispose();
    assert.equal(models(), graphs + 1);
    x.dispose();
    compiled.dispose();
    assert.equal(models(), graphs);
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('refuses a computation that reads numbers, and leaves the backend as it was', () => {
    const { binding } = nativeBackend()!;
    const compiled = compile((x: tf.Tensor1D) => tf.tidy(() => x.mul(x.dataSync()[0])), { example: [2] });
    const x = tf.tensor1d([1, 2]);
    assert.throws(() => compiled.run(x), /a computation of operations alone but it reads the numbers/);
    assert.equal(nativeBackend()!.binding, binding);
    assert.deepEqual([...x.dataSync()], [1, 2]);
    x.dispose();
  });
});

describe('compile on the cpu backend', () => {
  before(async () => void (await startEngine({ backend: 'cpu' })));

  it('runs the computation eagerly', () => {
    const compiled = compile((x: tf.Tensor1D) => x.mul(2) as tf.Tensor1D, { example: [1] });
    for (const value of [1, 2, 3])
      tf.tidy(() => assert.deepEqual([...compiled.run(tf.tensor1d([value])).dataSync()], [2 * value]));
    compiled.dispose();
  });
});
