import * as tf from '@tensorflow/tfjs';
import { assertAsOnCpu, describeWasm } from './on-backends';

describeWasm('conv2d and its gradients on wasm', () => {
  const convolutions = [
    { name: "the first layer's form", x: [2, 8, 8, 1], filter: [3, 3, 1, 5], stride: 1, pad: 'same' },
    { name: "the second layer's form", x: [2, 8, 9, 6], filter: [3, 3, 6, 11], stride: 1, pad: 'same' },
    {
      name: 'more depth than one block holds',
      x: [1, 5, 6, 130],
      filter: [3, 3, 130, 9],
      stride: 1,
      pad: 'same',
    },
    { name: 'no padding', x: [2, 7, 6, 3], filter: [3, 2, 3, 4], stride: 1, pad: 'valid' },
    { name: 'a stride of 2', x: [2, 9, 8, 3], filter: [3, 3, 3, 8], stride: 2, pad: 'same' },
    {
      name: 'a stride that leaves pixels over',
      x: [1, 10, 11, 2],
      filter: [3, 3, 2, 3],
      stride: 3,
      pad: 'valid',
    },
    { name: 'strides of one channel', x: [1, 8, 8, 1], filter: [5, 5, 1, 3], stride: 2, pad: 'same' },
    { name: 'a 1x1 filter', x: [2, 6, 5, 7], filter: [1, 1, 7, 9], stride: 1, pad: 'same' },
    { name: 'a filter larger than the image', x: [1, 3, 3, 2], filter: [5, 5, 2, 2], stride: 1, pad: 'same' },
    {
      name: 'more padding than the filter reaches',
      x: [1, 5, 5, 1],
      filter: [2, 2, 1, 1],
      stride: 1,
      pad: 1,
    },
  ] as const;
  for (const { name, x, filter, stride, pad } of convolutions) {
    it(`gives the cpu backend's numbers for ${name}`, async () => {
      const convolve = (image: tf.Tensor, weights: tf.Tensor) =>
        tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, stride, pad);
      const { shape } = tf.tidy(() => convolve(tf.zeros([...x]), tf.zeros([...filter])));
      await assertAsOnCpu([[...x], [...filter], shape], (image, weights, dy) => [
        convolve(image, weights),
        ...tf.grads(convolve)([image, weights], dy),
      ]);
    });
  }

  it('leaves dilated convolutions to the stock kernel', async () => {
    const shapes = [
      [1, 8, 8, 2],
      [3, 3, 2, 3],
    ];
    await assertAsOnCpu(shapes, (x, filter) =>
      tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
    );
  });
});
