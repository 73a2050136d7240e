import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { toBundle, type MimeBundle } from '../../lib/figures/bundle';
import { nameFigures, renderFigure, saveFigure } from '../../lib/figures/figure';
import { accuracyChart } from '../../lib/figures/learning-charts';
import { imageGrid } from '../../lib/figures/sheets';
import { toDataFrame } from '../../lib/figures/tables';
import { block, history, pngOf } from './examples';

const VEGA_LITE_MIME = 'application/vnd.vegalite.v5+json';

function textBundle(text: string): MimeBundle {
  return { data: { 'text/plain': text }, metadata: {} };
}

function typesOf(bundle: MimeBundle): string[] {
  return Object.keys(bundle.data).sort();
}

async function sizeOfPng(bundle: MimeBundle): Promise<[number, number]> {
  const { format, width, height } = await sharp(
    Buffer.from(String(bundle.data['image/png']), 'base64'),
  ).metadata();
  assert.equal(format, 'png');
  return [width, height];
}

describe('a bundle', () => {
  it('of a chart has the specification as an object, a PNG in base64 with its size, and words', async () => {
    const chart = accuracyChart(history(3));
    const bundle = await toBundle(chart);
    assert.deepEqual(typesOf(bundle), [VEGA_LITE_MIME, 'image/png', 'text/plain']);
    assert.deepEqual(bundle.data[VEGA_LITE_MIME], { description: chart.title, ...chart.spec });
    assert.equal(bundle.data['text/plain'], chart.title);
    const { width, height } = bundle.metadata['image/png'] as { width: number; height: number };
    assert.deepEqual(await sizeOfPng(bundle), [2 * width, 2 * height]);
  });

  it('of a picture has a PNG and words', async () => {
    const bundle = await toBundle(await imageGrid([{ image: block, caption: 'eyes' }]));
    assert.deepEqual(typesOf(bundle), ['image/png', 'text/plain']);
    assert.equal(bundle.data['text/plain'], '1 images: eyes');
  });

  it('of a picture of faces is a JPEG, several times smaller than a PNG, with its alternative text', async () => {
    const noise = Uint8Array.from(
      { length: 200 * 200 * 3 },
      (_, i) => 128 + 60 * Math.sin(i / 500) + (i % 7),
    );
    const figure = await imageGrid([{ image: { width: 200, height: 200, data: noise }, caption: 'a face' }]);
    const bundle = await toBundle(figure);
    assert.deepEqual(typesOf(bundle), ['image/jpeg', 'text/plain']);
    const content = Buffer.from(String(bundle.data['image/jpeg']), 'base64');
    assert.equal((await sharp(content).metadata()).format, 'jpeg');
    assert.ok(3 * content.length < (await renderFigure(figure)).png.length);
    assert.equal((bundle.metadata['image/jpeg'] as { alt: string }).alt, '1 images: a face');
  });

  it('of a small block enlarges it by whole pixels, of a large image reduces it', async () => {
    assert.deepEqual(await sizeOfPng(await toBundle(block)), [160, 160]);
    assert.deepEqual(await sizeOfPng(await toBundle(await pngOf(256, 200))), [256, 200]);
    assert.deepEqual(await sizeOfPng(await toBundle(await pngOf(1920, 1080))), [960, 540]);
  });

  it('of images, captioned images, or one image with a caption is a grid', async () => {
    for (const value of [[block, block], [{ image: block, caption: 'a' }]])
      assert.deepEqual(typesOf(await toBundle(value)), ['image/png', 'text/plain']);
    assert.equal((await toBundle(block, { caption: 'mouth' })).data['text/plain'], 'mouth');
  });

  it('of a DataFrame or of rows is an HTML table with its plain form', async () => {
    for (const value of [toDataFrame([{ a: 1 }]), [{ a: 1 }]]) {
      const bundle = await toBundle(value, { caption: 'Table' });
      assert.deepEqual(typesOf(bundle), ['text/html', 'text/plain']);
      assert.equal(bundle.data['text/plain'], 'Table\n\na\n-\n1');
    }
  });

  it('of any other value is text', async () => {
    assert.deepEqual(await toBundle('hello'), textBundle('hello'));
    for (const [value, text] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [[], '[]'],
      [{ a: [1] }, '{ a: [ 1 ] }'],
      [[1, 'x'], "[ 1, 'x' ]"],
    ])
      assert.deepEqual(await toBundle(value), textBundle(String(text)));
  });

  it('refuses pixels that do not fill their image', async () => {
    await assert.rejects(
      toBundle({ width: 2, height: 2, data: new Uint8Array(5) }),
      /Expected 1, 3 or 4 values a pixel \(2x2\) for image but received 5 values/,
    );
  });
});

describe('saving figures', () => {
  it('names them as the original did', () => {
    assert.deepEqual(nameFigures({ epochs: 50, learningRate: 1e-3, batchSize: 64 }), {
      accuracy: 'TerGat_accuracy_50_0.001_64',
      loss: 'TerGat_loss_50_0.001_64',
      heatmap: 'heatmap_50_0.001_64',
    });
  });

  it('writes PNG and SVG', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'figures-'));
    try {
      const target = path.join(directory, 'new');
      const written = await saveFigure(accuracyChart(history(2)), target, 'chart');
      await saveFigure(await imageGrid([{ image: block }]), target, 'grid');
      assert.deepEqual(
        written.map((file) => path.basename(file)),
        ['chart.png', 'chart.svg'],
      );
      assert.deepEqual((await readdir(target)).sort(), ['chart.png', 'chart.svg', 'grid.png', 'grid.svg']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
