import assert from 'node:assert/strict';
import { ACTION_UNITS, toActionUnits, toActiveUnits } from '../../lib/characters/action-units';
import type { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { generateUnits, VARIANTS } from '../../lib/characters/expressions';

describe('action units', () => {
  it('are completed with 0 and clamped to 0 and 1', () => {
    const units = toActionUnits({ AU1: 1.3, AU4: -0.2, AU12: 0.5 });
    assert.deepEqual(Object.keys(units), [...ACTION_UNITS]);
    assert.deepEqual([units.AU1, units.AU4, units.AU12, units.AU27], [1, 0, 0.5, 0]);
  });

  it('are written without zeros, with two decimals', () => {
    assert.deepEqual(toActiveUnits(toActionUnits({ AU6: 0.126, AU12: 1, AU15: 0.001 })), {
      AU6: 0.13,
      AU12: 1,
    });
  });
});

describe('recipes of expressions', () => {
  const mostOf = (emotion: (typeof EMOTIONS)[number]) =>
    VARIANTS[emotion].map(({ always }) => Object.keys(always));

  it('hold the units that EMFACS names', () => {
    for (const units of mostOf('anger')) assert.ok(units.includes('AU4') && units.includes('AU7'));
    for (const units of mostOf('disgust')) assert.ok(units.includes('AU9') && units.includes('AU10'));
    for (const units of mostOf('fear'))
      for (const unit of ['AU1', 'AU2', 'AU4', 'AU5', 'AU20']) assert.ok(units.includes(unit));
    for (const units of mostOf('joy')) assert.ok(units.includes('AU6') && units.includes('AU12'));
    for (const units of mostOf('sadness')) assert.ok(units.includes('AU1') && units.includes('AU15'));
    for (const units of mostOf('surprise'))
      assert.ok(units.includes('AU1') && units.includes('AU2') && units.includes('AU25'));
  });

  it('give each showing its own strengths within the recipe', () => {
    const draws = [1, 2, 3, 4].map((seed) => generateUnits('joy', {}, createRandom(seed)));
    for (const units of draws) assert.ok(units.AU12! >= 0.65 && units.AU12! <= 1);
    assert.equal(new Set(draws.map(({ AU12 }) => AU12)).size, 4);
    assert.deepEqual(generateUnits('neutral', {}, createRandom(1)), {});
  });
});
