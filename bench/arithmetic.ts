import { TERGAT_SIZES, type TerGatSizes } from '../lib/model/networks/tergat';

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
