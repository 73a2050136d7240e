import assert from 'node:assert/strict';
import { createRandom } from '../../lib/core/random';
import { fitTemperature, scaleByTemperature } from '../../lib/core/temperature';

const TOLERANCE = 1e-6;

describe('scaleByTemperature', () => {
  it('changes nothing at 1 and is the softmax of the divided logits elsewhere', () => {
    const row = Float32Array.of(0.8, 0.2);
    assert.ok(Math.abs(scaleByTemperature(row, 1, 2)[0] - 0.8) < TOLERANCE);
    // Logits log(4) and 0, halved: 2 and 1, so 2/3.
    assert.ok(Math.abs(scaleByTemperature(row, 2, 2)[0] - 2 / 3) < TOLERANCE);
  });

  it('keeps each row on its own', () => {
    const scaled = scaleByTemperature(Float32Array.of(0.8, 0.2, 0.5, 0.5), 3, 2);
    assert.deepEqual([...scaled.subarray(2)], [0.5, 0.5]);
  });
});

describe('fitTemperature', () => {
  it('finds the temperature by which confident answers are too sure', () => {
    const random = createRandom(1, 'temperature');
    // Right in 70 of 100 but always said with 0.99: the best single confidence is 0.7.
    const labels = Uint8Array.from({ length: 4000 }, () => (random.next() < 0.7 ? 0 : 1));
    const share = labels.filter((label) => label === 0).length / labels.length;
    const probabilities = Float32Array.from({ length: 8000 }, (_, i) => (i % 2 === 0 ? 0.99 : 0.01));
    const temperature = fitTemperature(probabilities, labels, 2);
    const scaled = scaleByTemperature(probabilities.subarray(0, 2), temperature, 2);
    assert.ok(Math.abs(scaled[0] - share) < 1e-3, `${scaled[0]} instead of ${share}`);
  });

  it('refuses to fit without samples', () => {
    assert.throws(() => fitTemperature(new Float32Array(0), new Uint8Array(0)), /at least 1 sample/);
  });
});
