import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { unexpected } from '../../lib/core/errors';

describe('unexpected', () => {
  it('names what was expected, the setting and what was received', () => {
    const error = unexpected('a number', 'seed', 'x');
    assert.ok(error instanceof RangeError);
    assert.equal(error.message, 'Expected a number for seed but received x');
  });

  it('has a cause only if there is one', () => {
    assert.doesNotMatch(inspect(unexpected('a number', 'seed', 'x')), /cause/);
    const cause = new Error('why');
    assert.equal(unexpected('a number', 'seed', 'x', cause).cause, cause);
  });
});
