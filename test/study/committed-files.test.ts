import assert from 'node:assert/strict';
import { unpackPositions, packPositions } from '../../lib/study/committed-files';

describe('packed positions', () => {
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
});
