import assert from 'node:assert/strict';
import { drawHeatMap } from '../../lib/core/heat-map';

const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-6, `${value}`);

describe('drawHeatMap', () => {
  it('is 1 at a point and falls as a Gaussian: exp(-1/2) one standard deviation away', () => {
    const map = drawHeatMap(Float32Array.of(4.5, 2.5), { sizePx: 9, sigmaPx: 3 });
    near(map[2 * 9 + 4], 1);
    near(map[2 * 9 + 7], Math.exp(-0.5));
    near(map[5 * 9 + 1], Math.exp(-1));
  });

  it('takes the greatest of several points, not their sum', () => {
    const options = { sizePx: 5, sigmaPx: 1 };
    const once = drawHeatMap(Float32Array.of(2.5, 2.5), options);
    assert.deepEqual(drawHeatMap(Float32Array.of(2.5, 2.5, 2.5, 2.5), options), once);
    const both = drawHeatMap(Float32Array.of(0.5, 2.5, 4.5, 2.5), options);
    near(both[2 * 5], 1);
    near(both[2 * 5 + 4], 1);
    near(both[2 * 5 + 2], Math.exp(-2));
  });

  it('reaches four standard deviations along each axis and no farther', () => {
    const map = drawHeatMap(Float32Array.of(1.5, 1.5), { sizePx: 12, sigmaPx: 2 });
    near(map[1 * 12 + 9], Math.exp(-8));
    assert.equal(map[1 * 12 + 10], 0);
    assert.equal(map[10 * 12 + 1], 0);
  });

  it('is 0 everywhere without a point', () => {
    assert.deepEqual(drawHeatMap(new Float32Array(0), { sizePx: 2, sigmaPx: 1 }), new Float32Array(4));
  });
});
