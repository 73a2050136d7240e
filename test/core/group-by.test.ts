import assert from 'node:assert/strict';
import { groupBy } from '../../lib/core/group-by';

describe('groupBy', () => {
  it('keeps the order of first appearance of groups and of items', () => {
    const groups = groupBy([5, 2, 3, 8, 7], (value) => (value % 2 === 0 ? 'even' : 'odd'));
    assert.deepEqual(
      [...groups],
      [
        ['odd', [5, 3, 7]],
        ['even', [2, 8]],
      ],
    );
  });
});
