import assert from 'node:assert/strict';
import {
  drawHeatMap,
  landmarksInFace,
  mirrorFeatures,
  normalizeLandmarks,
} from '../../lib/core/landmark-features';
import { createRandom } from '../../lib/core/random';
import { buildFaceSet } from '../support/blocks';
import { assertNear } from '../support/assertions';

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

describe('landmark features', () => {
  it('do not depend on place, size and tilt of the head', () => {
    const moved = moveFace(face, { angle: 0.4, scale: 1.7, x: 30, y: -12 });
    assertNear(normalizeLandmarks(moved), normalizeLandmarks(face), 1e-3);
  });

  it('put the eyes at half a unit left and right of the origin', () => {
    const features = normalizeLandmarks(face);
    const middle = (first: number) =>
      [0, 1].map((axis) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + features[2 * (first + i) + axis] / 6, 0),
      );
    assertNear([...middle(36), ...middle(42)], [-0.5, 0, 0.5, 0], 1e-5);
  });

  it("are mirrored in pairs of iBUG's order: twice mirrored they are unchanged", () => {
    const features = normalizeLandmarks(face);
    const mirrored = mirrorFeatures(features);
    const pairs = [
      ...[
        [0, 16],
        [7, 9],
        [17, 26],
        [21, 22],
        [31, 35],
        [36, 45],
        [39, 42],
        [40, 47],
      ],
      ...[
        [48, 54],
        [59, 55],
        [60, 64],
        [67, 65],
      ],
      ...[8, 27, 28, 29, 30, 33, 51, 57, 62, 66].map((own) => [own, own]),
    ];
    for (const [one, other] of pairs)
      assert.deepEqual(
        [mirrored[2 * one], mirrored[2 * one + 1]],
        [-features[2 * other], features[2 * other + 1]],
      );
    assert.deepEqual(mirrorFeatures(mirrored), features);
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

describe('landmarksInFace', () => {
  it('places landmarks in the picture, whatever the sides of the box', () => {
    assert.deepEqual([...landmarksInFace(buildFaceSet(2), 1, [3, 40])], [12, 12, 12, 12]);
  });
});

describe('drawHeatMap', () => {
  it('is 1 at a point and falls as a Gaussian: exp(-1/2) one standard deviation away', () => {
    const map = drawHeatMap(Float32Array.of(4.5, 2.5), { sizePx: 9, sigmaPx: 3 });
    assertNear(map[2 * 9 + 4], 1);
    assertNear(map[2 * 9 + 7], Math.exp(-0.5));
    assertNear(map[5 * 9 + 1], Math.exp(-1));
  });

  it('takes the greatest of several points, not their sum', () => {
    const options = { sizePx: 5, sigmaPx: 1 };
    const once = drawHeatMap(Float32Array.of(2.5, 2.5), options);
    assert.deepEqual(drawHeatMap(Float32Array.of(2.5, 2.5, 2.5, 2.5), options), once);
    const both = drawHeatMap(Float32Array.of(0.5, 2.5, 4.5, 2.5), options);
    assertNear(both[2 * 5], 1);
    assertNear(both[2 * 5 + 4], 1);
    assertNear(both[2 * 5 + 2], Math.exp(-2));
  });

  it('reaches four standard deviations along each axis and no farther', () => {
    const map = drawHeatMap(Float32Array.of(1.5, 1.5), { sizePx: 12, sigmaPx: 2 });
    assertNear(map[1 * 12 + 9], Math.exp(-8));
    assert.equal(map[1 * 12 + 10], 0);
    assert.equal(map[10 * 12 + 1], 0);
  });

  it('is 0 everywhere without a point', () => {
    assert.deepEqual(drawHeatMap(new Float32Array(0), { sizePx: 2, sigmaPx: 1 }), new Float32Array(4));
  });
});
