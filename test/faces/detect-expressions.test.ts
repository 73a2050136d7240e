import assert from 'node:assert/strict';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { EMOTIONS } from '../../lib/core/emotions';
import type { RgbImage } from '../../lib/core/image';
import { CHARACTERS, readSample, writeSample } from '../../lib/characters';
import { loadClassifier, FACE_API_MODEL } from '../../lib/predict/classifier';
import { loadPicturePredictor, type PicturePrediction } from '../../lib/predict/predictor';
import { useTemporaryFolder } from '../support/folder';
import { startFastest } from '../support/native';
import { loadRgb, PHOTO_FOLDER, portraitPng } from './photos';
import { assertNear } from '../support/assertions';

/** Equal operations on the same backend; only their order within a kernel may differ. */
const TOLERANCE = 1e-5;

const { nets } = faceApi;
const NETS = [nets.ssdMobilenetv1, nets.faceLandmark68Net, nets.faceExpressionNet];

type PackageInput = Parameters<typeof faceApi.detectAllFaces>[0];

async function withTensor<T>(image: RgbImage, ask: (input: PackageInput) => Promise<T>): Promise<T> {
  const tensor = tf.tensor3d(image.data, [image.height, image.width, 3], 'int32');
  const answer = await ask(tensor as unknown as PackageInput);
  tensor.dispose();
  return answer;
}

/** What the package's own API says of a picture, the largest face first. */
async function askPackage(image: RgbImage) {
  const faces = await withTensor(image, (input) =>
    faceApi.detectAllFaces(input).withFaceLandmarks().withFaceExpressions().run(),
  );
  return faces.sort((first, second) => second.detection.box.area - first.detection.box.area);
}

function toPlain({ neutral, happy, sad, angry, fearful, disgusted, surprised }: faceApi.FaceExpressions) {
  return {
    neutral,
    joy: happy,
    sadness: sad,
    anger: angry,
    fear: fearful,
    disgust: disgusted,
    surprise: surprised,
  };
}

describe("face-api's answers", function () {
  this.timeout(120_000);
  const folder = useTemporaryFolder();
  before(async () => {
    await startFastest();
    for (const net of NETS) await net.loadFromDisk(path.join(PHOTO_FOLDER, '..', 'model'));
  });
  after(() => NETS.forEach((net) => net.dispose()));

  async function compare(images: readonly RgbImage[]): Promise<PicturePrediction[]> {
    const predictor = await loadPicturePredictor({ model: FACE_API_MODEL });
    const answers: PicturePrediction[] = [];
    for (const [index, image] of images.entries()) {
      const expected = await askPackage(image);
      const answer = await predictor.predict(image, `${index}`);
      assert.equal(answer.faces.length, expected.length, `faces of ${index}`);
      for (const [number, { box, score, landmarks, probabilities }] of answer.faces.entries()) {
        const { detection, landmarks: points, expressions } = expected[number];
        const { x, y, width, height } = detection.box;
        assert.deepEqual({ box, score }, { box: { x, y, width, height }, score: detection.score });
        assert.deepEqual(
          landmarks,
          Float32Array.from(points.positions.flatMap((point) => [point.x, point.y])),
        );
        const wanted = toPlain(expressions);
        for (const name of EMOTIONS)
          assertNear(probabilities[name], wanted[name], TOLERANCE, `${name} of ${index}`);
      }
      answers.push(answer);
    }
    predictor.dispose();
    return answers;
  }

  it("are those of the package's own API on the drawn sample", async () => {
    const size = { clipsPerCell: 1, framesPerClip: 1, characters: CHARACTERS.slice(0, 1) };
    await writeSample({ directory: folder(), ...size });
    const records = await readSample(folder());
    const images = await Promise.all(records.map((record) => loadRgb(path.join(folder(), record.path))));
    const answers = await compare(images);
    assert.deepEqual([answers.length, answers.filter(({ faces }) => faces.length === 1).length], [7, 7]);
  });

  it("are those of the package's own API on a photograph of several people, at its full size", async () => {
    const [{ width, faces }] = await compare([await loadRgb(path.join(PHOTO_FOLDER, 'sample1.jpg'))]);
    assert.ok(width > 1024 && faces.length >= 3);
  });

  it('are empty where SSD finds no face: the package asks no other detector', async () => {
    const data = new Uint8Array(3 * 64 * 48).fill(128);
    assert.deepEqual((await compare([{ width: 64, height: 48, data }]))[0].faces, []);
  });

  it('are of the whole picture when that is a cropped face', async () => {
    const image = await loadRgb(await portraitPng(1, 96));
    const predictor = await loadPicturePredictor({ model: FACE_API_MODEL, cropped: true });
    const { faces } = await predictor.predict(image, 'crop');
    predictor.dispose();
    const whole = await withTensor(image, (input) => nets.faceExpressionNet.predictExpressions(input));
    const wanted = toPlain(whole as faceApi.FaceExpressions);
    assert.equal(faces.length, 1);
    for (const name of EMOTIONS) assertNear(faces[0].probabilities[name], wanted[name], TOLERANCE, name);
  });

  it('leave no tensor behind, and use networks of their own', async () => {
    const image = await loadRgb(await portraitPng(0));
    const start = tf.memory().numTensors;
    const [one, other] = [await loadClassifier(FACE_API_MODEL), await loadClassifier(FACE_API_MODEL)];
    const loaded = tf.memory().numTensors;
    const [answer] = await one.recognize!([image]);
    one.dispose();
    assert.deepEqual(await other.recognize!([image]), [answer]);
    assert.equal(tf.memory().numTensors, loaded - (loaded - start) / 2);
    other.dispose();
    assert.equal((await askPackage(image)).length, answer.length);
    assert.equal(tf.memory().numTensors, start);
  });
});
