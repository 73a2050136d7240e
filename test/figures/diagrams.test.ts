import assert from 'node:assert/strict';
import { focusOnFace } from '../../lib/figures/diagrams';
import { readImageSize } from '../../lib/figures/images';

function viewOfFace(imageSide: number) {
  const landmarks = new Float32Array(136);
  for (let i = 0; i < 68; i++) landmarks.set([100 + (i % 8) * 5, 200 + Math.floor(i / 8) * 5], 2 * i);
  const block = { width: 32, height: 32, data: new Uint8Array(1024) };
  const image = { width: imageSide, height: imageSide, data: new Uint8Array(imageSide * imageSide) };
  const box = { x: 100, y: 200, width: 10, height: 5 };
  return { image, landmarks, eyesBox: box, mouthBox: box, eyes: block, mouth: block };
}

describe('focusOnFace', () => {
  it('cuts half a face around a small face and moves landmarks and boxes with it', async () => {
    const focused = await focusOnFace(viewOfFace(1000));
    // Landmarks span 35 x 40 pixels from (100, 200): the cut-out begins 20 pixels before.
    assert.deepEqual(await readImageSize(focused.image), { width: 75, height: 80 });
    assert.deepEqual(Array.from(focused.landmarks.subarray(0, 2)), [20, 20]);
    assert.deepEqual(focused.eyesBox, { x: 20, y: 20, width: 10, height: 5 });
  });

  it('leaves a face that fills its image as it is', async () => {
    const view = viewOfFace(256);
    view.landmarks.forEach((value, i) => (view.landmarks[i] = i % 2 ? (value - 200) * 4 : (value - 100) * 4));
    assert.equal(await focusOnFace(view), view);
  });
});
