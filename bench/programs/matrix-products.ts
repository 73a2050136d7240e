import * as tf from '@tensorflow/tfjs';
import { TERGAT_SIZES, type TerGatSizes } from '../../lib/model/networks/tergat';
import { startProgramEngine, type Program } from './program';

const SIDE = 2048;

/** Floating-point operations of one unit of {@link prepareProducts}. */
export const PRODUCT_FLOPS = 2 * SIDE ** 3;

/** Prepares a measurement of the machine's arithmetic: a unit is the product of two 2048x2048 matrices. */
export async function prepareProducts(): Promise<Program> {
  const { versions } = await startProgramEngine('ours');
  const [first, second] = [tf.randomUniform([SIDE, SIDE]), tf.randomUniform([SIDE, SIDE])];
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const product = tf.matMul(first, second);
      if (i === count - 1) await product.data();
      product.dispose();
    }
  };
  return { ready: { versions }, work };
}

/**
 * Counts the floating-point operations of TerGat's matrix products and convolutions in one training step. A
 * multiplication and an addition count as two. The count has the forward pass, the gradient by the weights and the
 * gradient by the inputs; the first convolution needs no gradient by its inputs.
 * @param batchSize pairs of blocks
 * @param sizes default {@link TERGAT_SIZES}
 */
export function stepFlops(batchSize: number, sizes: TerGatSizes = TERGAT_SIZES): number {
  const { blockSize, filters, branch, latent, head, classes } = sizes;
  const pixels = blockSize ** 2;
  const first = 9 * pixels * filters[0];
  const second = 9 * pixels * filters[0] * filters[1];
  const flat = (pixels / 4) * filters[1];
  const inBranch = second + products([flat, ...branch, latent]);
  const inHead = products([2 * latent, ...head, classes]);
  const multiplications = 2 * (2 * first + 3 * inBranch) + 3 * inHead;
  return 2 * batchSize * multiplications;
}

function products(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, i) => sum + widths[i] * width, 0);
}
