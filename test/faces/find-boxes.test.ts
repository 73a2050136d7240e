import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { rankFaces, runTiny, wholePixels } from '../../lib/faces/detector/find-boxes';
import { startFastest } from '../support/native';

const IMAGE = { width: 100, height: 80, data: new Uint8Array(100 * 80 * 3) };
const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('runTiny', () => {
  before(() => startFastest());

  /** Runs a network that gives this output, [5, 5, 25]. */
  const run = async (output: Float32Array) => {
    const network = { forward: () => tf.tensor(output) };
    return (await runTiny(network, [IMAGE], { size: 160 }))[0];
  };

  it('gives nothing when no score is above a half', async () => {
    assert.deepEqual(await run(new Float32Array(5 * 5 * 25).fill(0)), []);
  });

  it('decodes place, size and score of an anchor, in pixels of the unpadded image', async () => {
    const output = new Float32Array(5 * 5 * 25).fill(-20);
    // Row 2, column 3, second anchor: centre of the cell, the anchor's own size, score 1 / (1 + e^-2).
    output.set([0, 0, 0, 0, 2], ((2 * 5 + 3) * 5 + 1) * 5);
    const [face] = await run(output);
    assert.ok(Math.abs(face.score - 0.880797) < 1e-6);
    assert.ok(Math.abs(face.box.width - (6.041143 / 5) * 100) < 1e-4);
    assert.ok(Math.abs(face.box.x + face.box.width / 2 - 70) < 1e-4);
    assert.ok(Math.abs(face.box.y + face.box.height / 2 - 50) < 1e-4);
  });
});

describe('rankFaces', () => {
  it('prefers the larger of two equally sure faces, and the surer of two of similar size', () => {
    const small = { score: 0.9, box: box(0, 0, 10, 10) };
    const large = { score: 0.9, box: box(30, 30, 20, 20) };
    assert.equal(rankFaces([small, large], IMAGE)[0].box, large.box);
    const faint = { score: 0.51, box: box(30, 30, 16, 16) };
    assert.equal(rankFaces([small, faint], IMAGE)[0].box, small.box);
  });

  it('skips boxes that touch no pixel of the image', () => {
    assert.deepEqual(rankFaces([{ score: 1, box: box(-50, 0, 50, 50) }], IMAGE), []);
  });
});

describe('wholePixels', () => {
  it('cuts off what leaves the image and rounds down', () => {
    assert.deepEqual(wholePixels(box(-5.5, 10.7, 30, 90), IMAGE), box(0, 10, 24, 69));
    assert.equal(wholePixels(box(99.5, 0, 40, 40), IMAGE), undefined);
  });
});
