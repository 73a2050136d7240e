import { scaleByTemperature } from '../../core/calibration';
import { EMOTIONS } from '../../core/emotions';
import { DEFAULT_EXPERIMENT } from '../../core/experiment-settings';
import type { FrameRecord } from '../../core/record';
import { loadExpressionNetwork } from '../../faces/detector/face-api';
import { findArchitecture, type NetworkSpec } from '../../model/architectures';
import { buildBoxesNetwork, buildLandmarksNetwork, predictNearest } from '../../model/networks/baselines';
import { buildCompact } from '../../model/networks/compact';
import {
  buildBlocksAndFace,
  buildLearnedAttention,
  buildSoftAttention,
  buildWholeFace,
} from '../../model/networks/face-networks';
import type { Network } from '../../model/networks/network';
import { blockSource } from '../../model/training/data';
import { ORIGINAL_RECIPE } from '../../model/training/recipe';
import { readColour } from '../pictures';
import { type CachedTraining, withTrained } from '../train-cached';
import type { Learner, Task } from './run-jobs';
import { computeFileProbabilities, computeProbabilities, predictFrequencies } from '../probabilities';

const BLOCKS = ['eyes', 'mouth'] as const;
const LANDMARKS_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 1e-2 };
const BOXES_RECIPE = { ...ORIGINAL_RECIPE, learningRate: 3e-3 };

/** The networks that are trained, by the name of their model. */
const FORMS: Readonly<Record<string, NetworkSpec>> = {
  tergat: findArchitecture('TerGat'),
  compact: { recipe: ORIGINAL_RECIPE, build: buildCompact, inputs: BLOCKS },
  landmarks: { build: buildLandmarksNetwork, inputs: ['landmarks'], recipe: LANDMARKS_RECIPE },
  boxes: { build: buildBoxesNetwork, inputs: ['boxes'], recipe: BOXES_RECIPE },
  // The network ignores the landmarks; with them it gets the same augmented samples as `combined`.
  augmented: { ...findArchitecture('Compact'), inputs: [...BLOCKS, 'landmarks'] },
  combined: findArchitecture('Combined'),
  face: { recipe: ORIGINAL_RECIPE, build: buildWholeFace, inputs: ['face'] },
  soft: { recipe: ORIGINAL_RECIPE, build: buildSoftAttention, inputs: ['softEyes', 'softMouth'] },
  blocksAndFace: { recipe: ORIGINAL_RECIPE, build: buildBlocksAndFace, inputs: [...BLOCKS, 'face'] },
  learned: { recipe: ORIGINAL_RECIPE, build: buildLearnedAttention, inputs: ['face'] },
};

/**
 * Makes the learners of all models, by name.
 * @param imageOf returns the absolute path of a frame's image
 */
export function buildLearners(imageOf: (record: FrameRecord) => string): Readonly<Record<string, Learner>> {
  const predictTrained: Learner = (task) =>
    useTrained(task, async (network, inputs, { bestEpoch }) => ({
      ...(await computeProbabilities(network, inputs, task.blocks, task)),
      bestEpoch,
    }));
  return {
    ...Object.fromEntries(Object.keys(FORMS).map((model) => [model, predictTrained])),
    // The class frequencies of the training set for every face.
    majority: async ({ blocks, train, ...faces }) =>
      predictFrequencies(blockSource(blocks, train).labels, faces),
    nearest: predictNearestFace,
    faceapi: buildFaceApiLearner(imageOf),
    // A model file that is not trained here.
    shipped: async ({ blocks, ...faces }) => {
      const { test, temperature } = await computeFileProbabilities('models/drawn.safetensors', blocks, faces);
      return { test: scaleByTemperature(test, temperature) };
    },
  };
}

/**
 * Trains the network of a task's model, or loads it from the cache, and calls a function with the weights of its best epoch.
 * @param use called with the network, the names of its inputs, and the result of the training
 * @returns what the function returns
 */
export function useTrained<T>(
  { job: { model, seed, epochs }, blocks, train, validation, keeps }: Task,
  use: (network: Network, inputs: NetworkSpec['inputs'], training: CachedTraining) => Promise<T>,
): Promise<T> {
  const form = FORMS[model];
  const faces = { train: { faces: train }, validation: { faces: validation } };
  const experiment = { ...DEFAULT_EXPERIMENT, seed, epochs };
  // Training accuracy is measured on 128 faces; nothing is chosen by it.
  return withTrained(form, { blocks, faces, experiment, scoredFaces: 128, keeps }, (network, training) =>
    use(network, form.inputs, training),
  );
}

/** Predicts the label of the nearest training face by the distance of both blocks' pixels. */
async function predictNearestFace({ blocks, train, test }: Task) {
  const sources = { train: blockSource(blocks, train), test: blockSource(blocks, test) };
  const { labels, distances } = await predictNearest(sources);
  const rows = new Float32Array(EMOTIONS.length * labels.length);
  labels.forEach((label, row) => (rows[EMOTIONS.length * row + label] = 1));
  return { test: rows, distances: distances.map(Math.sqrt) };
}

/**
 * Creates a learner that predicts with face-api's expression network, which its authors trained on photographs. It
 * detects the face in the image by itself, as the package does. Answers are cached by path; an image without a detected
 * face has a row of zeros.
 */
function buildFaceApiLearner(imageOf: (record: FrameRecord) => string): Learner {
  const known = new Map<string, Float32Array>();
  return async ({ blocks, test }) => {
    const records = test.map((face) => blocks.records[face]);
    const asked = records.filter((record) => !known.has(record.path));
    const network = asked.length > 0 ? await loadExpressionNetwork() : undefined;
    try {
      for (const record of asked) {
        const [largest] = await network!.recognize(await readColour(imageOf(record)));
        known.set(record.path, largest?.probabilities ?? new Float32Array(EMOTIONS.length));
      }
    } finally {
      network?.dispose();
    }
    return { test: Float32Array.from(records.flatMap((record) => [...known.get(record.path)!])) };
  };
}
