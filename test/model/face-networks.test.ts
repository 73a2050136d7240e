import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { FACE_SIZE } from '../../lib/core/blocks';
import { Adam } from '../../lib/tensor/adam';
import { buildCompact } from '../../lib/model/networks/compact';
import { inputSource, type InputName } from '../../lib/model/training/data';
import {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from '../../lib/model/networks/face-networks';
import { countParameters, saveState } from '../../lib/model/networks/network';
import { train } from '../../lib/model/training/train';
import { startFastest } from '../support/native';
import { buildFaceSet } from '../support/blocks';

const SET = buildFaceSet(14);
const FACES = [...SET.records.keys()];
const USES = [
  { build: buildWholeFace, inputs: ['face'] },
  { build: buildSoftAttention, inputs: ['softEyes', 'softMouth'] },
  { build: buildBlocksAndFace, inputs: ['eyes', 'mouth', 'face'] },
  { build: buildLearnedAttention, inputs: ['face'] },
] satisfies { build: unknown; inputs: InputName[] }[];

describe('the networks with other uses of the prior', () => {
  before(() => startFastest());

  it('have about as many parameters as the compact network', () => {
    const compact = buildCompact({ seed: 1 });
    for (const { build } of USES) {
      const network = build({ seed: 1 });
      const share = countParameters(network) / countParameters(compact);
      assert.ok(Math.abs(share - 1) < 0.03, `${network.name}: ${share}`);
      network.dispose();
    }
    compact.dispose();
  });

  it('give seven logits for each face of their source and leave no tensor behind', () => {
    const before = tf.memory().numTensors;
    for (const { build, inputs } of USES) {
      const network = build({ seed: 1 });
      const shape = tf.tidy(
        () => network.forward(inputSource(SET, [3, 5, 8], inputs).batch([0, 2]), { training: false }).shape,
      );
      assert.deepEqual(shape, [2, 7], network.name);
      network.dispose();
    }
    assert.equal(tf.memory().numTensors, before);
  });

  it('train every parameter, those of the locator of learned attention included', async function () {
    this.timeout(60000);
    for (const { build, inputs } of USES) {
      const network = build({ seed: 1 });
      const optimizer = new Adam({ learningRate: 1e-3 });
      const before = saveState(network);
      const source = inputSource(SET, FACES, inputs);
      await train({
        network,
        optimizer,
        train: source,
        validation: source,
        epochs: 1,
        batchSize: 14,
        seed: 1,
      });
      const after = saveState(network);
      for (const name of network.parameters.keys())
        assert.notDeepEqual(after.get(name), before.get(name), `${network.name}: ${name} stays`);
      optimizer.dispose();
      network.dispose();
    }
  });

  it('give the maps of learned attention to a tap: 0 to 1, near 1 at one place at least', () => {
    const network = buildLearnedAttention({ seed: 1 });
    const maps = tf.tidy(() => {
      let seen: tf.Tensor | undefined;
      const tap = (name: string, map: tf.Tensor) => (name === 'attention' && (seen = map), map);
      network.forward(inputSource(SET, [0], ['face']).batch([0]), { training: false, tap });
      return [0, 1].map((map) => seen!.slice([0, 0, 0, map], [1, FACE_SIZE, FACE_SIZE, 1]).dataSync());
    });
    for (const map of maps) {
      assert.ok(map.every((value) => value >= 0 && value <= 1));
      assert.ok(Math.max(...map) > 0.8);
    }
    network.dispose();
  });
});

describe('soft attention', () => {
  before(() => startFastest());

  it('leaves pixels at the landmarks as they are and darkens those far away', () => {
    const [whole, eyes] = tf.tidy(() =>
      [inputSource(SET, [4], ['face']), inputSource(SET, [2, 4], ['softEyes', 'softMouth'])].map((source) =>
        source.batch([source.size - 1])[0].dataSync(),
      ),
    );
    const at = (row: number, column: number) => row * FACE_SIZE + column;
    const isWeighed = (pixel: number, weight: number) =>
      Math.abs(eyes[pixel] - weight * whole[pixel]) <= 0.5001 * (2 / 255);
    // The landmarks are at (12, 12), a corner of four pixels; a standard deviation is 3 pixels; 8 bits a pixel.
    assert.ok(isWeighed(at(12, 12), Math.exp(-(2 * 0.5 ** 2) / 18)));
    assert.ok(isWeighed(at(12, 15), Math.exp(-(0.5 ** 2 + 3.5 ** 2) / 18)));
    assert.equal(eyes[at(40, 40)], 0);
    assert.ok(whole[at(40, 40)] > 0);
  });
});
