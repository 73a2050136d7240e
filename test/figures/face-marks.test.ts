import assert from 'node:assert/strict';
import { markPicture } from '../../lib/figures/face-marks';
import { pngOf } from './examples';

describe('markPicture', () => {
  const box = { x: 10, y: 20, width: 40, height: 10 };

  it('draws each landmark and each box to scale, and names the boxes', async () => {
    const boxes = [
      { box, label: 'first' },
      { box, label: 'second' },
    ];
    const figure = await markPicture(await pngOf(80, 80), {
      title: 'A face',
      boxes,
      landmarks: new Float32Array(136),
    });
    assert.equal(figure.title, 'A face: 68 landmarks, first, second');
    assert.equal(figure.svg.match(/<circle/g)?.length, 68);
    // 80 pixels fill 320: everything is four times as large. Each box has a dark frame below the coloured one.
    assert.equal(figure.svg.match(/<rect[^>]* width="160" height="40" fill="none"/g)?.length, 4);
  });

  it('refuses more boxes than it has colours', async () => {
    const boxes = Array.from({ length: 4 }, () => ({ box, label: 'box' }));
    await assert.rejects(
      markPicture(await pngOf(8, 8), { title: 't', boxes }),
      /at most 3 boxes .* received 4/,
    );
  });
});
