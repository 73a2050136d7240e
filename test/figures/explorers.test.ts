import assert from 'node:assert/strict';
import { EMOTIONS } from '../../lib/core/emotions';
import { blockExplorer } from '../../lib/figures/block-explorer';
import { errorExplorer } from '../../lib/figures/class-charts';
import { renderFigure, type ChartFigure } from '../../lib/figures/figure';
import { faceView, pngOf, runChart } from './examples';

/** Runs a chart, sets signals as a reader's hand would, and gives the SVG. */
async function draw(chart: ChartFigure, signals: Record<string, unknown> = {}): Promise<string> {
  const { view, warnings } = await runChart(chart);
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  const svg = await view.toSVG();
  assert.deepEqual(warnings, []);
  return svg;
}

const imagesOf = (svg: string) =>
  Array.from(svg.matchAll(/<image [^>]*href="(data:image[^"]+)"/g), ([, url]) => url);

describe('the block explorer', () => {
  const faces = async () =>
    Promise.all(
      ['joy', 'anger'].map(async (emotion, index) => ({
        ...(await faceView()),
        image: await pngOf(256, 256, index === 0 ? '#c08060' : '#6080c0'),
        character: 'aia',
        emotion,
        frame: 1,
      })),
    );

  it('draws one face: its image, two blocks, 68 landmarks and two boxes', async () => {
    const svg = await draw(await blockExplorer(await faces()));
    assert.equal(imagesOf(svg).length, 3);
    assert.equal(svg.match(/aria-roledescription="circle"/g)?.length, 68);
    assert.equal(svg.match(/aria-roledescription="rect mark"/g)?.length, 2);
  });

  it('draws another face when another expression is picked, and none where there is none', async () => {
    const chart = await blockExplorer(await faces());
    const [joy, anger] = [await draw(chart), await draw(chart, { emotion: 'anger' })].map(imagesOf);
    assert.notEqual(joy[0], anger[0]);
    assert.deepEqual(imagesOf(await draw(chart, { frame: 2 })), []);
  });

  it('is a still picture where no vega-lite runs', async () => {
    const { png } = await renderFigure(await blockExplorer(await faces()));
    assert.ok(png.length > 5000);
  });

  it('refuses an empty set of faces', () =>
    assert.rejects(blockExplorer([]), /Expected at least 1 face for faces/));
});

describe('the error explorer', () => {
  /** Three of anger taken for joy, with 0.5, 0.6 and 0.7; ten right ones of fear. */
  const answers = async () => {
    const answer = async (truth: number, predicted: number, share: number) => ({
      image: await pngOf(64, 64),
      caption: 'aia',
      truth,
      probabilities: EMOTIONS.map((_, id) => (id === predicted ? share : (1 - share) / 6)),
    });
    const [anger, fear, joy] = ['anger', 'fear', 'joy'].map((name) => EMOTIONS.indexOf(name as 'joy'));
    const wrong = [0.7, 0.5, 0.6].map((share) => answer(anger, joy, share));
    const right = Array.from({ length: 10 }, (_, index) => answer(fear, fear, 0.8 + index / 100));
    return Promise.all([...wrong, ...right]);
  };

  it('opens the most frequent error, the least sure pictures first', async () => {
    const chart = await errorExplorer(await answers());
    assert.match(chart.title, /3 of anger taken for joy/);
    const svg = await draw(chart);
    assert.equal(imagesOf(svg).length, 3);
    assert.deepEqual(
      Array.from(svg.matchAll(/>joy (\d+) %</g), ([, share]) => share),
      ['50', '60', '70'],
    );
  });

  it('contains at most nine pictures of a cell, the least sure ones', async () => {
    const { hconcat } = (await errorExplorer(await answers())).spec as {
      hconcat: { data: { values: { true: string; first: string }[] } }[];
    };
    const fears = hconcat[1].data.values.filter((value) => value.true === 'fear');
    assert.deepEqual(
      fears.map(({ first }) => first),
      Array.from({ length: 9 }, (_, index) => `fear ${80 + index} %`),
    );
  });

  it('opens the first class where nothing was confused', async () => {
    assert.match((await errorExplorer((await answers()).slice(3))).title, /10 of fear taken for fear/);
  });

  it('refuses an empty list of answers', () =>
    assert.rejects(errorExplorer([]), /Expected at least 1 picture for pictures/));
});
