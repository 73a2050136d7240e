import assert from 'node:assert/strict';
import { studentQuantile } from '../../lib/core/student-t';
import { evidenceFixture } from './evidence-fixture';

describe('studentQuantile', () => {
  for (const { confidence, freedom, t } of evidenceFixture.quantiles) {
    it(`agrees with scipy at ${confidence} and ${freedom} degrees of freedom`, () => {
      assert.ok(Math.abs(studentQuantile(confidence, freedom) / t - 1) < 1e-9);
    });
  }

  it('refuses a confidence or degrees of freedom out of range', () => {
    assert.throws(
      () => studentQuantile(1, 5),
      /Expected a number between 0 and 1 for confidence but received 1/,
    );
    assert.throws(
      () => studentQuantile(0.95, 0),
      /Expected a number above 0 for degreesOfFreedom but received 0/,
    );
  });
});
