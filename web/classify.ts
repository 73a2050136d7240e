import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE, FACE_SIZE, cutBlocks, LANDMARK_COORDINATES, type CutBlocks } from '../lib/core/blocks';
import { EMOTIONS } from '../lib/core/emotions';
import { clampBox, type Box } from '../lib/core/geometry';
import { type RgbImage, toModelInput } from '../lib/core/image';
import { normalizeLandmarks } from '../lib/core/landmark-features';
import { scaleByTemperature } from '../lib/core/calibration';
import { findArchitecture } from '../lib/model/architectures';
import { PICTURE_SIDES } from '../lib/model/training/data';
import { decodeModel, type Model } from '../lib/model/files/model-file';

/** Number of patches along each side of a block; they are covered to find what the answer depends on. */
export const PATCHES = 4;

const PATCH = BLOCK_SIZE / PATCHES;

/** An answer about a face. */
export interface Answer {
  /** Calibrated probabilities in the expressions' order. */
  readonly probabilities: Float32Array;
  /** Position of the likeliest. */
  readonly best: number;
}

/** How much more probable the answer is with each patch than without it, 0 to 1, eyes first. */
export type Attention = Float32Array;

/** Names expressions. */
export interface BrowserClassifier {
  readonly model: Model;
  /** Crops both blocks as in training, and the whole face if it is an input of the model. */
  cut(picture: RgbImage, landmarks: Float32Array): CutBlocks | undefined;
  /**
   * Classifies a face and covers some of its patches.
   * @param patches numbers of patches, 0 to 2 * PATCHES ** 2 - 1, the eyes' first
   * @param attention receives the values of these patches
   */
  classify(
    parts: CutBlocks,
    landmarks: Float32Array,
    patches: readonly number[],
    attention: Attention,
  ): Promise<Answer>;
  /** Gives the logits of inputs as the network takes them, [n, ...]: for comparing backends. */
  logits(inputs: readonly { readonly shape: number[]; readonly values: number[] }[]): Promise<number[]>;
}

/** Loads the model from the page's own folder. */
export async function loadBrowserClassifier(address: string): Promise<BrowserClassifier> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`Expected a model at ${address} but received status ${response.status}`);
  const model = decodeModel(new Uint8Array(await response.arrayBuffer()), address);
  const { inputs } = findArchitecture(model.architecture);
  return {
    model,
    cut: (picture, landmarks) => {
      const { marginPx, faceSizePx } = model;
      const wholeFace = inputs.includes('face');
      const blocks = cutBlocks(picture, landmarks, { marginPx, faceSizePx, wholeFace });
      return blocks.kind === 'blocks' ? blocks : undefined;
    },
    classify: async (parts, landmarks, patches, attention) => {
      const rows = await softmaxRows(() =>
        model.network.forward(
          inputs.map((input) =>
            input === 'landmarks'
              ? repeatFeatures(landmarks, patches.length + 1)
              : coveredPictures(parts, input, patches),
          ),
          { training: false },
        ),
      );
      const probabilities = scaleByTemperature(rows, model.temperature);
      const first = probabilities.slice(0, EMOTIONS.length);
      const best = first.indexOf(Math.max(...first));
      patches.forEach((patch, index) => {
        const without = probabilities[EMOTIONS.length * (index + 1) + best];
        attention[patch] = Math.max(0, first[best] - without);
      });
      return { probabilities: first, best };
    },
    logits: async (inputs) => {
      const output = tf.tidy(() =>
        model.network.forward(
          inputs.map(({ shape, values }) => tf.tensor(values, shape)),
          { training: false },
        ),
      );
      const values = Array.from(await output.data());
      output.dispose();
      return values;
    },
  };
}

async function softmaxRows(forward: () => tf.Tensor2D): Promise<Float32Array> {
  const output = tf.tidy(() => tf.softmax(forward()));
  const values = (await output.data()) as Float32Array;
  output.dispose();
  return values;
}

type PictureName = 'eyes' | 'mouth' | 'face';

/** Stacks a picture and its copies with one patch each replaced by the picture's mean. */
function coveredPictures(parts: CutBlocks, name: PictureName, patches: readonly number[]): tf.Tensor4D {
  const picture = name === 'face' ? parts.wholeFace!.pixels : parts[name];
  const side = PICTURE_SIDES[name];
  const levels = new Uint8Array((patches.length + 1) * picture.length);
  levels.set(picture);
  patches.forEach((patch, index) => {
    const copy = levels.subarray((index + 1) * picture.length, (index + 2) * picture.length);
    copy.set(picture);
    const box = placeOfPatch(parts, name, patch);
    if (box) cover(copy, side, box);
  });
  return tf.tensor4d(toModelInput(levels), [patches.length + 1, side, side, 1]);
}

/** Returns a patch of the blocks in pixels of a picture; undefined for a patch of the other block. */
function placeOfPatch(parts: CutBlocks, name: PictureName, patch: number): Box | undefined {
  const block = patch < PATCHES ** 2 ? 'eyes' : 'mouth';
  const [row, column] = [Math.floor((patch % PATCHES ** 2) / PATCHES), patch % PATCHES];
  if (name === block) return { x: column * PATCH, y: row * PATCH, width: PATCH, height: PATCH };
  if (name !== 'face') return undefined;
  const { x, y, width, height } = block === 'eyes' ? parts.eyesBox : parts.mouthBox;
  const { box } = parts.wholeFace!;
  const scale = FACE_SIZE / box.width;
  return {
    x: (x + (column * width) / PATCHES - box.x) * scale,
    y: (y + (row * height) / PATCHES - box.y) * scale,
    width: (width / PATCHES) * scale,
    height: (height / PATCHES) * scale,
  };
}

function cover(picture: Uint8Array, side: number, box: Box): void {
  const mean = picture.reduce((sum, level) => sum + level, 0) / picture.length;
  const place = clampBox(box, side, side);
  if (!place) return;
  for (let row = place.y; row < place.y + place.height; row++)
    picture.fill(mean, row * side + place.x, row * side + place.x + place.width);
}

function repeatFeatures(landmarks: Float32Array, count: number): tf.Tensor2D {
  const features = normalizeLandmarks(landmarks);
  const rows = new Float32Array(count * LANDMARK_COORDINATES);
  for (let row = 0; row < count; row++) rows.set(features, row * LANDMARK_COORDINATES);
  return tf.tensor2d(rows, [count, LANDMARK_COORDINATES]);
}
