import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { measureAtScale } from '../../bench/data-at-scale';
import { useTemporaryFolder } from '../support/folder';

describe('runScale', () => {
  const folder = useTemporaryFolder();

  it('measures from rendering to tensors, and claims no time for what it found there', async function () {
    this.timeout(120000);
    const file = () => path.join(folder(), 'scale.json');
    const run = (anew: boolean) =>
      measureAtScale({ images: 7, directory: folder(), file: file(), anew, print: () => undefined });
    const first = await run(false);
    assert.deepEqual(JSON.parse(fs.readFileSync(file(), 'utf8')), first);
    const { renderSeconds, preprocessSeconds, imagesPerSecond, peakRssMb } = first;
    for (const figure of [renderSeconds, preprocessSeconds, imagesPerSecond]) assert.ok(figure! > 0);
    assert.ok(Number.isFinite(first.loadSeconds));
    assert.ok(peakRssMb! > 100, 'Node.js with TensorFlow takes more');
    assert.ok(first.peakSummedRssMb! >= peakRssMb!, 'shared pages count several times');
    assert.deepEqual([first.images, first.peakRssMbAt5000], [7, null]);
    const second = await run(false);
    assert.deepEqual(
      [second.renderSeconds, second.preprocessSeconds, second.peakRssMb],
      [renderSeconds, null, null],
    );
    const third = await run(true);
    assert.equal(third.renderSeconds, renderSeconds, 'written down beside the images');
    assert.ok(third.preprocessSeconds! > 0);
  });
});
