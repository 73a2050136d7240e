import assert from 'node:assert/strict';
import { comparePaired } from '../../lib/core/paired';

const flags = (text: string) => [...text].map((letter) => letter === '1');

describe('comparePaired', () => {
  it('counts who was right where, and tests the difference exactly', () => {
    // Six images on which they differ, five for the first: 2 * (1 + 6) / 64.
    const outcome = comparePaired(flags('111111000'), flags('100000100'));
    assert.deepEqual(outcome, { both: 1, onlyFirst: 5, onlySecond: 1, neither: 2, pValue: outcome.pValue });
    assert.ok(Math.abs(outcome.pValue - 14 / 64) < 1e-12);
  });

  it('finds no difference where there is none, and does not overflow on many', () => {
    assert.equal(comparePaired(flags('11'), flags('11')).pValue, 1);
    const many = comparePaired(Array(5000).fill(true), Array(5000).fill(false));
    assert.ok(many.pValue >= 0 && many.pValue < 1e-300);
  });

  it('refuses lists of different lengths', () => {
    assert.throws(() => comparePaired([true], []), /Expected 1 outcomes for second but received 0/);
  });
});
