import * as tf from '@tensorflow/tfjs';

/**
 * Registers the one kernel that stock wasm lacks for training: a convolution's gradient by its filter, for 3x3 filters
 * with stride 1 and padding 1. It uses tfjs' own operations: one matrix product per filter position.
 */
export function addMissingWasmKernel(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      // tfjs' operations pass whole tensors.
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const filterShape = attrs!.filterShape as [number, number, number, number];
      return tf.tidy(() => takeFilterGradient(x, dy, filterShape));
    },
  });
}

/**
 * Computes the gradient of a 3x3 convolution, stride 1 and padding 1, by its filter.
 * @param x input, [n, height, width, in]
 * @param dy gradient by the output, [n, height, width, out]
 * @param filterShape [3, 3, in, out]
 * @returns of the filter's shape; the surrounding tidy disposes intermediate tensors
 */
export function takeFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: readonly number[],
): tf.Tensor {
  const [batch, height, width, inChannels] = x.shape;
  const outChannels = dy.shape[3];
  const pixels = batch * height * width;
  const padded = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const gradients = tf.reshape(dy, [pixels, outChannels]);
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const start = [0, Math.floor(tap / 3), tap % 3, 0];
    const shifted = padded.slice(start, [batch, height, width, inChannels]);
    // An explicit transpose: a product with the transposeA flag takes tens of times as long.
    const rows = tf.transpose(tf.reshape(shifted, [pixels, inChannels]));
    return tf.matMul(rows as tf.Tensor2D, gradients as tf.Tensor2D);
  });
  return tf.stack(taps).reshape([...filterShape]);
}
