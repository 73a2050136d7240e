import assert from 'node:assert/strict';
import sharp from 'sharp';
import type { RgbImage } from '../../lib/core/image';
import { type FaceDetector, loadFaceDetector } from '../../lib/faces/detector/detect';
import { startFastest } from '../support/native';
import { loadRgb, portraitPng } from './photos';

/** Seconds between two pictures. */
const STEP = 1 / 30;

describe('follow', function () {
  this.timeout(120_000);
  let detector: FaceDetector;

  before(async () => {
    await startFastest();
    detector = await loadFaceDetector();
  });
  after(() => detector.dispose());

  /** A picture of 640x360 with a portrait at a place, or with none. */
  async function show(index: number | undefined, left = 0): Promise<RgbImage> {
    const ground = sharp({ create: { width: 640, height: 360, channels: 3, background: '#6b7a70' } });
    const face = index === undefined ? [] : [{ input: await portraitPng(index, 200), left, top: 80 }];
    return loadRgb(await ground.composite(face).png().toBuffer());
  }

  async function see(pictures: readonly RgbImage[]) {
    const next = detector.follow();
    const seen = [];
    for (const [index, picture] of pictures.entries()) seen.push(await next(picture, index * STEP));
    return seen;
  }

  it('follows a face that moves, to where detection finds it', async () => {
    const pictures = await Promise.all([0, 1, 2, 3, 4].map((step) => show(1, 100 + 6 * step)));
    const seen = await see(pictures);
    assert.deepEqual(
      seen.map((faces) => faces.map(({ detector: name }) => name === 'followed')),
      [[false], [true], [true], [true], [true]],
    );
    const [[last]] = await detector.find([pictures[4]], 'all');
    seen[4][0].landmarks.forEach((value, at) =>
      assert.ok(Math.abs(value - last.landmarks[at]) < 6, `${at}: ${value} is not ${last.landmarks[at]}`),
    );
  });

  it('says that a face is gone, and finds it when it comes back', async () => {
    const [face, none] = [await show(1, 300), await show(undefined)];
    const seen = await see([face, face, none, none, face, face]);
    assert.deepEqual(
      seen.map((faces) => faces.length),
      [1, 1, 0, 0, 1, 1],
    );
  });

  it('detects anew when the picture is cut to another person elsewhere', async () => {
    const [first, second] = [await show(1, 20), await show(2, 420)];
    const seen = await see([first, first, second, second]);
    assert.deepEqual(
      seen.map(([{ box }]) => box.x > 320),
      [false, false, true, true],
    );
    assert.notEqual(seen[2][0].detector, 'followed');
  });

  it('detects anew after 0.4 seconds, so that a second face is seen', async () => {
    const one = await show(1, 20);
    const two = await loadRgb(
      await sharp(Buffer.from(one.data), { raw: { width: 640, height: 360, channels: 3 } })
        .composite([{ input: await portraitPng(2, 200), left: 420, top: 80 }])
        .png()
        .toBuffer(),
    );
    const next = detector.follow();
    assert.equal((await next(one, 0)).length, 1);
    assert.equal((await next(two, 0.41)).length, 2);
  });
});
