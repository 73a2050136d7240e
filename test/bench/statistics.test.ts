import assert from 'node:assert/strict';
import { chooseCount, median, roundTo } from '../../bench/statistics';

describe('median', () => {
  it('gives the middle of an odd number of values, whatever their order', () => {
    assert.equal(median([9, 1, 5]), 5);
  });

  it('gives the mean of the two in the middle of an even number', () => {
    assert.equal(median([10, 1, 2, 4]), 3);
  });

  it('does not change its input, and refuses an empty list', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
    assert.throws(() => median([]), /Expected at least 1 number for values but received 0/);
  });
});

describe('roundTo', () => {
  it('keeps significant digits, not decimals', () => {
    assert.deepEqual(
      [roundTo(1234.56), roundTo(0.00123456), roundTo(0), roundTo(2.999, 3)],
      [1235, 0.001235, 0, 3],
    );
  });
});

describe('chooseCount', () => {
  it('fills the time with whole units, at least one and at most 32', () => {
    assert.deepEqual([chooseCount(0.4, 2), chooseCount(24, 2), chooseCount(0.001, 2)], [5, 1, 32]);
  });
});
