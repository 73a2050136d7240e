import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs';
import { EMOTIONS } from '../../lib/core/emotions';
import { createRandom } from '../../lib/core/random';
import { projectRoot } from '../../lib/files/project';
import { preprocess } from '../../lib/faces/store/preprocess';
import { readImageFile } from '../../lib/faces/picture/read-images';
import { FACE_API_MODEL, loadClassifier } from '../../lib/predict/classifier';
import { expandInputs, predictInputs, predictPictures } from '../../lib/predict/predict-inputs';
import {
  isUnread,
  loadPicturePredictor,
  type PicturePrediction,
  type PicturePredictor,
} from '../../lib/predict/predictor';
import { PREDICTION_WRITERS } from '../../lib/predict/format';
import { startEngine } from '../../lib/tensor/backend';
import { splitPpm } from '../../lib/predict/video';
import { assertNear } from '../support/assertions';
import { PHOTO_FOLDER, cropPng, portraitPng } from '../faces/photos';
import { useTemporaryFolder, writeFiles } from '../support/folder';
import { startFastest } from '../support/native';

const DRAWN_MODEL = path.join(projectRoot(), 'models', 'drawn.safetensors');
const PHOTO = path.join(PHOTO_FOLDER, 'sample1.jpg');

describe('loadClassifier', function () {
  this.timeout(60_000);
  after(startFastest);

  it('classifies a face alone as among others, to the last bit, on wasm too', async () => {
    await startEngine({ backend: 'wasm' });
    const classifier = await loadClassifier();
    const random = createRandom(1);
    const levels = (count: number) => Uint8Array.from({ length: count }, () => random.integer(256));
    const box = { x: 0, y: 0, width: 100, height: 100 };
    const faces = Array.from({ length: 16 }, () => ({
      image: { width: 1, height: 1, data: levels(3) },
      landmarks: Float32Array.from({ length: 136 }, () => random.uniform(0, 100)),
      eyes: levels(32 * 32),
      mouth: levels(32 * 32),
      wholeFace: { pixels: levels(48 * 48), box },
    }));
    const together = await classifier.classify(faces);
    for (const count of [1, 2, 7, 8, 9])
      assert.deepEqual(await classifier.classify(faces.slice(0, count)), together.slice(0, 7 * count));
    classifier.dispose();
  });
});

describe('predictPictures', function () {
  this.timeout(60_000);
  const folder = useTemporaryFolder();
  before(startFastest);

  it('gives a picture the same answers among others as alone', async () => {
    const names = [1, 2, 3].map((number) => path.join(PHOTO_FOLDER, `sample${number}.jpg`));
    const together = await predictPictures(names, { model: FACE_API_MODEL });
    const alone = await predictPictures([names[1]], { model: FACE_API_MODEL });
    assert.deepEqual(together[1], alone[0]);
    assert.ok((together[0] as PicturePrediction).faces.length >= 3, 'three women are in the photograph');
  });

  it('answers alone as in a batch, to the last bit, whichever faces are wanted', async () => {
    const files: Record<string, Buffer | string> = { 'none.png': 'no picture' };
    for (let index = 0; index < 6; index++) {
      files[`portrait-${index}.png`] = await portraitPng(index, 128 + 16 * index);
      files[`crop-${index}.png`] = await cropPng(index);
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

  it('answers what it can read and names each file that it cannot read, with the reason', async () => {
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

  it('cuts from cropped faces what preprocessing cuts, by every model, and says where landmarks are assumed', async () => {
    const turns = [0, 0, 90];
    for (const [index, turn] of turns.entries())
      writeFiles(folder(), { [`${index}.png`]: await cropPng(index, turn) });
    const records = [0, 1, 2].map((index) => ({
      path: `${index}.png`,
      character: 'all',
      emotion: 'joy' as const,
    }));
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
      faces.forEach(({ landmarks }, at) =>
        assertNear(landmarks, blocks.landmarks.subarray(136 * at, 136 * (at + 1)), 1e-3),
      );
      for (const part of ['eyes', 'mouth'] as const)
        assert.deepEqual(Buffer.concat(faces.map((face) => face[part])), Buffer.from(blocks[part]));
      const lines = results.map((result) => PREDICTION_WRITERS.text.write(result));
      assert.deepEqual(
        lines.map((line) => line.endsWith(' (landmarks assumed)\n')),
        [false, false, true],
      );
    }
  });

  it('says how many frames or pages a picture has', async () => {
    const page = await sharp(await portraitPng(0))
      .resize(64, 64)
      .removeAlpha()
      .raw()
      .toBuffer();
    const raw = { width: 64, height: 128, channels: 3 as const, pageHeight: 64 };
    const pages = sharp(Buffer.concat([page, Buffer.from(page).reverse()]), { raw });
    writeFiles(folder(), { 'a.gif': await pages.gif().toBuffer(), 'b.tif': await pages.tiff().toBuffer() });
    writeFiles(folder(), { 'c.png': await portraitPng(0) });
    const names = ['a.gif', 'b.tif', 'c.png'].map((name) => path.join(folder(), name));
    const results = (await predictPictures(names, { model: DRAWN_MODEL })) as PicturePrediction[];
    assert.deepEqual(results.map(({ height, frames }) => [height, frames]).slice(0, 2), [
      [64, 2],
      [64, 2],
    ]);
    assert.ok(!('frames' in results[2]));
  });

  it('refuses a threshold outside 0 to 1', async () => {
    await assert.rejects(predictPictures([PHOTO], { abstainBelow: 2 }), /between 0 and 1 for abstainBelow/);
  });

  it('names a missing model file', async () => {
    await assert.rejects(
      predictPictures([PHOTO], { model: 'no.safetensors' }),
      /Expected the path of a model file, face-api, or no model .* but received no\.safetensors: no such file/,
    );
  });
});

describe('a predictor', function () {
  this.timeout(60_000);
  let predictor: PicturePredictor;
  before(async () => {
    await startFastest();
    predictor = await loadPicturePredictor({ model: FACE_API_MODEL, abstainBelow: 1 });
  });
  after(() => predictor.dispose());

  it('abstains below the threshold, still gives the most likely expression, and keeps no tensor', async () => {
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
    const { inputs } = await expandInputs(['-']);
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
  const at = (name: string) => path.join(folder(), name);
  /** What is taken of the folder, by paths from it, and what is said of the rest. */
  async function expand(...names: string[]): Promise<{ taken: string[]; notes: string[] }> {
    const { inputs, notes } = await expandInputs(names.map(at));
    return {
      taken: inputs.map(({ source }) => path.relative(folder(), source)),
      notes: notes.map((note) => note.replace(folder(), '.')),
    };
  }

  it('takes files as they are, folders with all below them, and patterns', async () => {
    writeFiles(folder(), { 'b/c.png': '', 'a.jpg': '', 'note.txt': '', 'b/film.mp4': '' });
    assert.deepEqual((await expand('')).taken, ['a.jpg', 'b/c.png', 'b/film.mp4']);
    assert.deepEqual((await expand('**/*.png')).taken, ['b/c.png']);
    assert.deepEqual((await expandInputs([at('note.txt')])).inputs, [
      { kind: 'file', source: at('note.txt') },
    ]);
  });

  it('recognizes pictures and videos by content or extension, so that invalid ones are reported', async () => {
    const gif = Buffer.from('GIF89a');
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    writeFiles(folder(), {
      'a.txt': gif,
      b: heic,
      'c.ts': 'OggS\0',
      'd.HEIC': '',
      'e.jfif': '',
      'f.jpe': '',
    });
    writeFiles(folder(), { 'code.mts': 'export {}', 'x.txt': 'text' });
    const { taken, notes } = await expand('');
    assert.deepEqual(taken, ['a.txt', 'b', 'c.ts', 'd.HEIC', 'e.jfif', 'f.jpe']);
    assert.deepEqual(notes, ['left out of .: no pictures or videos: 1 .mts, 1 .txt']);
  });

  it('counts hidden entries and those that are not files, and does not follow links to folders', async () => {
    writeFiles(folder(), {
      'x.jpg/1.png': '',
      '.hidden/2.png': '',
      '._1.png': '',
      'Thumbs.db': 'x',
      README: 'y',
    });
    fs.symlinkSync('.', at('circle'));
    fs.symlinkSync('self.png', at('self.png'));
    fs.symlinkSync('nowhere', at('broken'));
    execFileSync('mkfifo', [at('pipe'), at('pipe.jpg')]);
    const { taken, notes } = await expand('');
    assert.deepEqual(taken, ['broken', 'pipe.jpg', 'self.png', 'x.jpg/1.png']);
    assert.deepEqual(notes, [
      'left out of .: no pictures or videos: 1 .db, 2 without an ending; hidden: 2; links to folders, not entered: 1',
    ]);
    const refused = await Promise.all(taken.slice(0, 3).map((name) => readImageFile(folder(), name)));
    const reasons = refused.map((one) => ('reason' in one ? one.reason.replace(/^Expected a /, '') : ''));
    assert.deepEqual(reasons, [
      'file for broken but found none',
      'file for pipe.jpg but received a pipe',
      'readable file for self.png but received ELOOP',
    ]);
  });

  it('takes a folder without pictures among others, and refuses one alone, or a pattern without a match', async () => {
    writeFiles(folder(), { 'notes/1.txt': '', 'a.png': '' });
    assert.deepEqual((await expand('notes', 'a.png')).taken, ['a.png']);
    await assert.rejects(
      expand('notes'),
      /Expected pictures or videos but found none: left out of .*notes: .* 1 \.txt/,
    );
    await assert.rejects(expand('*.jpg'), /Expected files that match/);
    fs.mkdirSync(at('empty'));
    await assert.rejects(expand('empty'), /found none: .*empty is empty$/);
  });
});

describe('PREDICTION_WRITERS', () => {
  const unread = { source: 'a,"b".jpg', kind: 'missing-file' as const, reason: 'gone' };
  const empty: PicturePrediction = { source: 'c.jpg', width: 1, height: 1, faces: [] };

  it('writes complete JSON for any number of pictures', () => {
    const { start, write, end } = PREDICTION_WRITERS.json;
    assert.deepEqual(JSON.parse(start + end), []);
    assert.deepEqual(JSON.parse(start + write(unread, 0) + write(empty, 1) + end), [unread, empty]);
  });

  it('keeps a picture on one line whatever characters its name has', () => {
    const name = 'a\nb\u001b[2J.jpg';
    const line = PREDICTION_WRITERS.text.write({ ...empty, source: name });
    assert.equal(line, 'a\\u000ab\\u001b[2J.jpg: no face\n');
    const [found] = JSON.parse(
      `[${PREDICTION_WRITERS.json.write({ ...empty, source: name }, 0)}]`,
    ) as (typeof empty)[];
    assert.equal(found.source, name);
  });

  it('writes CSV rows of one width, with quotes where they are needed', () => {
    const { start, write } = PREDICTION_WRITERS.csv;
    const widths = [start, write(empty)].map((row) => row.split(',').length);
    assert.equal(widths[0], widths[1]);
    assert.match(write(unread), /^"a,""b""\.jpg",,,.*,gone\r\n$/);
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

  it('finds pictures however the stream is split into chunks', async () => {
    const whole = 'P6\n1 1\n255\nabcP6\n1 1\n255\n\n12';
    const expected = [
      [1, 1, 97, 98, 99],
      [1, 1, 10, 49, 50],
    ];
    assert.deepEqual(await split(whole), expected);
    assert.deepEqual(await split(...whole), expected);
  });

  it('refuses a frame that is invalid, too large or cut off', async () => {
    await assert.rejects(split('GIF89a'.padEnd(64)), /Expected a PPM picture/);
    await assert.rejects(split('P6\n99999 99999\n255\n'.padEnd(64)), /Expected a PPM picture/);
    await assert.rejects(split('P6\n2 2\n255\nabc'), /whole pictures from the video but received/);
  });
});
