import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { measureAtScale } from '../../bench/data-at-scale';
import { useTemporaryFolder } from '../support/folder';

describe('measureAtScale', () => {
  const folder = useTemporaryFolder();

  it('measures from rendering to tensors; a second run keeps the drawings and their time', async function () {
    this.timeout(120000);
    const file = path.join(folder(), 'scale.json');
    const run = () => measureAtScale({ images: 7, directory: folder(), file, print: () => undefined });
    const first = await run();
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), first);
    const { renderSeconds, preprocessSeconds, imagesPerSecond, peakRssMb } = first;
    for (const figure of [renderSeconds, preprocessSeconds, imagesPerSecond]) assert.ok(figure > 0);
    assert.ok(Number.isFinite(first.loadSeconds));
    assert.ok(peakRssMb > 100, 'Node.js with TensorFlow takes more');
    assert.ok(first.peakSummedRssMb >= peakRssMb, 'shared pages count several times');
    assert.deepEqual([first.images, first.peakRssMbAt5000], [7, null]);
    const note = path.join(folder(), 'small', 'sample.json');
    fs.writeFileSync(note, JSON.stringify({ renderSeconds: 1234 }));
    const second = await run();
    assert.equal(second.renderSeconds, 1234);
    assert.ok(second.preprocessSeconds > 0);
  });
});
