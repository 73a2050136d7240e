import assert from 'node:assert/strict';
import { orderPixels, fillWithMean } from '../../lib/core/pixel-removal';
import { createRandom } from '../../lib/core/random';

describe('orderPixels', () => {
  it('puts the most important first', () => {
    assert.deepEqual(orderPixels(Float32Array.of(0.1, -3, 7, 0.5), createRandom(1)), [2, 3, 0, 1]);
  });

  it('puts equals in random order: each is first about as often', () => {
    const random = createRandom(1, 'ties');
    const firsts = Array.from({ length: 600 }, () => orderPixels(Float32Array.of(1, 0, 1, 1), random)[0]);
    for (const position of [0, 2, 3]) {
      const share = firsts.filter((first) => first === position).length / 600;
      assert.ok(Math.abs(share - 1 / 3) < 0.07, `${position}: ${share}`);
    }
    assert.ok(!firsts.includes(1));
  });
});

describe('fillWithMean', () => {
  const pictures = [Float32Array.of(0, 2, 4), Float32Array.of(10, 30)];

  it('gives removed pixels the mean of their own picture', () => {
    const [first, second] = fillWithMean(pictures, [2, 3]);
    assert.deepEqual([...first], [0, 2, 2]);
    assert.deepEqual([...second], [20, 30]);
  });

  it('leaves what it was given as it was', () => {
    fillWithMean(pictures, [0, 1, 2, 3, 4]);
    assert.deepEqual([...pictures[0]], [0, 2, 4]);
  });
});
