import * as tf from '@tensorflow/tfjs';
import type { Program } from '../serve';
import { engineVersions, startProgramEngine } from './engine';

const SIDE = 2048;

/** Floating-point operations of one unit of {@link prepareProducts}. */
export const PRODUCT_FLOPS = 2 * SIDE ** 3;

/** Prepares a measurement of the machine's arithmetic: a unit is the product of two 2048x2048 matrices. */
export async function prepareProducts(): Promise<Program> {
  const engine = await startProgramEngine('ours');
  const [first, second] = [tf.randomUniform([SIDE, SIDE]), tf.randomUniform([SIDE, SIDE])];
  const work = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const product = tf.matMul(first, second);
      if (i === count - 1) await product.data();
      product.dispose();
    }
  };
  return { ready: { versions: engineVersions(engine) }, work };
}
