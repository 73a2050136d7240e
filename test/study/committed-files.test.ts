import assert from 'node:assert/strict';
import { unpackPositions, packPositions } from '../../lib/study/committed-files';
import { packProbabilities, unpackProbabilities } from '../../lib/study/probabilities';

describe('packed positions and probabilities', () => {
  it('writes runs of positions by their ends', () => {
    assert.equal(packPositions([0, 1, 2, 3, 7, 9, 10]), '0-3,7,9-10');
    assert.equal(packPositions([]), '');
  });

  it('reads what it wrote', () => {
    for (const positions of [[], [5], [0, 1, 2], [3, 5, 6, 7, 100]])
      assert.deepEqual(unpackPositions(packPositions(positions)), positions);
  });

  it('refuses other texts', () => {
    assert.throws(() => unpackPositions('3-1'), /Expected positions such as 0-3,7 for text but received 3-1/);
    assert.throws(() => unpackPositions('a'), /but received a/);
  });

  it('keeps probabilities to four digits, and refuses those of another number of faces', () => {
    const values = Float32Array.from([0, 1, 0.5, 0.12345, 0, 0, 0]);
    const packed = packProbabilities(values);
    const kept = unpackProbabilities(packed, 1, 'a');
    values.forEach((value, i) => assert.ok(Math.abs(kept[i] - value) < 1e-5));
    assert.throws(
      () => unpackProbabilities(packed, 2, 'a'),
      /Expected 14 probabilities for a but received 7/,
    );
  });
});
