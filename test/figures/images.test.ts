import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { featureMaps, overlayMap } from '../../lib/figures/images';
import { startEngine } from '../../lib/tensor/backend';

describe('overlayMap', () => {
  it('leaves the picture where the map is 0 and colours it where it is high', () => {
    const { width, height, data } = overlayMap(Uint8Array.of(0, 100, 200, 255), Uint8Array.of(0, 0, 0, 255));
    assert.deepEqual([width, height], [2, 2]);
    assert.deepEqual([...data.subarray(0, 9)], [0, 0, 0, 100, 100, 100, 200, 200, 200]);
    const marked = [213, 94, 0].map((color) => Math.round(0.15 * 255 + 0.85 * color));
    assert.deepEqual([...data.subarray(9)], marked);
  });

  it('refuses a map of another size', () => {
    assert.throws(
      () => overlayMap(new Uint8Array(4), new Uint8Array(9)),
      /Expected a square map of 4 values for map but received 9/,
    );
  });
});

describe('featureMaps', () => {
  before(() => startEngine({ backend: 'cpu' }));

  it("gives one picture for each channel of the first sample, white at the channel's maximum", () => {
    // Two samples, one row of two pixels, two channels.
    const maps = tf.tensor4d([0, 0, 4, 0, 9, 9, 9, 9], [2, 1, 2, 2]);
    const [first, second] = featureMaps(maps);
    assert.deepEqual([first.width, first.height, [...first.data]], [2, 1, [0, 255]]);
    assert.deepEqual([...second.data], [0, 0]);
    maps.dispose();
  });
});
