import assert from 'node:assert/strict';
import path from 'node:path';
import vm from 'node:vm';
import sharp from 'sharp';
import { createRandom } from '../../lib/core/random';
import { loadPredictor, type Predictor, UnreadPictureError } from '../../lib/library';
import { type Picture, readPicture } from '../../lib/library/picture';
import { PREDICTION_WRITERS } from '../../lib/predict/format';
import { predictPictures } from '../../lib/predict/predict-inputs';
import { PHOTO_FOLDER } from '../faces/photos';
import { startFastest } from '../support/native';

const PHOTO = path.join(PHOTO_FOLDER, 'sample1.jpg');

describe('readPicture', () => {
  it("reads a canvas' pixels as it reads the file of the same picture, alpha laid on white", async () => {
    const { integer } = createRandom(1, 'pixels');
    const data = Uint8ClampedArray.from({ length: 32 * 24 * 4 }, () => integer(256));
    const png = await sharp(data, { raw: { width: 32, height: 24, channels: 4 } })
      .png()
      .toBuffer();
    const read = await readPicture({ width: 32, height: 24, data }, 'canvas');
    assert.deepEqual(read, await readPicture(png, 'file'));
  });

  it('copies pixels without alpha, so that they may change while they are looked at', async () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const image = await readPicture({ width: 2, height: 1, data }, 'rgb');
    data.fill(0);
    assert.deepEqual([...image.data], [1, 2, 3, 4, 5, 6]);
  });

  it('takes bytes as a Buffer, a part of one, an ArrayBuffer, and of another realm', async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: '#102030' } })
      .png()
      .toBuffer();
    const framed = Uint8Array.of(9, ...png, 9);
    const foreign = vm.runInNewContext('Uint8Array.from(bytes)', { bytes: [...png] }) as Uint8Array;
    for (const bytes of [png, framed.subarray(1, -1), framed.slice(1, -1).buffer, foreign])
      assert.deepEqual([...(await readPicture(bytes, 'bytes')).data.subarray(0, 3)], [0x10, 0x20, 0x30]);
  });

  const pixels = (width: number, height: number, length: number) => ({
    width,
    height,
    data: new Uint8Array(length),
  });
  const refused: [string, unknown, RegExp][] = [
    [
      'five bytes of a file',
      new Uint8Array(5),
      /Expected one of jpeg, .* for x but it begins with 0000000000/,
    ],
    ['a missing file', 'none.jpg', /Expected a file for none\.jpg but found none/],
    [
      'five bytes of pixels',
      pixels(10, 10, 5),
      /Expected 400 bytes \(RGBA\) or 300 \(RGB\) .* but received 5/,
    ],
    [
      'half a pixel',
      pixels(2.5, 2, 20),
      /whole numbers above 0.* for the width and height of x .* 2\.5 and 2/,
    ],
    ['no pixel', pixels(0, 0, 0), /whole numbers above 0/],
    ['65 megapixels', pixels(65_000, 1_000, 5), /at most 64000000 pixels/],
    ['an array', { width: 1, height: 1, data: [1, 2, 3] }, /Uint8ClampedArray for the data of x .* Array/],
    ['floats', { width: 1, height: 1, data: new Float32Array(3) }, /but received Float32Array/],
    ['nothing', undefined, /Expected a path, .* but received undefined/],
    ['sides alone', { width: 1, height: 1 }, /Expected a path, .* but received Object/],
  ];
  for (const [what, picture, message] of refused)
    it(`refuses ${what}`, () => assert.rejects(readPicture(picture as Picture, 'x'), message));
});

describe('the library', function () {
  this.timeout(60_000);
  let predictor: Predictor;
  before(async () => {
    await startFastest();
    predictor = await loadPredictor();
  });
  after(() => predictor.dispose());

  it('answers what `predict --format json` writes, and JSON has all of it', async () => {
    const answer = await predictor.predict(PHOTO);
    const written = PREDICTION_WRITERS.json.write((await predictPictures([PHOTO]))[0], 0);
    assert.equal(answer.faces.length, 3);
    assert.deepEqual(answer, JSON.parse(written));
    assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer);
  });

  it('names the kind of problem of a picture that cannot be read', () =>
    assert.rejects(
      predictor.predict(new Uint8Array(5), 'five'),
      (error) => error instanceof UnreadPictureError && error.kind === 'not-an-image',
    ));

  it('answers calls from before it was disposed, and refuses later ones', async () => {
    const other = await loadPredictor({ abstainBelow: 0 });
    const running = other.predict(PHOTO);
    await Promise.all([other.dispose(), other.dispose()]);
    assert.equal((await running).faces.length, 3);
    await assert.rejects(other.predict(PHOTO), /Expected a predictor in use .* it is disposed/);
    assert.equal((await predictor.predict(PHOTO)).faces.length, 3);
  });
});
