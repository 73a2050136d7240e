import * as tf from '@tensorflow/tfjs';
import { assertAsOnCpu, describeWasm } from './on-backends';

describeWasm('matMul on wasm', () => {
  const sizes = [
    [1, 1, 1],
    [3, 5, 2],
    [9, 17, 33],
    [64, 300, 100],
    [70, 257, 265],
    [13, 4, 7],
  ];
  for (const [rows, depth, columns] of sizes) {
    it(`multiplies ${rows}x${depth} by ${depth}x${columns}, each operand transposed or not`, async () => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = transposeA ? [depth, rows] : [rows, depth];
          const b = transposeB ? [columns, depth] : [depth, columns];
          await assertAsOnCpu([a, b], (x, y) => tf.matMul(x, y, transposeA, transposeB));
        }
      }
    });
  }

  it('multiplies a stack of matrices one by one', async () => {
    const shapes = [
      [2, 3, 9, 5],
      [2, 3, 4, 5],
    ];
    await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y, false, true));
  });

  it('repeats a single matrix along a stack, by the stock kernel', async () => {
    const shapes = [
      [3, 9, 5],
      [1, 5, 4],
    ];
    await assertAsOnCpu(shapes, (x, y) => tf.matMul(x, y));
  });
});
