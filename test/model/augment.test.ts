import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../lib/core/random';
import { AUGMENTATION, trainingSource, type Augmentation } from '../../lib/model/training/augment';
import { buildCombined } from '../../lib/model/networks/compact';
import { inputSource } from '../../lib/model/training/data';
import { buildLandmarksNetwork } from '../../lib/model/networks/baselines';
import { countParameters } from '../../lib/model/networks/network';
import { drawPixels, makeBlockSet, makeRecords } from '../support/blocks';
import { startFastest } from '../support/native';

const NONE: Augmentation = { mirror: 0, shift: 0, zoom: 0, turn: 0, light: 0, erase: 0, landmarkNoise: 0 };
const INPUTS = ['eyes', 'mouth', 'landmarks'] as const;
const SEED = { seed: 1, epoch: 1, step: 0 };

const { uniform } = createRandom(1, 'augment test');
const blocks = makeBlockSet(makeRecords(5), {
  eyes: drawPixels(5, 'eyes'),
  mouth: drawPixels(5, 'mouth'),
  landmarks: Float32Array.from({ length: 5 * 136 }, () => uniform(40, 200)),
  imageSizes: Float32Array.from({ length: 5 * 2 }, () => uniform(40, 200)),
});
const faces = [0, 1, 2, 3, 4];

function draw(augmentation: Augmentation, seed = SEED): Float32Array[] {
  const tensors = trainingSource({ inputs: INPUTS, augmentation }, blocks, faces).augmentedBatch!(
    [1, 3],
    seed,
  );
  const values = tensors.map((tensor) => tensor.dataSync<'float32'>().slice());
  tf.dispose(tensors);
  return values;
}

function readBatch(): Float32Array[] {
  const tensors = inputSource(blocks, faces, INPUTS).batch([1, 3]);
  const values = tensors.map((tensor) => tensor.dataSync<'float32'>().slice());
  tf.dispose(tensors);
  return values;
}

const farthest = (first: Float32Array, second: Float32Array) =>
  Math.max(...first.map((value, i) => Math.abs(value - second[i])));

describe('changed training samples', () => {
  before(() => startFastest());

  it('are the original samples when nothing is changed', () => {
    const same = readBatch();
    draw(NONE).forEach((values, i) => assert.ok(farthest(values, same[i]) < 1e-5));
  });

  it('are mirrored in both blocks and in the landmarks', () => {
    const [eyes, mouth, landmarks] = draw({ ...NONE, mirror: 1 });
    const [plainEyes, plainMouth, plainLandmarks] = readBatch();
    const flip = (pixels: Float32Array) => pixels.map((_, i) => pixels[i - (i % 32) + 31 - (i % 32)]);
    assert.ok(farthest(eyes, flip(plainEyes)) < 1e-5);
    assert.ok(farthest(mouth, flip(plainMouth)) < 1e-5);
    // The chin, landmark 8, stays the chin on the other side.
    assert.ok(Math.abs(landmarks[16] + plainLandmarks[16]) < 1e-6);
    assert.ok(Math.abs(landmarks[17] - plainLandmarks[17]) < 1e-6);
  });

  it('change brightness by at most the given amount', () => {
    const [eyes] = draw({ ...NONE, light: 0.3 });
    const [plain] = readBatch();
    const most = farthest(eyes, plain);
    assert.ok(most > 0.01 && most <= 0.6 + 1e-6, `changed by ${most}`);
  });

  it('are the same again for the same seed, epoch and step, and others for another step', () => {
    assert.deepEqual(draw(AUGMENTATION), draw(AUGMENTATION));
    assert.ok(farthest(draw(AUGMENTATION)[0], draw(AUGMENTATION, { ...SEED, step: 1 })[0]) > 0.01);
  });

  it('do not affect evaluation', () => {
    const source = trainingSource({ inputs: INPUTS, augmentation: AUGMENTATION }, blocks, faces);
    const tensors = source.batch([1, 3]);
    const same = readBatch();
    tensors.forEach((tensor, i) => assert.ok(farthest(tensor.dataSync<'float32'>(), same[i]) < 1e-6));
    tf.dispose(tensors);
  });
});

describe('networks that see landmarks', () => {
  before(() => startFastest());

  it('give seven logits for each face and leave no tensor behind', () => {
    const before = tf.memory().numTensors;
    for (const network of [buildCombined({ seed: 1 }), buildLandmarksNetwork({ seed: 1 })]) {
      const shape = tf.tidy(() => {
        const inputs = inputSource(blocks, faces, INPUTS).batch([0, 1, 2]);
        const own = network.name === 'landmarks' ? inputs.slice(2) : inputs;
        return network.forward(own, { training: false }).shape;
      });
      network.dispose();
      assert.deepEqual(shape, [3, 7]);
    }
    assert.equal(tf.memory().numTensors, before);
  });

  it('are small: 959 parameters of the linear one, under 200,000 of the combined one', () => {
    const [linear, combined] = [buildLandmarksNetwork({ seed: 1 }), buildCombined({ seed: 1 })];
    assert.equal(countParameters(linear), 136 * 7 + 7);
    assert.ok(countParameters(combined) < 200_000);
    [linear, combined].forEach((network) => network.dispose());
  });
});
