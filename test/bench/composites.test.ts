import assert from 'node:assert/strict';
import {
  type CompositesFile,
  COMPOSITES_PAGE,
  compositesToMarkdown,
  measureComposites,
  recallOf,
} from '../../bench/composites';
import { drawPieces, pasteFaces } from '../../bench/paste-faces';
import { createRandom } from '../../lib/core/random';
import { describeNative } from '../support/native';
import { assertSection, readReference } from '../support/assertions';

describeNative('composites', function () {
  this.timeout(300_000);

  it('have faces of 100 pixels that are found in 12 megapixels, faces of 10 that are not, and none in textures', async () => {
    const sizes = [{ width: 4000, height: 3000, faceSizes: [10, 100] }];
    const { pictures, textures } = await measureComposites({ pictures: 1, faces: 4, textures: 2, sizes });
    assert.deepEqual(
      pictures.map(({ faces }) => faces),
      [
        { drawn: 2, photographed: 2 },
        { drawn: 2, photographed: 2 },
      ],
    );
    assert.deepEqual(
      pictures.map((row) => recallOf(row).value),
      [0, 1],
    );
    assert.deepEqual([textures.pictures, textures.falseFinds], [2, 0]);
  });
});

describe('pasteFaces', () => {
  it('gives the same picture for the same random numbers', async () => {
    const pieces = await drawPieces();
    const paste = () => {
      const random = createRandom('test');
      return pasteFaces(pieces.slice(0, 12), { width: 800, height: 700, faceSize: 60, random });
    };
    const [first, second] = [await paste(), await paste()];
    assert.deepEqual(second.faces, first.faces);
    assert.ok(second.jpeg.equals(first.jpeg));
  });
});

describe('results/reference/composites.json', () => {
  const measured = readReference<CompositesFile>('composites');

  it('is the table of the page', () => {
    assertSection(COMPOSITES_PAGE, 'composites', compositesToMarkdown(measured));
  });

  it('has nine of ten faces of 100 pixels found in 4000x3000, and none in textures', () => {
    const row = measured.pictures.find(({ width, faceSize }) => width === 4000 && faceSize === 100)!;
    assert.ok(recallOf(row).value >= 0.9);
    assert.equal(measured.textures.falseFinds, 0);
  });
});
