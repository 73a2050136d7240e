import assert from 'node:assert/strict';
import { interpolateStates } from '../../lib/model/networks/network';

describe('interpolateStates', () => {
  const state = (...values: number[]) => new Map([['weight', Float32Array.from(values)]]);

  it('averages two states number by number', () => {
    assert.deepEqual(interpolateStates(state(0, 4), state(8, 0), 0.25), state(2, 3));
  });

  it('gives the first for a share of 0 and the second for a share of 1', () => {
    assert.deepEqual(interpolateStates(state(1, 2), state(3, 4), 0), state(1, 2));
    assert.deepEqual(interpolateStates(state(1, 2), state(3, 4), 1), state(3, 4));
  });

  it('refuses states of other networks', () => {
    assert.throws(
      () => interpolateStates(state(1, 2), state(1), 0.5),
      /Expected 2 numbers for weight but received 1/,
    );
    assert.throws(
      () => interpolateStates(state(1), new Map(), 0.5),
      /Expected 1 numbers for weight but received none/,
    );
  });
});
