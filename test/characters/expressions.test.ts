import assert from 'node:assert/strict';
import {
  ACTION_UNITS,
  generateUnits,
  mapActionUnits,
  toActiveUnits,
  VARIANTS,
  type SomeActionUnits,
} from '../../lib/characters/expressions';
import type { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';

describe('action units', () => {
  const complete = (some: SomeActionUnits) => mapActionUnits((unit) => some[unit] ?? 0);

  it('are completed and clamped to 0 and 1', () => {
    const units = complete({ AU1: 1.3, AU4: -0.2, AU12: 0.5 });
    assert.deepEqual(Object.keys(units), [...ACTION_UNITS]);
    assert.deepEqual([units.AU1, units.AU4, units.AU12, units.AU27], [1, 0, 0.5, 0]);
  });

  it('are written without zeros, with two decimals', () => {
    assert.deepEqual(toActiveUnits(complete({ AU6: 0.126, AU12: 1, AU15: 0.001 })), { AU6: 0.13, AU12: 1 });
  });
});

describe('variants of expressions', () => {
  /** The units that occur in every drawing of each variant. */
  const certainUnits = (emotion: (typeof EMOTIONS)[number]) =>
    VARIANTS[emotion].map((variant) => ACTION_UNITS.filter((unit) => variant[unit]?.length === 2));

  it('have the units that EMFACS names', () => {
    for (const units of certainUnits('anger')) assert.ok(units.includes('AU4') && units.includes('AU7'));
    for (const units of certainUnits('disgust')) assert.ok(units.includes('AU9') && units.includes('AU10'));
    for (const units of certainUnits('fear'))
      for (const unit of ['AU1', 'AU2', 'AU4', 'AU5', 'AU20'] as const) assert.ok(units.includes(unit));
    for (const units of certainUnits('joy')) assert.ok(units.includes('AU6') && units.includes('AU12'));
    for (const units of certainUnits('sadness')) assert.ok(units.includes('AU1') && units.includes('AU15'));
    for (const units of certainUnits('surprise'))
      assert.ok(units.includes('AU1') && units.includes('AU2') && units.includes('AU25'));
  });

  it('give each drawing its own intensities within the range', () => {
    const draws = [1, 2, 3, 4].map((seed) => generateUnits('joy', {}, createRandom(seed)));
    for (const units of draws) assert.ok(units.AU12! >= 0.65 && units.AU12! <= 1);
    assert.equal(new Set(draws.map(({ AU12 }) => AU12)).size, 4);
    assert.deepEqual(generateUnits('neutral', {}, createRandom(1)), {});
  });
});
