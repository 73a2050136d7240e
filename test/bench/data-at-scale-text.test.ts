import assert from 'node:assert/strict';
import { type ScaleFile, scaleToMarkdown, scaleToSentence } from '../../bench/data-at-scale-text';
import { assertSection, readReference } from '../support/assertions';

const measured: ScaleFile = {
  images: 50_000,
  cores: 2,
  renderSeconds: 600,
  preprocessSeconds: 500,
  imagesPerSecond: 100,
  peakRssMb: 1300,
  peakRssMbAt5000: 1000,
  peakSummedRssMb: 1700,
  storeMb: 125,
  loadSeconds: 1.25,
};

describe('the measurements at scale', () => {
  const committed = readReference<ScaleFile>('scale');

  for (const [file, toText] of [
    ['docs/data-at-scale.md', scaleToMarkdown],
    ['README.md', scaleToSentence],
  ] as const)
    it(`are quoted to the digit by ${file}`, () => {
      assertSection(file, 'scale', toText(committed));
    });
});

describe('scaleToMarkdown', () => {
  it('sets each figure beside its aim and says which was missed', () => {
    const text = scaleToMarkdown(measured);
    assert.match(text, /\| 50,000 images, 2 cores \|/);
    assert.match(text, /\| images a second \| 100 \| the original, on Colab: 21.4 \|/);
    assert.match(
      text,
      /\| peak memory of all processes, shared pages once, MB \| 1,300 \| at most 1,500 MB: reached \|/,
    );
    assert.match(text, /\| ratio of full size to 5,000 \| 1.30 \| at most 1.2: \*\*not reached\*\* \|/);
    assert.match(text, /\| loaded into training tensors, s \| 1.25 \| at most 2 s: reached \|/);
  });

  it("adds FER+'s cropped faces where they were measured", () => {
    const ferPlus = { images: 35_000, seconds: 100, imagesPerSecond: 350, peakRssMb: 900 };
    const row = /\| FER\+'s 35,000 cropped faces, images a second \| 350 \| at least 170 \|/;
    assert.match(scaleToMarkdown({ ...measured, ferPlus }), row);
    assert.match(scaleToSentence({ ...measured, ferPlus }), /FER\+'s 35,000 cropped faces: 350 images\/s\.$/);
    assert.doesNotMatch(scaleToMarkdown(measured), /FER/);
  });

  it('computes what other sizes cost: 100 images a second, 2.5 kB an image', () => {
    const text = scaleToMarkdown(measured);
    assert.match(text, /\| 1,000,000 \| 2.8 h \| 100 s \| 2.5 GB \| 3,907 \|/);
    assert.match(text, /\| 1,000,000,000 \| 115.7 days \| 27.8 h \| 2.5 TB \| 3,906,250 \|/);
  });

  it('says that the memory at 5,000 images is not measured where fewer were measured', () => {
    const text = scaleToMarkdown({ ...measured, peakRssMbAt5000: null });
    assert.match(text, /\| the same at 5,000 images, MB \| not measured \|  \|/);
    assert.match(text, /\| ratio of full size to 5,000 \| not measured \|  \|/);
  });
});
