import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { DEFAULT_EXPERIMENT } from '../../lib/core/experiment-settings';
import { startEngine } from '../../lib/tensor/backend';
import { buildTerGat } from '../../lib/model/networks/tergat';
import { evaluateWithBaselines } from '../../lib/study/evaluate-split';
import { TWIN_SIZES } from '../model/twin';
import { fillBlocks, makeBlockSet, makeRecords } from '../support/blocks';
import { useTemporaryFolder } from '../support/folder';

/** Faces whose boxes tell the expression, and whose pixels tell it in every second face only. */
function makeBlocks(count: number) {
  const pixels = fillBlocks(count, (face) => (face % 2 === 0 ? 30 * (face % 7) : 250));
  const boxes = Float32Array.from({ length: 4 * count }, (_, at) => 30 * (Math.floor(at / 4) % 7));
  const imageSizes = new Float32Array(2 * count).fill(256);
  const parts = { eyes: pixels, mouth: pixels, eyesBoxes: boxes, mouthBoxes: boxes, imageSizes };
  return makeBlockSet(makeRecords(count), parts);
}

describe('evaluateWithBaselines', function () {
  this.timeout(120_000);

  const folder = useTemporaryFolder();
  const indices = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

  before(() => startEngine({ backend: 'cpu' }));

  it('scores network and baselines on the same test faces, a missed one being an error', async () => {
    const faces = {
      train: { faces: indices(0, 56), missed: 0 },
      validation: { faces: indices(56, 14), missed: 0 },
      test: { faces: indices(70, 14), missed: 1 },
    };
    const sizes = { ...TWIN_SIZES, blockSize: 32, filters: [2, 2] } as const;
    const network = buildTerGat({ seed: 1, sizes });
    const tensors = tf.memory().numTensors;
    const experiment = { ...DEFAULT_EXPERIMENT, batchSize: 14, learningRate: 0.01 };
    const cacheDirectory = folder();
    const { scores, answers } = await evaluateWithBaselines(network, makeBlocks(84), faces, experiment, {
      cacheDirectory,
    });
    for (const { labels } of Object.values(answers)) assert.equal(labels.length, 14);
    for (const { allImages } of Object.values(scores)) assert.equal(allImages.trials, 15);
    // The seven even faces have a double in training; all odd ones look the same, and one expression is right once.
    assert.equal(scores.nearest.foundFaces.successes, 8);
    assert.ok(scores.boxes.foundFaces.value > 0.8, `${scores.boxes.foundFaces.value}`);
    assert.equal(tf.memory().numTensors, tensors);
    network.dispose();
  });
});
