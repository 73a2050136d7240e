import assert from 'node:assert/strict';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as faceApi from '@vladmandic/face-api/dist/face-api.node-wasm.js';
import { wholeOf } from '../../lib/core/geometry';
import type { RgbImage } from '../../lib/core/image';
import { startEngine } from '../../lib/tensor/backend';
import { runSsd, runTiny } from '../../lib/faces/detector/find-boxes';
import { type FaceDetector, loadFaceDetector } from '../../lib/faces/detector/detect';
import type { DetectedFace } from '../../lib/faces/detector/detected-face';
import { LANDMARK_BIAS } from '../../lib/faces/detector/find-landmarks';
import { loadNetworks } from '../../lib/faces/detector/face-api';
import {
  type LandmarkParams,
  buildLandmarkNetwork,
  type SsdParams,
  buildSsdNetwork,
  type TinyParams,
  buildTinyNetwork,
} from '../../lib/faces/detector/face-api-networks';
import { runOnParts } from '../../lib/faces/detector/sampling';
import { describeNative, startFastest } from '../support/native';
import { PHOTOS, PHOTO_FOLDER, PORTRAIT_COUNT, loadRgb, portraitPng } from './photos';
import { assertNear } from '../support/assertions';

const MODELS = path.join(PHOTO_FOLDER, '..', 'model');

// Pixels: what is left when equal arithmetic is done in another order.
const PIXEL_TOLERANCE = 1e-3;
const SCORE_TOLERANCE = 1e-5;

const gray = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(128),
});

function toTensor({ width, height, data }: RgbImage): tf.Tensor3D {
  return tf.tensor3d(data, [height, width, 3], 'int32');
}

/** Samples images at `size` x `size` points as a batch. */
async function toBatch(images: readonly RgbImage[], size: number): Promise<tf.Tensor4D> {
  const parts = images.map((image) => ({ image, part: wholeOf(image) }));
  const copy = { forward: (colours: tf.Tensor4D) => tf.clone(colours) };
  return tf.tensor4d(await runOnParts(copy, parts, { size }), [images.length, size, size, 3]);
}

/** face-api's tensors and ours are the same; only their types are written twice. */
const asInput = (image: tf.Tensor3D) => image as unknown as Parameters<typeof faceApi.detectAllFaces>[0];

/** face-api's own networks, and ours with the same weights, without a graph. */
const nets = {
  tiny: new faceApi.TinyFaceDetector(),
  landmarks: new faceApi.FaceLandmark68Net(),
  ssd: new faceApi.SsdMobilenetv1(),
};
const buildTiny = () => buildTinyNetwork(nets.tiny.params as unknown as TinyParams);
const buildSsd = () => buildSsdNetwork(nets.ssd.params as unknown as SsdParams);
const buildLandmarks = () =>
  buildLandmarkNetwork({
    features: nets.landmarks.faceFeatureExtractor.params,
    fc: nets.landmarks.params!.fc,
  } as unknown as LandmarkParams);

/** @param photographs number of photographs: SSD takes seconds for each on wasm */
function defineTests(photographs: number): void {
  let detector: FaceDetector;
  let portraits: RgbImage[];
  let photos: RgbImage[];

  before(async function () {
    this.timeout(60000);
    for (const net of Object.values(nets)) await net.loadFromDisk(MODELS);
    detector = await loadFaceDetector();
    portraits = await Promise.all(
      Array.from({ length: PORTRAIT_COUNT }, async (_, index) => loadRgb(await portraitPng(index))),
    );
    const names = PHOTOS.slice(0, photographs);
    photos = await Promise.all(names.map((name) => loadRgb(path.join(PHOTO_FOLDER, name), 480)));
  });

  after(() => [detector, ...Object.values(nets)].forEach((net) => net.dispose()));

  it("finds the same boxes as face-api's tiny detector", async () => {
    const network = buildTiny();
    for (const image of [...portraits, ...photos]) {
      const tensor = toTensor(image);
      const expected = await nets.tiny.locateFaces(asInput(tensor), { inputSize: 320, scoreThreshold: 0.5 });
      const [faces] = await runTiny(network, [image], { size: 320 });
      assert.equal(faces.length, expected.length);
      faces.forEach(({ score, box }, index) => compareBoxes({ score, box }, expected[index]));
    }
    network.dispose();
  });

  it("finds the same boxes as face-api's SSD detector", async function () {
    this.timeout(60000);
    const network = buildSsd();
    for (const image of photos) {
      const expected = await nets.ssd.locateFaces(asInput(toTensor(image)), { minConfidence: 0.5 });
      assert.ok(expected.length > 0);
      const faces = await runSsd(network, image, 512);
      assert.equal(faces.length, expected.length);
      faces.forEach(({ score, box }, index) => compareBoxes({ score, box }, expected[index]));
    }
    network.dispose();
  });

  it("finds the same landmarks as face-api but for the bias that is corrected and the box's place", async () => {
    const faces = await detector.detect(portraits);
    for (const [index, face] of faces.entries()) {
      assert.equal(face?.detector, 'tiny-160');
      const part = new faceApi.Box(face.box).clipAtImageBorders(256, 256);
      const { x, y, width, height } = part;
      const cut = tf.slice(toTensor(portraits[index]), [y, x, 0], [height, width, 3]);
      const expected = (await nets.landmarks.detectLandmarks(asInput(cut))) as faceApi.FaceLandmarks68;
      const bias = LANDMARK_BIAS * Math.max(width, height);
      expected.positions.forEach((point, landmark) => {
        assertNear(face.landmarks[2 * landmark] - bias - x, point.x, PIXEL_TOLERANCE, `x of ${landmark}`);
        assertNear(face.landmarks[2 * landmark + 1] - bias - y, point.y, PIXEL_TOLERANCE, `y of ${landmark}`);
      });
    }
  });

  it("runs the landmark network as face-api's own methods do", async () => {
    const network = buildLandmarks();
    const colours = await toBatch(portraits.slice(0, 1), 112);
    const input = { toBatchTensor: () => colours.clone() } as unknown as faceApi.NetInput;
    const features = nets.landmarks.faceFeatureExtractor.forwardInput(input);
    const expected = await nets.landmarks.runNet(features).data();
    const actual = await network.forward(colours).data();
    actual.forEach((value, index) => assertNear(value, expected[index], 1e-5, `output ${index}`));
    network.dispose();
  });

  it("mirrors: a mirrored face's landmarks are mirrored, for the bias is corrected", async () => {
    const [face] = await detector.detect(portraits.slice(1, 2));
    const [mirrored] = await detector.detect([mirror(portraits[1])]);
    const mean = ({ landmarks }: DetectedFace) =>
      landmarks.reduce((sum, value, index) => (index % 2 ? sum : sum + value), 0) / 68;
    // Each way the bias is near 1 % of the box, some 2 pixels: uncorrected the sum would be 4 pixels short.
    assertNear(mean(face!) + mean(mirrored!), 256, 2.5, 'sum of both means');
  });

  it('finds a face in each demo photograph, its eyes above its mouth', async function () {
    this.timeout(60000);
    const faces = await detector.detect(photos);
    faces.forEach((face, index) => {
      assert.ok(face, `none in ${PHOTOS[index]}`);
      const [brow, lip] = [face.landmarks[2 * 19 + 1], face.landmarks[2 * 57 + 1]];
      assert.ok(brow < lip, PHOTOS[index]);
      assert.ok(face.score > 0.5 && face.score <= 1);
    });
  });

  it('does not depend on what else is in the batch, to the last bit', async () => {
    const images = [...portraits, gray(40, 30), ...portraits];
    const together = await detector.detect(images);
    for (const [index, image] of images.entries())
      assert.deepEqual((await detector.detect([image]))[0], together[index]);
    assert.equal(together[PORTRAIT_COUNT], undefined);
    const crops = await detector.find(portraits, 'cropped');
    for (const [index, portrait] of portraits.entries())
      assert.deepEqual((await detector.find([portrait], 'cropped'))[0], crops[index]);
  });

  it('finds the same face in an image of four times the pixels, at twice the coordinates', async () => {
    const large = await loadRgb(await portraitPng(1, 512));
    const [face] = await detector.detect([large]);
    const [small] = await detector.detect([portraits[1]]);
    face!.landmarks.forEach((value, index) =>
      assertNear(value / 2, small!.landmarks[index], 3, `landmark ${index}`),
    );
  });

  it('finds no face in flat images of any size', async () => {
    const sizes = [
      [1, 1],
      [1, 700],
      [700, 1],
      [2, 3],
      [256, 256],
    ] as const;
    const faces = await detector.detect(sizes.map(([width, height]) => gray(width, height)));
    assert.deepEqual(
      faces,
      sizes.map(() => undefined),
    );
  });

  it('gives an empty list for an empty list', async () => {
    assert.deepEqual(await detector.detect([]), []);
  });

  it('leaves no tensor behind, and none after it is disposed', async () => {
    const start = tf.memory().numTensors;
    const other = await loadFaceDetector();
    // Weights and graphs come with the first images that need them.
    await other.detect([portraits[0], photos[1], gray(9, 9)]);
    const loaded = tf.memory().numTensors;
    await other.detect([portraits[0], photos[1], gray(9, 9)]);
    assert.equal(tf.memory().numTensors, loaded);
    other.dispose();
    assert.equal(tf.memory().numTensors, start);
  });
}

function compareBoxes(
  { score, box }: Pick<DetectedFace, 'score' | 'box'>,
  expected: faceApi.FaceDetection,
): void {
  assertNear(score, expected.score, SCORE_TOLERANCE, 'score');
  for (const side of ['x', 'y', 'width', 'height'] as const)
    assertNear(box[side], expected.box[side], PIXEL_TOLERANCE, side);
}

function mirror({ width, height, data }: RgbImage): RgbImage {
  const mirrored = data.map((_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return data[(row * width + width - 1 - column) * 3 + channel];
  });
  return { width, height, data: mirrored };
}

describeNative('loadFaceDetector', () => {
  defineTests(PHOTOS.length);

  it('gives the same numbers as graphs and as single operations, for images of any size', async () => {
    const networks = await loadNetworks();
    const portraits = await Promise.all([0, 1].map(async (index) => loadRgb(await portraitPng(index))));
    const compared = [
      [networks.tiny, buildTiny(), 2, [160, 320]],
      [networks.landmarks, buildLandmarks(), 2, [112]],
      [await networks.loadSsd(), buildSsd(), 1, [256, 512]],
    ] as const;
    for (const [network, plain, count, sides] of compared) {
      for (const side of sides) {
        const batch = await toBatch(portraits.slice(0, count), side);
        tf.tidy(() => {
          const [graph, once] = [network.forward(batch), plain.forward(batch)];
          assert.deepEqual(graph.shape, once.shape);
          const difference = tf.sub(graph, once).abs().max().dataSync()[0];
          assert.ok(difference < 1e-4, `${side}: ${difference}`);
        });
        batch.dispose();
      }
      plain.dispose();
    }
    networks.dispose();
  });
});

describe('loadFaceDetector on wasm', () => {
  before(() => startEngine({ backend: 'wasm' }));
  after(startFastest);
  defineTests(2);
});
