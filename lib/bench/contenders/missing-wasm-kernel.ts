import * as tf from '@tensorflow/tfjs';

/**
 * Adds the one kernel without which stock wasm cannot train: a convolution's gradient by its filter, from tfjs' own
 * operations, for 3x3 filters with stride 1 and padding 1. For each tap it is one product of matrices.
 */
export function addMissingWasmKernel(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      // tfjs' operations hand over whole tensors.
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const filterShape = attrs!.filterShape as [number, number, number, number];
      return tf.tidy(() => takeFilterGradient(x, dy, filterShape));
    },
  });
}

/**
 * Takes the gradient of a 3x3 convolution, stride 1 and padding 1, by its filter.
 * @param x [n, height, width, in]
 * @param dy [n, height, width, out]
 * @param filterShape [3, 3, in, out]
 * @returns of the filter's shape; what it was made of is left to the surrounding tidy
 */
export function takeFilterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: readonly number[],
): tf.Tensor {
  const [batch, height, width, inChannels] = x.shape;
  const outChannels = dy.shape[3];
  const pixels = batch * height * width;
  const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
  const gradients = tf.reshape(dy, [pixels, outChannels]);
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const start = [0, Math.floor(tap / 3), tap % 3, 0];
    const shifted = padded.slice(start, [batch, height, width, inChannels]);
    // Transposed first: its product with a transposed operand takes tens of times as long.
    const rows = tf.transpose(tf.reshape(shifted, [pixels, inChannels]));
    return tf.matMul(rows as tf.Tensor2D, gradients as tf.Tensor2D);
  });
  return tf.stack(taps).reshape([...filterShape]);
}
