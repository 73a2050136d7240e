import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type BlockSet, EYES_LANDMARKS, LANDMARK_COUNT, MOUTH_LANDMARKS } from '../../lib/core/blocks';
import {
  accuracy,
  classMetrics,
  confusionMatrix,
  countAnswers,
  formatPercent,
  macroF1,
  measureBlockIou,
} from '../../lib/core/metrics';
import { makeBlockSet } from '../support/blocks';
import { assertNear } from '../support/assertions';

interface Case {
  title: string;
  truth: number[];
  predicted: number[];
  matrix: number[][];
  accuracy: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  macroF1: number;
}

// Made by scripts/fixtures/metrics_fixture.py with scikit-learn.
const fixture = JSON.parse(readFileSync(path.join(__dirname, '../fixtures/report/metrics.json'), 'utf8')) as {
  cases: Case[];
};
const TOLERANCE = 1e-12;

describe('metrics', () => {
  it('defect 3: counts an angry face that was answered with joy in row 0, column 3: rows are true', () => {
    const matrix = confusionMatrix([0], [3]);
    assert.equal(matrix[0][3], 1);
    assert.equal(matrix[3][0], 0);
    assert.equal(countAnswers(matrix), 1);
  });

  for (const known of fixture.cases) {
    it(`agrees with scikit-learn: ${known.title}`, () => {
      const matrix = confusionMatrix(known.truth, known.predicted);
      const classes = classMetrics(matrix);
      assert.deepEqual(matrix, known.matrix);
      assertNear([accuracy(matrix), macroF1(matrix)], [known.accuracy, known.macroF1], TOLERANCE);
      for (const name of ['precision', 'recall', 'f1', 'support'] as const) {
        const values = classes.map((metrics) => metrics[name]);
        assertNear(values, known[name], TOLERANCE);
      }
    });
  }

  it('gives NaN for the accuracy of no answers', () => {
    assert.ok(Number.isNaN(accuracy(confusionMatrix([], []))));
  });

  it('refuses lists of different lengths and unknown class ids', () => {
    assert.throws(() => confusionMatrix([0, 1], [0]), /Expected 2 ids for predicted but received 1/);
    assert.throws(() => confusionMatrix([7], [0]), /between 0 and 6 for truth\[0\] but received 7/);
    assert.throws(() => confusionMatrix([0], [1.5]), /for predicted\[0\] but received 1.5/);
  });
});

describe('formatPercent', () => {
  it('gives two digits or as many as wanted', () => {
    assert.equal(formatPercent(0.97506), '97.51 %');
    assert.equal(formatPercent(1, 1), '100.0 %');
    assert.equal(formatPercent(0 / 0), '–');
  });
});

const SIZE = 2 * LANDMARK_COUNT;

/** Landmarks whose eyes and mouth are boxes of 10x10 pixels, moved right. */
function boxes(eyesRight: number, mouthRight: number): Float32Array {
  const landmarks = new Float32Array(SIZE);
  const place = (chosen: readonly number[], right: number) =>
    chosen.forEach((index, order) => landmarks.set(order % 2 ? [right, 0] : [right + 10, 10], 2 * index));
  place(EYES_LANDMARKS, eyesRight);
  place(MOUTH_LANDMARKS, mouthRight);
  return landmarks;
}

const record = (path: string, character: string) => ({ path, character, emotion: 'joy' as const });

function blockSet(found: readonly Float32Array[], characters: readonly string[], missed = 0): BlockSet {
  const records = found.map((_, index) => record(`${index}`, characters[index]));
  return makeBlockSet(records, {
    landmarks: Float32Array.from(found.flatMap((values) => [...values])),
    skipped: Array.from({ length: missed }, (_, index) => ({
      record: record(`missed${index}`, 'mery'),
      kind: 'no-face',
      reason: '',
    })),
  });
}

describe('measureBlockIou', () => {
  it('is 1 for the true landmarks and a third when a box is moved by half its width', () => {
    const blocks = blockSet([boxes(0, 0), boxes(5, 0)], ['aia', 'ray']);
    const truth = new Map([
      ['0', boxes(0, 0)],
      ['1', boxes(0, 0)],
    ]);
    const report = measureBlockIou(blocks, truth);
    assert.equal(report.frames, 2);
    assert.ok(Math.abs(report.eyes.mean - 2 / 3) < 1e-12);
    assert.deepEqual(report.eyes.worst, { character: 'ray', mean: 1 / 3 });
    assert.equal(report.mouth.mean, 1);
  });

  it('counts 0 for a frame that was missed', () => {
    const blocks = blockSet([boxes(0, 0)], ['aia'], 1);
    const truth = new Map([
      ['0', boxes(0, 0)],
      ['missed0', boxes(0, 0)],
    ]);
    const { eyes, frames } = measureBlockIou(blocks, truth);
    assert.deepEqual([frames, eyes.mean, eyes.percentile5], [2, 0.5, 0]);
    assert.deepEqual(eyes.worst, { character: 'mery', mean: 0 });
  });

  it('gives the value that a twentieth of the frames is below', () => {
    const found = Array.from({ length: 101 }, (_, index) => boxes(index < 5 ? 20 : index === 5 ? 5 : 0, 0));
    const blocks = blockSet(
      found,
      found.map(() => 'aia'),
    );
    const truth = new Map(found.map((_, index) => [`${index}`, boxes(0, 0)]));
    assert.equal(measureBlockIou(blocks, truth).eyes.percentile5, 1 / 3);
  });

  it('refuses an empty set of true landmarks', () => {
    assert.throws(() => measureBlockIou(blockSet([boxes(0, 0)], ['aia']), new Map()), /at least 1 frame/);
  });
});
