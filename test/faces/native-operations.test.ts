import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../lib/tensor/backend';
import { assertAgrees, type Operation, type Shapes } from '../support/agreement';
import { describeNative } from '../support/native';

/** What the two detectors and the landmark network are made of, by what each is there for. */
const OPERATIONS: Record<string, [shapes: Shapes, operation: Operation]> = {
  'convolve without padding': [
    { x: [2, 7, 6, 3], filter: [3, 3, 3, 4] },
    ({ x, filter }) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid'),
  ],
  'convolve each channel, stride 1': [
    { x: [2, 7, 6, 3], filter: [3, 3, 3, 1] },
    ({ x, filter }) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
  ],
  'convolve each channel, stride 2': [
    { x: [2, 7, 6, 3], filter: [3, 3, 3, 1] },
    ({ x, filter }) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'),
  ],
  'pool with stride 2': [{ x: [2, 7, 5, 3] }, ({ x }) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'same')],
  'pool with stride 1': [{ x: [2, 7, 5, 3] }, ({ x }) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'same')],
  'pool by the mean': [{ x: [2, 7, 7, 3] }, ({ x }) => tf.avgPool(x as tf.Tensor4D, 7, 2, 'valid')],
  'add a bias': [{ x: [2, 3, 3, 4], bias: [4] }, ({ x, bias }) => tf.add(x, bias)],
  'leaky relu': [{ x: [40] }, ({ x }) => tf.leakyRelu(x, 0.1)],
  relu: [{ x: [40] }, ({ x }) => tf.relu(x)],
  sigmoid: [{ x: [40] }, ({ x }) => tf.sigmoid(tf.mul(x, 20))],
  exponential: [{ x: [40] }, ({ x }) => tf.exp(tf.div(x, 5))],
  'square root': [{ x: [40] }, ({ x }) => tf.sqrt(tf.add(x, 1.5))],
  'sum over three axes': [{ x: [3, 3, 3, 4] }, ({ x }) => tf.sum(x, [0, 1, 2])],
  'subtract and divide by a row': [
    { x: [5, 4], mean: [4], scale: [4] },
    ({ x, mean, scale }) => tf.div(tf.sub(x, mean), tf.add(scale, 2)),
  ],
  'cut columns': [{ x: [5, 6] }, ({ x }) => tf.slice(x as tf.Tensor2D, [0, 2], [-1, 2])],
  'join rows': [{ first: [5, 6], second: [2, 6] }, ({ first, second }) => tf.concat([first, second])],
  'multiply matrices': [{ first: [5, 6], second: [6, 3] }, ({ first, second }) => tf.matMul(first, second)],
};

describeNative("the detectors' operations on native TensorFlow agree with the cpu backend", () => {
  after(async () => void (await startEngine({ backend: 'tensorflow' })));

  for (const [title, [shapes, operation]] of Object.entries(OPERATIONS)) {
    it(title, () => assertAgrees(shapes, operation));
  }

  const layer = { x: [2, 7, 6, 3], filter: [3, 3, 3, 4], bias: [4] };

  for (const activation of ['linear', 'relu', 'relu6'] as const) {
    for (const strides of [1, 2]) {
      it(`convolve, bias and ${activation} in one, stride ${strides}`, () =>
        assertAgrees(layer, ({ x, filter, bias }) =>
          tf.fused.conv2d({
            x: x.mul(4) as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            bias,
            strides,
            pad: 'same',
            activation,
          }),
        ));
    }
  }

  for (const strides of [1, 2]) {
    it(`convolve each channel, bias and relu6 in one, stride ${strides}`, () =>
      assertAgrees({ x: [2, 7, 6, 3], filter: [3, 3, 3, 1], bias: [3] }, ({ x, filter, bias }) =>
        tf.fused.depthwiseConv2d({
          x: x.mul(4) as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          bias: bias as tf.Tensor1D,
          strides,
          pad: 'same',
          activation: 'relu6',
        }),
      ));
  }
});
