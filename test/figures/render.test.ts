import assert from 'node:assert/strict';
import sharp from 'sharp';
import { wilsonInterval } from '../../lib/core/intervals';
import { TERGAT_SIZES } from '../../lib/model/networks/tergat';
import { architectureDiagram, describeTerGat } from '../../lib/figures/diagrams';
import { attentionFlow } from '../../lib/figures/diagrams';
import { confusionChart, countsChart } from '../../lib/figures/class-charts';
import { renderFigure, type Figure } from '../../lib/figures/figure';
import { measureText, wrapText } from '../../lib/figures/fonts';
import { accuracyChart } from '../../lib/figures/learning-charts';
import { publishedChart } from '../../lib/figures/estimate-charts';
import { imageGrid, sampleSheet } from '../../lib/figures/sheets';
import { makePicture, textLine } from '../../lib/figures/svg';
import { block, faceView, history, pngOf, records, split } from './examples';

const SHEET = { title: 'One frame of each', subtitle: 'a subtitle', cellPx: 96 };

const FIGURES: Record<string, () => Figure | Promise<Figure>> = {
  accuracy: () => accuracyChart(history(50)),
  confusion: () => confusionChart(Array.from({ length: 7 }, () => new Array<number>(7).fill(12_345))),
  counts: () => countsChart(records, split),
  published: () =>
    publishedChart({
      method: 'TerGat, this project',
      dataset: 'synthetic sample, split by frame',
      accuracy: wilsonInterval(7, 10),
    }),
  architecture: () => architectureDiagram(describeTerGat(TERGAT_SIZES)),
  attention: async () => attentionFlow([await faceView()]),
  grid: async () =>
    imageGrid([{ image: await pngOf(300, 100), caption: 'a caption that is much wider than its image <&>' }]),
  sheet: async () =>
    sampleSheet([{ image: await pngOf(64, 64), character: 'one of a long name', emotion: 'joy' }], SHEET),
};

describe('rendering', () => {
  for (const [name, make] of Object.entries(FIGURES))
    it(`leaves a white border around ${name}, so nothing is cut off, at twice the pixels`, async () => {
      const { png, width, height } = await renderFigure(await make());
      const image = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([image.info.width, image.info.height], [2 * width, 2 * height]);
      assert.ok(isBorderWhite(image.data, image.info.width, image.info.height, 10));
      assert.ok(
        image.data.some((level: number) => level < 128),
        'something is drawn',
      );
    });

  it('draws text from the font of the package, as wide as it was measured', async () => {
    const text = 'Validation 97.5 %';
    const style = { sizePx: 16, bold: true };
    const figure = makePicture('a text', { width: 300, height: 40 }, [textLine(text, 10, 25, style)]);
    const { png } = await renderFigure(figure);
    const { info } = await sharp(png).trim().toBuffer({ resolveWithObject: true });
    assert.ok(Math.abs(info.width - 2 * measureText(text, style)) < 6, `${info.width} px`);
  });

  it('gives the same file for the same figure', async () => {
    const [first, second] = [
      await renderFigure(accuracyChart(history(3))),
      await renderFigure(accuracyChart(history(3))),
    ];
    assert.deepEqual(first.png, second.png);
    assert.equal(first.svg, second.svg);
  });

  it('escapes names in the drawing', async () => {
    const { svg } = await imageGrid([{ image: block, caption: '<script>&"' }]);
    assert.match(svg, /&lt;script&gt;&amp;&quot;/);
  });

  it('draws a small block with sharp pixels', async () => {
    const checks = { ...block, data: block.data.map((_, index) => ((index + (index >> 5)) % 2) * 255) };
    const { png } = await renderFigure(await imageGrid([{ image: checks }], { cellPx: 128 }));
    const levels = await sharp(png)
      .extract({ left: 40, top: 40, width: 200, height: 200 })
      .grayscale()
      .raw()
      .toBuffer();
    assert.ok(
      levels.every((level: number) => level < 10 || level > 245),
      'no grey between black and white',
    );
  });
});

describe('measuring text', () => {
  it("agrees with fontTools on DejaVu's glyph widths", () => {
    // sum(hmtx[cmap[ord(c)]][0] for c in text) / unitsPerEm * 10
    assert.equal(measureText('Hello', { sizePx: 10 }).toFixed(4), '25.3467');
    assert.equal(measureText('Wi–×', { sizePx: 10, bold: true }).toFixed(4), '27.8369');
  });

  it('breaks lines at spaces and keeps a long word whole', () => {
    assert.deepEqual(wrapText('aa bb cc', measureText('aa bb', { sizePx: 10 }), { sizePx: 10 }), [
      'aa bb',
      'cc',
    ]);
    assert.deepEqual(wrapText('unbreakable', 1, { sizePx: 10 }), ['unbreakable']);
  });
});

describe('pictures', () => {
  it("count TerGat's 35,480,655 parameters from its sizes", () => {
    const { svg, title } = architectureDiagram(describeTerGat(TERGAT_SIZES));
    assert.match(title, /; 35,480,655 trainable parameters$/);
    assert.match(svg, /16,778,240 parameters/);
  });

  it('draw all 68 landmarks and both boxes', async () => {
    const { svg } = await attentionFlow([await faceView()]);
    assert.equal(svg.match(/<circle /g)?.length, 68);
    assert.equal(svg.match(/fill="none"/g)?.length, 4);
  });

  it('have a row for each character, with the emotions in the order of their ids', async () => {
    const image = await pngOf(64, 64);
    const faces = (['surprise', 'anger', 'joy'] as const).map((emotion) => ({
      image,
      character: 'ray',
      emotion,
    }));
    assert.match((await sampleSheet(faces, SHEET)).title, /ray, each with anger, joy, surprise/);
  });

  it('refuse to be empty', async () => {
    await assert.rejects(imageGrid([]), /at least 1 image for items/);
    await assert.rejects(sampleSheet([], SHEET), /at least 1 face/);
    await assert.rejects(attentionFlow([]), /at least 1 face/);
  });
});

function isBorderWhite(rgb: Buffer, width: number, height: number, border: number): boolean {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isInside = x >= border && x < width - border && y >= border && y < height - border;
      const at = 3 * (y * width + x);
      if (!isInside && (rgb[at] < 250 || rgb[at + 1] < 250 || rgb[at + 2] < 250)) return false;
    }
  return true;
}
