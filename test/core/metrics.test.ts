import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  accuracy,
  classMetrics,
  confusionMatrix,
  countAnswers,
  formatPercent,
  macroF1,
} from '../../lib/core/metrics';

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

function assertNear(received: readonly number[], expected: readonly number[]) {
  assert.equal(received.length, expected.length);
  received.forEach((value, index) =>
    assert.ok(Math.abs(value - expected[index]) <= TOLERANCE, `${value} is not ${expected[index]}`),
  );
}

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
      assertNear([accuracy(matrix), macroF1(matrix)], [known.accuracy, known.macroF1]);
      for (const name of ['precision', 'recall', 'f1', 'support'] as const)
        assertNear(
          classes.map((metrics) => metrics[name]),
          known[name],
        );
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
