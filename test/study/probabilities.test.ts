import assert from 'node:assert/strict';
import { packProbabilities, unpackProbabilities } from '../../lib/study/probabilities';

describe('packed probabilities', () => {
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
