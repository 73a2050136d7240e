import assert from 'node:assert/strict';
import {
  fromRanges,
  packProbabilities,
  toRanges,
  unpackProbabilities,
} from '../../../lib/study/evidence/ranges';

describe('compact forms of evidence', () => {
  it('writes runs of positions by their ends', () => {
    assert.equal(toRanges([0, 1, 2, 3, 7, 9, 10]), '0-3,7,9-10');
    assert.equal(toRanges([]), '');
  });

  it('reads what it wrote', () => {
    for (const positions of [[], [5], [0, 1, 2], [3, 5, 6, 7, 100]])
      assert.deepEqual(fromRanges(toRanges(positions)), positions);
  });

  it('refuses other texts', () => {
    assert.throws(() => fromRanges('3-1'), /Expected positions such as 0-3,7 for text but received 3-1/);
    assert.throws(() => fromRanges('a'), /but received a/);
  });

  it('keeps probabilities to four digits', () => {
    const values = Float32Array.from([0, 1, 0.5, 0.12345]);
    const kept = unpackProbabilities(packProbabilities(values));
    values.forEach((value, i) => assert.ok(Math.abs(kept[i] - value) < 1e-5));
  });
});
