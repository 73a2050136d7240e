import assert from 'node:assert/strict';
import { formatPercent, mean } from '../../lib/core/numbers';

describe('numbers', () => {
  it('have a mean; the mean of no numbers is an error', () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.ok(Number.isNaN(mean([])));
  });

  it('are written as percentages, with two digits or as many as wanted', () => {
    assert.equal(formatPercent(0.97506), '97.51 %');
    assert.equal(formatPercent(1, 1), '100.0 %');
    assert.equal(formatPercent(0 / 0), '–');
  });
});
