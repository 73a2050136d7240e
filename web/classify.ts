import * as tf from '@tensorflow/tfjs';
import { BLOCK_SIZE } from '../lib/core/blocks';
import { EMOTIONS } from '../lib/core/emotions';
import { type RgbImage, toGray, toModelInput } from '../lib/core/image';
import { LANDMARK_FEATURES, normalizeLandmarks } from '../lib/core/landmark-features';
import { cutBlocks, measureFace, type CutBlocks } from '../lib/core/landmarks';
import { scaleByTemperature } from '../lib/core/temperature';
import { findArchitecture } from '../lib/model/architectures';
import { decodeModel, type Model } from '../lib/model/model-file';

/** Patches of a block along each side that are covered to see what the answer depends on. */
export const PATCHES = 4;

const PATCH = BLOCK_SIZE / PATCHES;
const AREA = BLOCK_SIZE * BLOCK_SIZE;

/** What is said of a face. */
export interface Answer {
  /** Calibrated probabilities in the expressions' order. */
  readonly probabilities: Float32Array;
  /** Position of the likeliest. */
  readonly best: number;
}

/** Where the answer comes from: how much likelier it is with each patch than without, 0 to 1, eyes first. */
export type Attention = Float32Array;

/** Names expressions. */
export interface BrowserClassifier {
  readonly model: Model;
  /** Cuts both blocks as training did. */
  cut(picture: RgbImage, landmarks: Float32Array): CutBlocks | undefined;
  /**
   * Classifies a face and covers some of its patches.
   * @param patches numbers of patches, 0 to 2 * PATCHES ** 2 - 1, the eyes' first
   * @param attention what covering them tells is written here
   */
  classify(
    blocks: CutBlocks,
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
  const { seesLandmarks } = findArchitecture(model.architecture);
  return {
    model,
    cut: (picture, landmarks) => {
      const gray = toGray(picture.data, picture.width, picture.height, 3);
      const marginPx = (model.marginPx * measureFace(landmarks)) / model.faceSizePx;
      const blocks = cutBlocks(gray, landmarks, { marginPx });
      return blocks.kind === 'blocks' ? blocks : undefined;
    },
    classify: async (blocks, landmarks, patches, attention) => {
      const count = patches.length + 1;
      const inputs = () => [
        ...coveredBlocks(blocks, patches),
        ...(seesLandmarks ? [repeatFeatures(landmarks, count)] : []),
      ];
      const rows = await softmaxRows(() => model.network.forward(inputs(), { training: false }));
      const probabilities = scaleByTemperature(rows, model.temperature, EMOTIONS.length);
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

/** The blocks as they are, then once for each patch with the patch at the block's mean. */
function coveredBlocks({ eyes, mouth }: CutBlocks, patches: readonly number[]): tf.Tensor4D[] {
  return [eyes, mouth].map((block, part) => {
    const levels = new Uint8Array((patches.length + 1) * AREA);
    levels.set(block);
    patches.forEach((patch, index) => {
      const copy = levels.subarray((index + 1) * AREA, (index + 2) * AREA);
      copy.set(block);
      if (Math.floor(patch / PATCHES ** 2) === part) coverPatch(copy, patch % PATCHES ** 2);
    });
    return tf.tensor4d(toModelInput(levels), [patches.length + 1, BLOCK_SIZE, BLOCK_SIZE, 1]);
  });
}

function coverPatch(block: Uint8Array, patch: number): void {
  const mean = block.reduce((sum, level) => sum + level, 0) / block.length;
  const [top, left] = [PATCH * Math.floor(patch / PATCHES), PATCH * (patch % PATCHES)];
  for (let row = top; row < top + PATCH; row++)
    block.fill(mean, row * BLOCK_SIZE + left, row * BLOCK_SIZE + left + PATCH);
}

function repeatFeatures(landmarks: Float32Array, count: number): tf.Tensor2D {
  const features = normalizeLandmarks(landmarks);
  const rows = new Float32Array(count * LANDMARK_FEATURES);
  for (let row = 0; row < count; row++) rows.set(features, row * LANDMARK_FEATURES);
  return tf.tensor2d(rows, [count, LANDMARK_FEATURES]);
}
