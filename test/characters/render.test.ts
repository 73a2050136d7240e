import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { generateCharacter } from '../../lib/characters/generate-character';
import { toManifestText } from '../../lib/characters/sample-files';
import { planSample } from '../../lib/characters/plan-sample';
import { measureLandmarks, renderPng, renderSvg } from '../../lib/characters/render';

const sample = planSample();
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Frames of each character, emotion and drawing style. */
const SOME = [0, 290, 590, 900, 1210, 1500].map((index) => sample[index]);

describe('rendering', () => {
  it('draws the same text on every machine (change SAMPLE_VERSION with these)', () => {
    assert.deepEqual(
      SOME.map(({ view }) => hash(renderSvg(view))),
      [
        'ed6a432151f58a1b',
        '13715ba484fcf558',
        'abec213e28884a6c',
        '587c57ff792bbd7e',
        'c1b049c3f44e4563',
        'e612ad6e5aae6934',
      ],
    );
  });

  it('writes the same manifest on every machine (change SAMPLE_VERSION with this)', () => {
    assert.equal(hash(toManifestText(sample)), 'befcd7d83418e6e6');
  });

  it('gives 256x256 RGB, and the same pixels when it draws again', async () => {
    for (const { view } of SOME) {
      const png = await renderPng(renderSvg(view));
      const { width, height, channels, hasAlpha } = await sharp(png).metadata();
      assert.deepEqual([width, height, channels, hasAlpha], [256, 256, 3, false]);
      const [first, second] = await Promise.all([png, await renderPng(renderSvg(view))].map(toPixels));
      assert.ok(first.equals(second));
    }
  });

  it('writes numbers only: no NaN, no undefined, in any style of hair, beard or shading', () => {
    const characters = Array.from({ length: 40 }, (_, index) => generateCharacter(11, index));
    for (const { view, path } of planSample({ characters, clipsPerCell: 1, framesPerClip: 1 }))
      assert.doesNotMatch(renderSvg(view), /NaN|undefined|Infinity|null/, path);
  });

  it('draws where the landmarks are: brows and lips are darker than the skin above them', async () => {
    for (const spec of SOME) {
      const grey = await sharp(await renderPng(renderSvg(spec.view)))
        .greyscale()
        .raw()
        .toBuffer();
      const at = (x: number, y: number) => grey[Math.round(y) * 256 + Math.round(x)];
      const points = measureLandmarks(spec.view);
      const { roll } = spec.view.pose;
      const above = (index: number, distance: number) => {
        const angle = (roll * Math.PI) / 180;
        return at(points[index].x + distance * Math.sin(angle), points[index].y - distance * Math.cos(angle));
      };
      for (const index of [19, 24])
        assert.ok(above(index, 0) < above(index, 6) - 15, `${spec.path} ${index}`);
      assert.ok(above(51, -2) < above(51, 4) - 8, `${spec.path} mouth`);
    }
  });
});

async function toPixels(png: Buffer): Promise<Buffer> {
  return sharp(png).raw().toBuffer();
}
