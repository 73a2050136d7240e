import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  accuracyByCharacter,
  bootstrapByGroup,
  bootstrapCharacters,
  comparePaired,
  mean,
  pairedDifference,
  quantile,
  type ScoredFrame,
  tInterval,
  wilsonInterval,
} from '../../lib/core/intervals';
import { createRandom } from '../../lib/core/random';
import { evidenceFixture } from './evidence-fixture';
import { assertNear } from '../support/assertions';

interface KnownInterval {
  successes: number;
  trials: number;
  low: number;
  high: number;
}

// Made by scripts/fixtures/metrics_fixture.py with statsmodels.
const fixture = JSON.parse(readFileSync(path.join(__dirname, '../fixtures/report/metrics.json'), 'utf8')) as {
  wilson: KnownInterval[];
};
const TOLERANCE = 1e-12;

describe('intervals', () => {
  for (const known of fixture.wilson) {
    it(`agrees with statsmodels on ${known.successes} of ${known.trials}`, () => {
      const { value, low, high } = wilsonInterval(known.successes, known.trials);
      assertNear([low, high], [known.low, known.high], TOLERANCE);
      assert.equal(value, known.successes / known.trials);
    });
  }

  it('begins at exactly 0 where nothing succeeded, and ends at exactly 1 where all did', () => {
    for (let trials = 1; trials <= 200; trials++)
      assert.deepEqual([wilsonInterval(0, trials).low, wilsonInterval(trials, trials).high], [0, 1]);
  });

  it('gives NaN between 0 and 1 when nothing was counted', () => {
    const interval = wilsonInterval(0, 0);
    assert.deepEqual([interval.low, interval.high], [0, 1]);
    assert.ok(Number.isNaN(interval.value));
  });

  it('refuses counts that are negative, fractional or larger than the number of trials', () => {
    assert.throws(() => wilsonInterval(3, 2), /between 0 and 2 for successes but received 3/);
    assert.throws(() => wilsonInterval(0, -1), /of 0 or more for trials but received -1/);
    assert.throws(() => wilsonInterval(0.5, 1), /for successes but received 0.5/);
  });

  it('draws whole groups: clips that agree in themselves give a wider interval than their frames would', () => {
    const clips = Array.from({ length: 20 }, (_, clip) => new Array<number>(10).fill(clip % 2));
    const frames = clips.flat().map((value) => [value]);
    const byClip = bootstrapByGroup(clips, mean, { random: createRandom(1) });
    const byFrame = bootstrapByGroup(frames, mean, { random: createRandom(1) });
    assert.equal(byClip.value, 0.5);
    // The standard error is 0.5 / sqrt(20) by clip and 0.5 / sqrt(200) by frame: 0.44 and 0.14 wide.
    assert.ok(Math.abs(byClip.high - byClip.low - 0.44) < 0.08);
    assert.ok(Math.abs(byFrame.high - byFrame.low - 0.14) < 0.03);
  });

  it('gives the same bootstrap interval for the same seed', () => {
    const draw = () => bootstrapByGroup([[1], [2], [3]], mean, { random: createRandom(5), draws: 50 });
    assert.deepEqual(draw(), draw());
    assert.throws(() => bootstrapByGroup([], mean, { random: createRandom(5) }), /at least 1 group/);
  });
});

describe('tInterval', () => {
  for (const { values, value, low, high } of evidenceFixture.intervals) {
    it(`agrees with scipy on ${values.join(', ')}`, () => {
      const estimate = tInterval(values);
      assertNear([estimate.value, estimate.low, estimate.high], [value, low, high], 1e-9);
    });
  }

  for (const { freedom, t } of evidenceFixture.quantiles) {
    it(`has scipy's width at ${freedom} degrees of freedom`, () => {
      // The standard error of 0, ..., 0, 1 is 1 / n.
      const count = freedom + 1;
      const { low, high } = tInterval(Array.from({ length: count }, (_, index) => Number(index === freedom)));
      assert.ok(Math.abs(((high - low) / 2) * (count / t) - 1) < 1e-9);
    });
  }

  it('has no limits for a single value, and is an error for none', () => {
    assert.deepEqual(tInterval([0.7]), { value: 0.7, low: -Infinity, high: Infinity });
    assert.throws(() => tInterval([]), /Expected at least 1 number for values but received 0/);
  });
});

describe('quantile', () => {
  it('lies between the two nearest values, as in numpy', () => {
    // numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 0.9, 1])
    const values = [0, 0.25, 0.5, 0.9, 1].map((share) => quantile([1, 2, 4, 8], share));
    assertNear(values, [1, 1.75, 3, 6.8, 8], 1e-12);
  });
});

describe('mean', () => {
  it('is NaN for no numbers', () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.ok(Number.isNaN(mean([])));
  });
});

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
