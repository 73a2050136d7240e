import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { startEngine } from '../../lib/tensor/backend';
import { buildCompact } from '../../lib/model/networks/compact';
import { tapFeatures } from '../../lib/model/networks/layers';
import type { Network } from '../../lib/model/networks/network';
import { gradCamMaps, occlusionMaps } from '../../lib/model/attribution-maps';
import { describeNative } from '../support/native';

const SIZE = 16;
const SIDE = 4;

/**
 * A network that sees nothing but the 4x4 pixels at row 8, column 4 of its first picture: brightness there speaks for
 * class 2. Its feature map is the mean of each 4x4 square, and a second channel of the same that no answer hears of.
 */
const NETWORK: Network = {
  name: 'one region',
  parameters: new Map(),
  buffers: new Map(),
  forward: (inputs, mode) => {
    const squares = inputs.map((picture, index) => {
      const means = tf.avgPool(picture as tf.Tensor4D, SIDE, SIDE, 'valid'); // [n, 4, 4, 1]
      const flat = tf.concat([means, means], 3).reshape([picture.shape[0], -1]);
      return tapFeatures(mode, `input${index}.last`, flat);
    });
    const seen = squares[0].slice([0, 2 * (2 * SIDE + 1)], [-1, 1]); // [n, 1]
    return tf.concat([tf.zeros([seen.shape[0], 2]), seen, tf.zeros([seen.shape[0], 4])], 1) as tf.Tensor2D;
  },
  dispose: () => undefined,
};

const isInside = (at: number) => {
  const [row, column] = [Math.floor(at / SIZE), at % SIZE];
  return row >= 8 && row < 12 && column >= 4 && column < 8;
};

/** Two samples of two pictures. */
const drawPictures = (): tf.Tensor4D[] => {
  const random = createRandom(1, 'saliency');
  const draw = () =>
    tf.tensor4d(
      Float32Array.from({ length: 2 * SIZE * SIZE }, () => random.uniform(0.5, 2)),
      [2, SIZE, SIZE, 1],
    );
  const bright = tf.tensor4d(
    Float32Array.from({ length: SIZE * SIZE }, (_, at) => (isInside(at) ? 2 : 0.1)),
    [1, SIZE, SIZE, 1],
  );
  return [tf.tile(bright, [2, 1, 1, 1]), draw()];
};

const LAYERS = [0, 1].map((index) => ({ name: `input${index}.last`, side: SIDE }));

function describeMaps(): void {
  it('by Grad-CAM mark the only region that the answer depends on, and nothing in the other picture', () => {
    const [first, second] = tf.tidy(() => gradCamMaps(NETWORK, drawPictures(), LAYERS));
    assert.equal(first.length, 2 * SIZE * SIZE);
    const own = first.subarray(SIZE * SIZE);
    // The map is 2 in the region's square and 0.1 elsewhere, times the mean gradient of 1 / 16, drawn out bilinearly:
    // at row 9, column 5 the square counts with 0.875 * 0.875.
    assert.ok(Math.abs(16 * own[15 * SIZE + 15] - 0.1) < 1e-5);
    assert.ok(Math.abs(16 * own[9 * SIZE + 5] - (0.1 + 1.9 * 0.875 ** 2)) < 1e-5);
    const highest = own.indexOf(Math.max(...own));
    assert.ok(isInside(highest), `the highest is at ${highest}`);
    assert.ok(second.every((value) => value === 0));
  });

  it('by occlusion are above 0 in the region and 0 elsewhere', () => {
    const occlusion = { patchPx: 4, stridePx: 4 };
    const [first, second] = tf.tidy(() => occlusionMaps(NETWORK, drawPictures(), occlusion));
    const mean = (2 * 16 + 0.1 * 240) / 256;
    const probability = (logit: number) => Math.exp(logit) / (Math.exp(logit) + 6);
    for (let at = 0; at < SIZE * SIZE; at++) {
      const expected = isInside(at) ? probability(2) - probability(mean) : 0;
      assert.ok(Math.abs(first[at] - expected) < 1e-5, `${at}: ${first[at]} and ${expected}`);
    }
    assert.ok(second.every((value) => Math.abs(value) < 1e-6));
  });

  it('by occlusion average over the patches that cover a pixel, up to the edge', () => {
    const [first] = tf.tidy(() => occlusionMaps(NETWORK, drawPictures(), { patchPx: 6, stridePx: 4 }));
    assert.ok(first.every(Number.isFinite));
    assert.ok(first[9 * SIZE + 5] > first[14 * SIZE + 14]);
  });

  it('refuse layers that the network does not have', () => {
    const layers = [{ name: 'nowhere', side: 4 }];
    assert.throws(
      () => gradCamMaps(NETWORK, tf.tidy(drawPictures), layers),
      /Expected one of input0.last, input1.last for layers but received nowhere/,
    );
  });

  it('cover both blocks of the compact network, and no tensor is left', () => {
    const before = tf.memory().numTensors;
    const network = buildCompact({ seed: 1 });
    const layers = ['eyes.drop', 'mouth.drop'].map((name) => ({ name, side: 4 }));
    const pictures = [1, 2].map(
      (seed) => tf.randomUniform([3, 32, 32, 1], 0, 2, 'float32', seed) as tf.Tensor4D,
    );
    const maps = gradCamMaps(network, pictures, layers);
    for (const map of maps) {
      assert.equal(map.length, 3 * 1024);
      assert.ok(map.every((value) => Number.isFinite(value) && value >= 0));
    }
    tf.dispose(pictures);
    network.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
}

describe('attribution maps', () => {
  before(() => startEngine({ backend: 'cpu' }));
  describeMaps();
});

describeNative('attribution maps, on native TensorFlow', describeMaps);
