import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import type { RgbImage } from '../../lib/core/image';
import { projectRoot } from '../../lib/engine/project';
import { decodeImage } from '../../lib/faces/decode';
import { preprocess } from '../../lib/faces/preprocess';
import { expandInputs } from '../../lib/predict/inputs';
import { FACE_API_MODEL } from '../../lib/predict/model';
import { predictInputs, predictPictures } from '../../lib/predict/predict-inputs';
import { isUnread, loadPredictor, type PicturePrediction, type Predictor } from '../../lib/predict/predictor';
import { predictionWriter } from '../../lib/predict/format';
import { splitPpm } from '../../lib/predict/video';
import { PHOTO_FOLDER, portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

const DRAWN_MODEL = path.join(projectRoot(), 'models', 'drawn.safetensors');
const PHOTO = path.join(PHOTO_FOLDER, 'sample1.jpg');

describe('predictPictures', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  it('gives a picture among others the very answers that it gets alone', async () => {
    const names = [1, 2, 3].map((number) => path.join(PHOTO_FOLDER, `sample${number}.jpg`));
    const together = await predictPictures(names, { model: FACE_API_MODEL });
    const alone = await predictPictures([names[1]], { model: FACE_API_MODEL });
    assert.deepEqual(together[1], alone[0]);
    assert.ok((together[0] as PicturePrediction).faces.length >= 3, 'three women are in the photograph');
  });

  it('answers alone as in a batch, to the last bit, whichever faces are wanted', async () => {
    const crop = async (index: number) =>
      sharp(await portraitPng(index))
        .resize(48, 48)
        .png()
        .toBuffer();
    const files: Record<string, Buffer | string> = { 'none.png': 'no picture' };
    for (let index = 0; index < 6; index++) {
      files[`portrait-${index}.png`] = await portraitPng(index, 128 + 16 * index);
      files[`crop-${index}.png`] = await crop(index);
    }
    writeFiles(folder(), files);
    const named = (start: string) =>
      Object.keys(files)
        .filter((name) => name.startsWith(start))
        .map((name) => path.join(folder(), name));
    const group = path.join(PHOTO_FOLDER, 'sample1.jpg');
    for (const [names, options] of [
      [[group, ...named('portrait'), ...named('none')], { faces: 'all' }],
      [[...named('portrait'), ...named('none'), group], { faces: 'largest' }],
      [[...named('crop'), ...named('none')], { cropped: true }],
    ] as const) {
      const together = await predictPictures(names, options);
      for (const at of [0, 2, 6]) {
        const [alone] = await predictPictures([names[at]], options);
        assert.deepEqual(together[at], alone);
      }
    }
  });

  it('cuts of a cropped face what preprocessing cuts, and asks no detector', async () => {
    const crop = await sharp(await portraitPng(0)).resize(48, 48).png().toBuffer(); // prettier-ignore
    writeFiles(folder(), { 'crop.png': crop });
    const records = [{ path: 'crop.png', character: 'all', emotion: 'joy' as const }];
    const { blocks } = await preprocess(records, { root: folder(), cacheDirectory: path.join(folder(), 'cache'), cropped: true }); // prettier-ignore
    const predictor = await loadPredictor({ cropped: true, model: DRAWN_MODEL });
    const image = await decodeImage(crop, 'crop.png');
    const { faces } = await predictor.predict(image as RgbImage, 'crop.png');
    predictor.dispose();
    assert.deepEqual([faces.length, faces[0].detector], [1, 'whole-image']);
    faces[0].landmarks.forEach((value, at) => assert.ok(Math.abs(value - blocks.landmarks[at]) < 1e-3));
  });

  it('answers what it can read and says of the rest what is wrong with which file', async () => {
    writeFiles(folder(), { 'broken.jpg': 'none', 'a.png': await portraitPng(0) });
    const names = ['a.png', 'broken.jpg', 'missing.jpg'].map((name) => path.join(folder(), name));
    const results = await predictPictures(names, { model: FACE_API_MODEL, abstainBelow: 0 });
    assert.deepEqual(
      results.map((result) => (isUnread(result) ? result.kind : result.faces.length)),
      [1, 'not-an-image', 'missing-file'],
    );
    const [{ faces }] = results as PicturePrediction[];
    const sum = EMOTIONS.reduce((total, name) => total + faces[0].probabilities[name], 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
    assert.equal(faces[0].answer, faces[0].likeliest);
    assert.match((results[1] as { reason: string }).reason, /broken\.jpg/);
  });

  it('cuts from cropped faces what preprocessing cuts, and says where landmarks are assumed', async () => {
    const crop = async (index: number, turn: number) =>
      sharp(await portraitPng(index))
        .rotate(turn)
        .resize(48, 48)
        .png()
        .toBuffer();
    writeFiles(folder(), {
      '0.png': await crop(0, 0),
      '1.png': await crop(1, 0),
      '2.png': await crop(2, 90),
    });
    const records = [0, 1, 2].map((index) => ({ path: `${index}.png`, character: 'all', emotion: 'joy' as const })); // prettier-ignore
    const cacheDirectory = path.join(folder(), 'cache');
    const { blocks } = await preprocess(records, { root: folder(), cacheDirectory, cropped: true });
    const pictures = records.map((record) => path.join(folder(), record.path));
    for (const model of [undefined, FACE_API_MODEL]) {
      const results = (await predictPictures(pictures, { model, cropped: true })) as PicturePrediction[];
      const faces = results.map(({ faces: [face, ...others] }) => {
        assert.deepEqual(others, []);
        return face;
      });
      assert.deepEqual(
        faces.map(({ detector }) => detector),
        ['whole-image', 'whole-image', 'assumed'],
      );
      assert.deepEqual(blocks.detectors, ['whole-image', 'whole-image', 'assumed']);
      for (const part of ['eyes', 'mouth'] as const)
        assert.deepEqual(Buffer.concat(faces.map((face) => face[part])), Buffer.from(blocks[part]));
      const lines = results.map((result, index) => predictionWriter('text').write(result, index));
      assert.deepEqual(lines.map((line) => line.endsWith(' (landmarks assumed)\n')), [false, false, true]); // prettier-ignore
    }
  });

  it('refuses a threshold that is no probability', async () => {
    await assert.rejects(predictPictures([PHOTO], { abstainBelow: 2 }), /between 0 and 1 for abstainBelow/);
  });

  it('names a model file that is missing', async () => {
    await assert.rejects(predictPictures([PHOTO], { model: 'no.safetensors' }), /no\.safetensors.*ENOENT/);
  });
});

describe('a predictor', function () {
  this.timeout(60_000);
  let predictor: Predictor;
  before(async () => {
    await startFastest();
    predictor = await loadPredictor({ model: FACE_API_MODEL, abstainBelow: 1 });
  });
  after(() => predictor.dispose());

  it('abstains below the threshold, still telling what is likeliest, and keeps no tensor', async () => {
    const before = tf.memory().numTensors;
    let count = 0;
    for await (const { result } of predictInputs(predictor, [{ kind: 'picture', source: PHOTO }])) {
      count += 1;
      const [face] = (result as PicturePrediction).faces;
      assert.equal(face.answer, face.confidence < 1 ? 'unsure' : face.likeliest);
      assert.equal(face.confidence, face.probabilities[face.likeliest]);
    }
    assert.equal(count, 1);
    assert.equal(tf.memory().numTensors, before);
  });

  it('reads a picture from standard input', async () => {
    const stdin = (async function* () {
      yield fs.readFileSync(PHOTO);
    })();
    const inputs = await expandInputs(['-']);
    let count = 0;
    for await (const { result } of predictInputs(predictor, inputs, { stdin })) {
      assert.ok(!isUnread(result) && result.faces.length >= 3);
      count += 1;
    }
    assert.equal(count, 1);
  });

  it('stops before the next picture when asked', async () => {
    const inputs = [PHOTO, PHOTO].map((source) => ({ kind: 'picture' as const, source }));
    let count = 0;
    for await (const { result } of predictInputs(predictor, inputs, { shouldStop: () => count > 0 })) {
      count += isUnread(result) ? 0 : 1;
    }
    assert.equal(count, 1);
  });
});

describe('expandInputs', () => {
  const folder = useTemporaryFolder();

  it('takes files as they are, folders with all below them, and patterns', async () => {
    writeFiles(folder(), { 'b/c.png': '', 'a.jpg': '', 'note.txt': '', 'b/film.mp4': '' });
    const at = (name: string) => path.join(folder(), name);
    const sources = async (name: string) => (await expandInputs([name])).map(({ source }) => source);
    assert.deepEqual(await sources(folder()), [at('a.jpg'), at('b/c.png')]);
    assert.deepEqual(await sources(at('**/*.png')), [at('b/c.png')]);
    assert.deepEqual(await expandInputs([at('b/film.mp4')]), [{ kind: 'file', source: at('b/film.mp4') }]);
  });

  it('says when a folder or a pattern holds nothing', async () => {
    await assert.rejects(expandInputs([folder()]), /Expected images in .* but found none/);
    await assert.rejects(expandInputs([path.join(folder(), '*.png')]), /Expected files that match/);
  });
});

describe('predictionWriter', () => {
  const unread = { source: 'a,"b".jpg', kind: 'missing-file' as const, reason: 'gone' };
  const empty: PicturePrediction = { source: 'c.jpg', width: 1, height: 1, faces: [] };

  it('writes JSON that is whole with any number of pictures', () => {
    const { start, write, end } = predictionWriter('json');
    assert.deepEqual(JSON.parse(start + end(0)), []);
    assert.deepEqual(JSON.parse(start + write(unread, 0) + write(empty, 1) + end(2)), [unread, empty]);
  });

  it('writes CSV rows of one width, with quotes where they are needed', () => {
    const { start, write } = predictionWriter('csv');
    const widths = [start, write(empty, 0)].map((row) => row.split(',').length);
    assert.equal(widths[0], widths[1]);
    assert.match(write(unread, 0), /^"a,""b""\.jpg",,,.*,gone\r\n$/);
  });
});

describe('splitPpm', () => {
  async function split(...chunks: string[]): Promise<number[][]> {
    const stream = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
    })();
    const images: number[][] = [];
    for await (const { width, height, data } of splitPpm(stream)) images.push([width, height, ...data]);
    return images;
  }

  it('finds pictures wherever the stream is cut', async () => {
    const whole = 'P6\n1 1\n255\nabcP6\n1 1\n255\n\n12';
    const expected = [
      [1, 1, 97, 98, 99],
      [1, 1, 10, 49, 50],
    ];
    assert.deepEqual(await split(whole), expected);
    assert.deepEqual(await split(...whole), expected);
  });

  it('refuses what is no picture, is too large or ends early', async () => {
    await assert.rejects(split('GIF89a'.padEnd(64)), /Expected a PPM picture/);
    await assert.rejects(split('P6\n99999 99999\n255\n'.padEnd(64)), /Expected a PPM picture/);
    await assert.rejects(split('P6\n2 2\n255\nabc'), /whole pictures from the video but received/);
  });
});
