import assert from 'node:assert/strict';
import { MIRRORED_LANDMARKS, mirrorFeatures, normalizeLandmarks } from '../../lib/core/landmark-features';
import { createRandom } from '../../lib/core/random';

const random = createRandom(1, 'landmarks');
const face = Float32Array.from({ length: 136 }, () => random.uniform(0, 200));

/** Turns, scales and moves points. */
function moveFace(points: Float32Array, { angle, scale, x, y }: Record<string, number>): Float32Array {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  return points.map((value, i) => {
    const [px, py] = i % 2 === 0 ? [value, points[i + 1]] : [points[i - 1], value];
    return i % 2 === 0 ? cos * px - sin * py + x : sin * px + cos * py + y;
  });
}

function assertClose(actual: Float32Array, expected: Float32Array): void {
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) < 1e-3, `${i}: ${value}, ${expected[i]}`),
  );
}

describe('landmark features', () => {
  it('do not depend on place, size and tilt of the head', () => {
    const moved = moveFace(face, { angle: 0.4, scale: 1.7, x: 30, y: -12 });
    assertClose(normalizeLandmarks(moved), normalizeLandmarks(face));
  });

  it('put the eyes at half a unit left and right of the origin', () => {
    const features = normalizeLandmarks(face);
    const middle = (first: number) =>
      [0, 1].map((axis) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + features[2 * (first + i) + axis] / 6, 0),
      );
    [...middle(36), ...middle(42)].forEach((value, i) =>
      assert.ok(Math.abs(value - [-0.5, 0, 0.5, 0][i]) < 1e-5),
    );
  });

  it('are mirrored as the mirrored face is measured', () => {
    const flipped = new Float32Array(136);
    MIRRORED_LANDMARKS.forEach((other, own) =>
      flipped.set([256 - face[2 * other], face[2 * other + 1]], 2 * own),
    );
    assertClose(mirrorFeatures(normalizeLandmarks(face)), normalizeLandmarks(flipped));
  });

  it('are unchanged when mirrored twice; the nose bridge and the chin stay', () => {
    assert.deepEqual(
      MIRRORED_LANDMARKS.map((other) => MIRRORED_LANDMARKS[other]),
      [...face.subarray(0, 68).keys()],
    );
    for (const own of [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]) assert.equal(MIRRORED_LANDMARKS[own], own);
  });

  it('are 0 where both eyes are at one place', () => {
    assert.deepEqual(normalizeLandmarks(new Float32Array(136).fill(5)), new Float32Array(136));
  });

  it('refuse another number of coordinates', () => {
    assert.throws(
      () => normalizeLandmarks(new Float32Array(10)),
      /Expected 136 values for landmarks but received 10/,
    );
  });
});
