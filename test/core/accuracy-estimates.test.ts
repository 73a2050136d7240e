import assert from 'node:assert/strict';
import {
  accuracyByCharacter,
  bootstrapCharacters,
  comparePaired,
  pairedDifference,
  type ScoredFrame,
} from '../../lib/core/accuracy-estimates';
import { wilsonInterval } from '../../lib/core/intervals';
import { createRandom } from '../../lib/core/random';
import { evidenceFixture } from './evidence-fixture';
import { assertNear } from '../support/assertions';

/** A hundred frames a character, each a clip of its own, as many right as its accuracy says. */
function buildFrames(accuracies: readonly number[], framesPerClip = 1): ScoredFrame[] {
  return accuracies.flatMap((accuracy, character) =>
    Array.from({ length: 100 }, (_, frame) => ({
      character: `c${character}`,
      clip: `${Math.floor(frame / framesPerClip)}`,
      score: Number(frame < Math.round(100 * accuracy)),
    })),
  );
}

describe('intervals over characters', () => {
  it('gives no limits for other characters from a single one', () => {
    const { low, high } = accuracyByCharacter(buildFrames([0.7]));
    assert.deepEqual([low, high], [0, 1]);
  });

  it('is wide where characters differ, however many frames there are', () => {
    const { values, ...known } = evidenceFixture.intervals[1];
    const { value, low, high } = accuracyByCharacter(buildFrames(values));
    assertNear([value, low, high], [0.71, known.low, known.high], 1e-9);
    assert.ok(high - low > 2 * (wilsonInterval(426, 600).high - wilsonInterval(426, 600).low));
  });

  it('counts clips as trials where all characters agree, and never has a width of 0', () => {
    const { low, high } = accuracyByCharacter(buildFrames([1, 1, 1], 10));
    assert.equal(high, 1);
    assert.ok(Math.abs(low - wilsonInterval(30, 30).low) < 1e-12);
  });

  it('draws whole characters for the bootstrap', () => {
    const frames = buildFrames([1, 0]);
    const { value, low, high } = bootstrapCharacters(frames, createRandom(1));
    // Two characters drawn of two: both right, one, or none.
    assert.deepEqual([value, low, high], [0.5, 0, 1]);
  });

  it('pairs by character: agrees with scipy on the differences', () => {
    const { first, second, ...known } = evidenceFixture.paired;
    const { value, low, high } = pairedDifference(buildFrames(first), buildFrames(second));
    assertNear([value, low, high], [known.value, known.low, known.high], 1e-9);
  });

  it('refuses to pair other characters', () => {
    const other = buildFrames([1, 1]).map((frame) => ({ ...frame, character: `${frame.character}x` }));
    assert.throws(
      () => pairedDifference(buildFrames([1, 1]), other),
      /Expected c0, c1 for characters of second/,
    );
  });
});

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
