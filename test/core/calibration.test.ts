import assert from 'node:assert/strict';
import {
  expectedCalibrationError,
  fitTemperature,
  reliabilityBins,
  riskCoverage,
  scaleByTemperature,
} from '../../lib/core/calibration';
import { createRandom } from '../../lib/core/random';
import { evidenceFixture } from './evidence-fixture';

const { error, temperature, ...fixture } = evidenceFixture.calibration;
const labels = Array.from(fixture.labels, Number);
const bytes = Uint8Array.from(Buffer.from(fixture.probabilities, 'base64'));
const known = { labels, probabilities: new Float32Array(bytes.buffer) };

/** A row that answers `label` with a confidence; the rest is shared by the others. */
function buildRow(label: number, confidence: number): number[] {
  return Array.from({ length: 7 }, (_, id) => (id === label ? confidence : (1 - confidence) / 6));
}

// Answers 0, 1, 2, 3 with confidences 0.95, 0.85, 0.85, 0.45; the second is wrong.
const four = {
  labels: [0, 0, 2, 3],
  probabilities: Float32Array.from([
    ...buildRow(0, 0.95),
    ...buildRow(1, 0.85),
    ...buildRow(2, 0.85),
    ...buildRow(3, 0.45),
  ]),
};

describe('calibration', () => {
  it('agrees with numpy on the expected calibration error', () => {
    assert.ok(Math.abs(expectedCalibrationError(known) - error) < 1e-6);
  });

  it('sorts answers into bins by confidence, worked by hand', () => {
    const bins = reliabilityBins(four);
    assert.deepEqual(
      bins.map(({ count }) => count),
      [0, 0, 0, 0, 1, 0, 0, 0, 2, 1],
    );
    assert.equal(bins[8].accuracy, 0.5);
    assert.ok(Math.abs(bins[8].confidence - 0.85) < 1e-6);
    // (1 * 0.55 + 2 * 0.35 + 1 * 0.05) / 4
    assert.ok(Math.abs(expectedCalibrationError(four) - 0.325) < 1e-6);
  });

  it('counts every answer in one bin, those at a limit in the lower', () => {
    const edge = {
      labels: [0, 0],
      probabilities: Float32Array.from([...buildRow(0, 0.5), ...buildRow(0, 1)]),
    };
    const counts = reliabilityBins(edge).map(({ count }) => count);
    assert.deepEqual(counts, [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('fits the temperature that scipy fits, which lowers the error of sure answers', () => {
    const fitted = fitTemperature(known.probabilities, Uint8Array.from(labels));
    assert.ok(Math.abs(fitted / temperature - 1) < 1e-3, `${fitted} is not ${temperature}`);
    const scaled = scaleByTemperature(known.probabilities, fitted);
    assert.ok(expectedCalibrationError({ labels, probabilities: scaled }) < error);
  });

  it('follows risk from the surest answers to all, equals together', () => {
    const curve = riskCoverage(four).map(({ coverage, risk }) => [coverage, risk]);
    assert.deepEqual(curve, [
      [0.25, 0],
      [0.75, 1 / 3],
      [1, 0.25],
    ]);
  });

  it('refuses probabilities that do not fit the labels', () => {
    const short = { labels: [0, 1], probabilities: new Float32Array(7) };
    assert.throws(() => reliabilityBins(short), /Expected 14 numbers for probabilities but received 7/);
  });

  it('is NaN without answers', () => {
    assert.ok(Number.isNaN(expectedCalibrationError({ labels: [], probabilities: new Float32Array(0) })));
  });
});

describe('scaleByTemperature', () => {
  it('changes nothing at 1 and is the softmax of the divided logits elsewhere, each row on its own', () => {
    const rows = Float32Array.from([...buildRow(2, 0.4), ...buildRow(0, 1 / 7)]);
    assert.ok(Math.abs(scaleByTemperature(rows, 1)[2] - 0.4) < 1e-6);
    // The other six have 0.1: logits log(4) and 0, halved, give 2 and 1.
    const scaled = scaleByTemperature(rows, 2);
    assert.ok(Math.abs(scaled[2] - 2 / 8) < 1e-6);
    assert.ok(scaled.subarray(7).every((value) => Math.abs(value - 1 / 7) < 1e-6));
  });
});

describe('fitTemperature', () => {
  it('finds the temperature by which confident answers are too sure', () => {
    const random = createRandom(1, 'temperature');
    // Right in 70 of 100 but always said with 0.99: the best single confidence is 0.7.
    const drawn = Uint8Array.from({ length: 2000 }, () => (random.next() < 0.7 ? 0 : 1 + random.integer(6)));
    const share = drawn.filter((label) => label === 0).length / drawn.length;
    const row = buildRow(0, 0.99);
    const temperature = fitTemperature(
      Float32Array.from({ length: 7 * 2000 }, (_, i) => row[i % 7]),
      drawn,
    );
    const [confidence] = scaleByTemperature(Float32Array.from(row), temperature);
    assert.ok(Math.abs(confidence - share) < 1e-3, `${confidence} instead of ${share}`);
  });

  it('refuses to fit without samples', () => {
    assert.throws(() => fitTemperature(new Float32Array(0), new Uint8Array(0)), /at least 1 sample/);
  });
});
